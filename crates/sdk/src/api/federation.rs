//! Federation: the tenant's keys, what they read, and the peers that are read from.

use atom_marketplace_protocol::component::{Bundle, Component};
use atom_marketplace_protocol::federation::{
    FederatedComponent, FederationKey, FederationKeyCreate, FederationKeyCreated, FederationSubscription,
    FederationTotals, FederationTotalsTaken,
};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::peer::{Peer, PeerCreate, PeerProbe, PeerProbeRequest, PeerRefusal, PeerUpdate};
use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;

use super::handle;
use crate::reference::segment;
use crate::{Call, ComponentRef, Error, Listing};

handle! {
    /// The tenant's federation keys.
    FederationKeys
}

impl FederationKeys {
    /// Lists them, without their secrets.
    pub fn list(&self) -> Listing<FederationKey> {
        Listing::new(&self.client, "/federation/keys")
    }

    /// Makes one. Its secret is shown this once.
    pub fn create(&self, key: &FederationKeyCreate) -> Call<FederationKeyCreated> {
        Call::json(&self.client, Method::POST, "/federation/keys").body(key)
    }

    /// Revokes one, `fed_…`.
    pub fn delete(&self, id: &str) -> Call<()> {
        let path = segment("federation key id", id).map(|id| format!("/federation/keys/{id}"));
        Call::done(&self.client, Method::DELETE, path)
    }
}

handle! {
    /// The instances whose catalogs are pulled from. For the platform's admin.
    Peers
}

impl Peers {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/federation/peers/{}{below}", segment("peer id", id)?))
    }

    /// Lists them, without their keys.
    pub fn list(&self) -> Listing<Peer> {
        Listing::new(&self.client, "/federation/peers")
    }

    /// Asks an instance who it is, before pairing with it.
    pub fn probe(&self, base_url: &str) -> Call<PeerProbe> {
        let base_url = base_url.to_owned();
        Call::json(&self.client, Method::POST, "/federation/peers/probe").body(&PeerProbeRequest { base_url })
    }

    /// Pairs with one.
    pub fn create(&self, peer: &PeerCreate) -> Call<Peer> {
        Call::json(&self.client, Method::POST, "/federation/peers").body(peer)
    }

    /// One, `peer_…`.
    pub fn get(&self, id: &str) -> Call<Peer> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// Changes one, pauses it, or takes it for true again.
    pub fn update(&self, id: &str, update: &PeerUpdate) -> Call<Peer> {
        Call::json(&self.client, Method::PATCH, Self::path(id, "")).body(update)
    }

    /// Ends one: what came from it is withdrawn.
    pub fn delete(&self, id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(id, ""))
    }

    /// Pulls from one now.
    pub fn sync(&self, id: &str) -> Call<Peer> {
        Call::json(&self.client, Method::POST, Self::path(id, "/sync"))
    }

    /// What was refused of one, the latest first.
    pub fn refusals(&self, id: &str) -> Listing<PeerRefusal> {
        Listing::new(&self.client, Self::path(id, "/refusals"))
    }
}

handle! {
    /// The public catalog as another instance reads it. The client needs a federation key.
    Federation
}

impl Federation {
    fn one(kind: Kind, component: &ComponentRef, below: &str) -> Result<String, Error> {
        component.check()?;
        Ok(format!("/federation/v1/marketplace/{}/{}{below}", kind.plural(), component.id))
    }

    /// Lists the components of a kind; a page may hold up to 1,000.
    pub fn list(&self, kind: Kind) -> Listing<FederatedComponent> {
        Listing::new(&self.client, format!("/federation/v1/marketplace/{}", kind.plural()))
    }

    /// A component.
    pub fn get(&self, kind: Kind, component: impl Into<ComponentRef>) -> Call<Component> {
        let component = component.into();
        Call::json(&self.client, Method::GET, Self::one(kind, &component, ""))
            .set_query("source_tenant_id", component.source_tenant_id)
    }

    /// Its bundle.
    pub fn bundle(&self, kind: Kind, component: impl Into<ComponentRef>) -> Call<Bundle> {
        let component = component.into();
        Call::json(&self.client, Method::GET, Self::one(kind, &component, "/bundle"))
            .set_query("source_tenant_id", component.source_tenant_id)
            .set_query("version", component.version)
    }

    /// What became different for the public, as lines (NDJSON) whose last one has the `next_cursor` to go on from: a page of
    /// the feed. With `.query("include", "bundles")` the bundles come along, with `.query("wait", 30)` it waits for a change.
    /// Check it as FEDERATION_API.md says before anything of it is used.
    pub fn changes(&self, cursor: Option<&str>) -> Call<Bytes> {
        Call::done(&self.client, Method::GET, "/federation/v1/changes")
            .set_query("cursor", cursor.map(str::to_owned))
            .raw()
    }

    /// Asks to be told at this URL when the feed grows.
    pub fn subscribe(&self, url: &str) -> Call<FederationSubscription> {
        let request = FederationSubscription { url: url.to_owned() };
        Call::json(&self.client, Method::POST, "/federation/v1/subscription").body(&request)
    }

    /// Asks not to be told any more.
    pub fn unsubscribe(&self) -> Call<()> {
        Call::done(&self.client, Method::DELETE, "/federation/v1/subscription")
    }

    /// Tells an instance that pulls from this one that the feed has grown: a signed event in its envelope.
    pub fn receive_event(&self, envelope: &Value) -> Call<()> {
        Call::done(&self.client, Method::POST, "/federation/v1/events").body(envelope)
    }

    /// Tells what components come to here: up to 1,000 of them, each how much in all.
    pub fn report_totals(&self, totals: &FederationTotals) -> Call<FederationTotalsTaken> {
        Call::json(&self.client, Method::POST, "/federation/v1/totals").body(totals)
    }
}
