//! The server over real HTTP, on SQLite and PostgreSQL. One file a feature.

mod bundle;
mod gate;
mod install;
mod installations;
mod publish;
mod ratings;
mod review;
mod scene;
mod versions;
mod get;
mod list;
mod seed;
mod tenants;
mod tokens;
