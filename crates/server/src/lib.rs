//! The ATOM Marketplace server as a library. Each feature is a folder: `mod.rs` the verbs of the domain, `api.rs` HTTP,
//! `store.rs` the only place with SQL. ARCHITECTURE.md lists what holds everywhere.

pub mod account_data;
pub mod accounts;
pub mod answers;
pub mod app;
pub mod audit;
pub mod catalog;
pub mod clock;
pub mod config;
pub mod demo;
pub mod error;
pub mod events;
pub mod extract;
pub mod federation;
pub mod http;
pub mod inbox;
pub mod installs;
pub mod jobs;
pub mod limits;
pub mod metrics;
mod ndjson;
pub mod ops;
pub mod outbound;
pub mod paging;
pub mod ratings;
pub mod reports;
pub mod sandbox;
pub mod seal;
pub mod serve;
pub mod statistics;
pub mod tenants;
pub mod tokens;
pub mod transfers;
pub mod usage;
pub mod verification;
pub mod web;
pub mod webhooks;
