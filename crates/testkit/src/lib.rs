//! A running server and clients for it, for tests only: real databases, real HTTP on loopback.

mod client;
pub mod dns;
pub mod peer;
mod receiver;
mod server;
mod smtp;
pub mod spellings;
pub mod tls;

pub use atom_marketplace_db::testing::{TestDb, each_db_async};
pub use client::{Answer, Client, http};
pub use receiver::{Received, Receiver, status};
pub use server::{ADMIN_KEY, PASSWORD, TestServer};
pub use smtp::{Letter, SmtpServer};

use std::path::PathBuf;

/// The folder of real Agent Skills that the tests publish, beside the repository.
pub fn shared_skills() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/skills")
}
