//! Federation: the tenant's keys, and what they read.

use atom_marketplace_protocol::component::{Bundle, Component};
use atom_marketplace_protocol::federation::{
    FederatedComponent, FederationKey, FederationKeyCreate, FederationKeyCreated,
};
use atom_marketplace_protocol::ids::Kind;
use reqwest::Method;

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
}
