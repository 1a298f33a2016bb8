//! The server over real HTTP, on SQLite and PostgreSQL. One file a feature.

mod gate;
mod tenants;
mod tokens;
