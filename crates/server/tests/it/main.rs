//! The server over real HTTP, on SQLite and PostgreSQL. One file a feature.

mod bundle;
mod errors;
mod federation;
mod gate;
mod get;
mod idempotency;
mod install;
mod installations;
mod limits;
mod list;
mod matrix;
mod openapi;
mod publish;
mod ratings;
mod review;
mod sandbox;
mod scene;
mod search;
mod seed;
mod tenants;
mod tokens;
mod versions;
mod webhooks;
