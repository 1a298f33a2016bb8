//! Installing, and what is installed.

use std::collections::BTreeMap;
use std::future::IntoFuture;

use atom_marketplace_protocol::component::Bundle;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{
    ApiKeys, InstallConfig, InstallPlan, InstallRequest, Installation, InstallationUpdate, Lock, LockResponse,
};
use reqwest::Method;
use serde_json::{Map, Value};

use super::collection::path_of;
use super::handle;
use crate::call::BoxFuture;
use crate::listing::Installed;
use crate::reference::segment;
use crate::{Call, Client, ComponentRef, Error, Listing};

/// An installation that will be made: `.await` makes it, [`Install::plan`] asks what it would do.
///
/// ```no_run
/// # async fn example(client: atom_marketplace_sdk::Client) -> Result<(), atom_marketplace_sdk::Error> {
/// use atom_marketplace_sdk::ComponentRef;
///
/// let installation = client
///     .agents()
///     .install(ComponentRef::new("sales_automation_agent").of("publisher-tenant-id").at("1.4.0"))
///     .api_key("salesforce", "your-salesforce-key")
///     .setting("max_daily_tasks", 100)
///     .with_dependencies()
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is installed before it is awaited"]
pub struct Install {
    client: Client,
    kind: Kind,
    component: ComponentRef,
    request: InstallRequest,
}

impl Install {
    pub(super) fn new(client: &Client, kind: Kind, component: ComponentRef) -> Self {
        let request = InstallRequest {
            source_tenant_id: component.source_tenant_id.clone(),
            version: component.version.clone(),
            ..InstallRequest::default()
        };
        Self { client: client.clone(), kind, component, request }
    }

    /// Whom to install it for; left out: the caller's own tenant.
    pub fn target_tenant_id(mut self, tenant: impl Into<String>) -> Self {
        self.request.target_tenant_id = Some(tenant.into());
        self
    }

    fn config(&mut self) -> &mut InstallConfig {
        self.request.install_config.get_or_insert_default()
    }

    /// A key of another service that the component needs. It is stored sealed and never shown again.
    pub fn api_key(mut self, name: impl Into<String>, key: impl Into<String>) -> Self {
        let ApiKeys(keys) = self.config().api_keys.get_or_insert_with(|| ApiKeys(BTreeMap::new()));
        keys.insert(name.into(), key.into());
        self
    }

    /// One setting.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.config().settings.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// All settings.
    pub fn settings(mut self, settings: Map<String, Value>) -> Self {
        self.config().settings = Some(settings);
        self
    }

    /// Installs the components it needs too.
    pub fn with_dependencies(mut self) -> Self {
        self.request.auto_install_dependencies = true;
        self
    }

    fn path(&self) -> Result<String, Error> {
        path_of(self.kind, &self.component, "/install")
    }

    /// What the installation would do; nothing is installed.
    pub fn plan(self) -> Call<InstallPlan> {
        Call::json(&self.client, Method::POST, self.path()).query("dry_run", true).body(&self.request)
    }

    /// The call, with the options of a request.
    pub fn call(self) -> Call<Installation> {
        Call::json(&self.client, Method::POST, self.path()).body(&self.request)
    }
}

impl IntoFuture for Install {
    type Output = Result<Installation, Error>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.call().into_future()
    }
}

handle! {
    /// What the tenant has installed.
    Installations
}

impl Installations {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/installations/{}{below}", segment("installation id", id)?))
    }

    /// Lists them.
    pub fn list(&self) -> Listing<Installation, Installed> {
        Listing::new(&self.client, "/installations")
    }

    /// One of them, `inst_…`.
    pub fn get(&self, id: &str) -> Call<Installation> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// Changes its configuration or its version. Nothing is ever upgraded by itself.
    pub fn update(&self, id: &str, update: &InstallationUpdate) -> Call<Installation> {
        Call::json(&self.client, Method::PATCH, Self::path(id, "")).body(update)
    }

    /// Everything an instance needs to run it, at the version that is installed.
    pub fn bundle(&self, id: &str) -> Call<Bundle> {
        Call::json(&self.client, Method::GET, Self::path(id, "/bundle"))
    }

    /// What is installed, exactly, to be installed again elsewhere.
    pub fn lock(&self) -> Call<Lock> {
        Call::json(&self.client, Method::GET, "/installations/lock")
    }

    /// Installs exactly what a lock says, all of it or nothing.
    pub fn install_lock(&self, lock: &Lock) -> Call<LockResponse> {
        Call::json(&self.client, Method::POST, "/installations/lock").body(lock)
    }
}
