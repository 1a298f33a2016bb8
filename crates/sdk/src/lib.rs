#![doc = include_str!("../README.md")]

pub mod api;
mod cache;
mod call;
mod client;
mod error;
mod events;
pub mod listing;
mod reference;
mod retry;
mod secret;
pub mod webhook;

pub use api::{Collection, Install};
pub use atom_marketplace_bundle::{self as bundle, verify_bundle};
pub use atom_marketplace_protocol as protocol;
pub use atom_marketplace_protocol::error::Code;
pub use atom_marketplace_protocol::ids::Kind;
pub use atom_marketplace_protocol::page::Page;
pub use call::{Call, RateLimit, Response};
pub use client::{Client, ClientBuilder};
pub use error::{ApiError, BoxError, Error};
pub use events::EventStream;
pub use listing::{Items, Listing};
pub use reference::ComponentRef;
pub use secret::SecretString;

/// Everything that is sent and read.
pub mod types {
    pub use atom_marketplace_protocol::account::*;
    pub use atom_marketplace_protocol::account_data::*;
    pub use atom_marketplace_protocol::api_token::*;
    pub use atom_marketplace_protocol::audit::*;
    pub use atom_marketplace_protocol::component::*;
    pub use atom_marketplace_protocol::event::*;
    pub use atom_marketplace_protocol::federation::*;
    pub use atom_marketplace_protocol::inbox::*;
    pub use atom_marketplace_protocol::install::*;
    pub use atom_marketplace_protocol::lifecycle::*;
    pub use atom_marketplace_protocol::page::Page;
    pub use atom_marketplace_protocol::peer::*;
    pub use atom_marketplace_protocol::plan::{Plan, PlanLimits};
    pub use atom_marketplace_protocol::rating::*;
    pub use atom_marketplace_protocol::redaction::*;
    pub use atom_marketplace_protocol::report::*;
    pub use atom_marketplace_protocol::review::*;
    pub use atom_marketplace_protocol::sandbox::*;
    pub use atom_marketplace_protocol::scope::{Role, Scope, ScopeSet};
    pub use atom_marketplace_protocol::statistics::*;
    pub use atom_marketplace_protocol::tenant::*;
    pub use atom_marketplace_protocol::usage::*;
    pub use atom_marketplace_protocol::verification::*;
    pub use atom_marketplace_protocol::webhook::*;
}
