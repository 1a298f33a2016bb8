//! The operations, by subject. Each `operationId` of the marketplace's OpenAPI description has its method here.

mod account;
mod admin;
mod collection;
mod federation;
mod install;
mod sandbox;
mod submissions;
mod tenant;
mod transfers;
mod webhooks;

pub use account::Account;
pub use admin::{Admin, AdminTenants, Reports, Submissions};
pub use collection::Collection;
pub use federation::{Federation, FederationKeys, Peers};
pub use install::{Install, Installations};
pub use sandbox::TestEnvironment;
pub use submissions::OwnSubmissions;
pub use tenant::{Members, Tenant, Tokens, Verification};
pub use transfers::Transfers;
pub use webhooks::{Events, Webhooks};

use atom_marketplace_protocol::component::{AgentPublish, CanvasPublish, Component, DomainPublish, SkillPublish};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::statistics::{PublisherStatistics, UsageReportAnswer, UsageReportRequest};
use atom_marketplace_protocol::usage::Usage;
use atom_marketplace_protocol::verification::PublisherProfile;
use reqwest::Method;
use serde_json::Value;

use crate::listing::Everything;
use crate::reference::segment;
use crate::{Call, Client, Listing, SecretString};

impl Client {
    /// Agents.
    pub fn agents(&self) -> Collection<AgentPublish> {
        Collection::new(self, Kind::Agent)
    }

    /// Skills.
    pub fn skills(&self) -> Collection<SkillPublish> {
        Collection::new(self, Kind::Skill)
    }

    /// Canvases.
    pub fn canvases(&self) -> Collection<CanvasPublish> {
        Collection::new(self, Kind::Canvas)
    }

    /// Domains.
    pub fn domains(&self) -> Collection<DomainPublish> {
        Collection::new(self, Kind::Domain)
    }

    /// Components of a kind that is known when the program runs; publishes JSON.
    pub fn kind(&self, kind: Kind) -> Collection<Value> {
        Collection::new(self, kind)
    }

    /// Searches all kinds, best first.
    pub fn search(&self, query: impl std::fmt::Display) -> Listing<Component, Everything> {
        Listing::new(self, "/search").query("query", query)
    }

    /// What the tenant has installed.
    pub fn installations(&self) -> Installations {
        Installations::new(self)
    }

    /// What everyone may read of a publisher.
    pub fn publisher(&self, tenant: &str) -> Call<PublisherProfile> {
        Call::json(self, Method::GET, segment("tenant id", tenant).map(|tenant| format!("/publishers/{tenant}")))
    }

    /// Components offered to the tenant, or by it.
    pub fn transfers(&self) -> Transfers {
        Transfers::new(self)
    }

    /// What the tenant has used of what it may.
    pub fn usage(&self) -> Call<Usage> {
        Call::json(self, Method::GET, "/usage")
    }

    /// Says what an instance of the tenant ran, as running totals: to say it again changes nothing.
    pub fn report_usage(&self, request: &UsageReportRequest) -> Call<UsageReportAnswer> {
        Call::json(self, Method::POST, "/usage/reports").body(request)
    }

    /// What all components of the tenant are used for, the last 30 days. `query("from", "2026-01-01")` and `to` ask for
    /// other days.
    pub fn publisher_stats(&self) -> Call<PublisherStatistics> {
        Call::json(self, Method::GET, "/publisher/stats")
    }

    /// The tenant's API tokens.
    pub fn tokens(&self) -> Tokens {
        Tokens::new(self)
    }

    /// A person's account and sessions.
    pub fn account(&self) -> Account {
        Account::new(self)
    }

    /// The tenant itself and its members.
    pub fn tenant(&self) -> Tenant {
        Tenant::new(self)
    }

    /// The tenant's webhooks.
    pub fn webhooks(&self) -> Webhooks {
        Webhooks::new(self)
    }

    /// What webhooks are told of, for those who come and ask.
    pub fn events(&self) -> Events {
        Events::new(self)
    }

    /// The tenant's federation keys.
    pub fn federation_keys(&self) -> FederationKeys {
        FederationKeys::new(self)
    }

    /// The instances whose catalogs are pulled from.
    pub fn peers(&self) -> Peers {
        Peers::new(self)
    }

    /// The catalog as another instance reads it, with a federation key.
    pub fn federation(&self) -> Federation {
        Federation::new(self)
    }

    /// The test environment's own operations. The guide prints its secret: it guards nothing of worth.
    pub fn test_environment(&self, secret: impl Into<SecretString>) -> TestEnvironment {
        TestEnvironment::new(self, secret.into())
    }

    /// What the tenant has submitted to the public.
    pub fn submissions(&self) -> OwnSubmissions {
        OwnSubmissions::new(self)
    }

    /// What the platform's admins do.
    pub fn admin(&self) -> Admin {
        Admin::new(self)
    }
}

/// A handle on some of the client's operations.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            client: crate::Client,
        }

        impl $name {
            pub(super) fn new(client: &crate::Client) -> Self {
                Self { client: client.clone() }
            }
        }
    };
}

use handle;
