//! The server over real HTTP, on SQLite and PostgreSQL. One file a feature.

mod gate;
mod get;
mod list;
mod publish;
mod review;
mod seed;
mod tenants;
mod tokens;
mod versions;
