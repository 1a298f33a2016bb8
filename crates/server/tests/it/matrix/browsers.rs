//! People of another tenant, signed in, against every operation.

use atom_marketplace_protocol::scope::Role;
use atom_marketplace_testkit::{Client, TestServer};
use reqwest::Method;

use super::Access::{AnyToken, Everyone, Peer, Person, Platform, Tenant, Tester, Visitor};
use super::{Access, FORBIDDEN, NO_PEER, Operation, Refusal, UNKNOWN};

/// Browsers of people in another tenant.
pub(super) struct Browsers {
    /// An owner's.
    pub(super) stranger: Client,
    /// A viewer's.
    viewer: Client,
    /// One whose session has ended.
    pub(super) signed_out: Client,
}

impl Browsers {
    pub(super) async fn open(server: &TestServer) -> Self {
        let signed_out = server.person("mallory", "gone@example.com", Role::Owner).await;
        signed_out.delete("/api/session").await.expect(204);
        Self {
            stranger: server.person("mallory", "owner@example.com", Role::Owner).await,
            viewer: server.person("mallory", "viewer@example.com", Role::Viewer).await,
            signed_out,
        }
    }

    /// A browser that may not do it, and is otherwise in order: without the proof where one is needed, else a viewer's.
    pub(super) fn unable(&self, operation: &Operation) -> Client {
        if operation.method == Method::GET { self.viewer.clone() } else { self.stranger.with("x-csrf-token", "0") }
    }

    /// How that one is refused; none where it may.
    pub(super) fn refusal(operation: &Operation, access: Access) -> Option<Refusal> {
        let reads = operation.method == Method::GET;
        match access {
            Everyone | Visitor | Tester => None,
            Tenant(scope) if reads && Role::Viewer.scopes().contains(scope) => None,
            Person if reads => None,
            AnyToken => Some(UNKNOWN),
            Peer => Some(NO_PEER),
            Tenant(_) | Platform(_) | Person => Some(FORBIDDEN),
        }
    }
}
