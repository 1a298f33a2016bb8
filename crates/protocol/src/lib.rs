//! The words every part of the ATOM Marketplace shares: wire types, ids, scopes, error codes and
//! limits.
//!
//! It never opens a file or a socket; the one thing it asks of the system is random bytes.

mod wire_enum;

pub mod account;
pub mod account_data;
pub mod api_token;
pub mod audit;
pub mod check;
pub mod component;
pub mod digest;
pub mod error;
pub mod event;
pub mod federation;
pub mod ids;
pub mod inbox;
pub mod install;
pub mod json;
pub mod lifecycle;
pub mod limits;
pub mod page;
pub mod peer;
pub mod plan;
pub mod rating;
pub mod redaction;
pub mod report;
pub mod review;
pub mod sandbox;
pub mod scope;
pub mod semver_ext;
pub mod statistics;
pub mod tenant;
pub mod text;
pub mod token;
pub mod usage;
pub mod verification;
pub mod webhook;
