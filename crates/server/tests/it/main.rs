//! The server over real HTTP, on SQLite and PostgreSQL. One file a feature.

mod gate;
mod publish;
mod review;
mod versions;
mod get;
mod list;
mod search;
mod seed;
mod tenants;
mod tokens;
