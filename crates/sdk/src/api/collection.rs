//! What can be done with the components of one kind.

use std::fmt;
use std::marker::PhantomData;

use atom_marketplace_bundle::ENVELOPE_TYPE;
use atom_marketplace_protocol::component::{
    Bundle, CategoryCount, Component, ComponentPatch, PublishCheck, VersionInfo, Yank,
};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{BulkInstallRequest, BulkInstallResponse};
use atom_marketplace_protocol::lifecycle::{RenameRequest, Transfer, TransferRequest};
use atom_marketplace_protocol::rating::{
    RateRequest, RatingOverview, RatingSummary, Review, ReviewFlagRequest, ReviewReplyRequest,
};
use atom_marketplace_protocol::report::{ReportReceipt, ReportRequest};
use atom_marketplace_protocol::statistics::ComponentStatistics;
use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;

use super::Install;
use crate::listing::Catalog;
use crate::reference::segment;
use crate::{Call, Client, ComponentRef, Error, Listing};

/// The components of one kind; `P` is what publishes one.
///
/// ```no_run
/// # async fn example(client: atom_marketplace_sdk::Client) -> Result<(), atom_marketplace_sdk::Error> {
/// let agent = client.agents().get("atom_main").await?;
/// let same_id_of_acme = client.agents().get(("acme", "atom_main")).await?;
/// client.skills().install("salesforce_integration").await?;
/// client.skills().rate("salesforce_integration", 5, Some("Saves us a day a week.")).await?;
/// # Ok(()) }
/// ```
pub struct Collection<P> {
    client: Client,
    kind: Kind,
    publishes: PhantomData<fn(P)>,
}

impl<P> Clone for Collection<P> {
    fn clone(&self) -> Self {
        Self::new(&self.client, self.kind)
    }
}

impl<P> fmt::Debug for Collection<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Collection").field(&self.kind).finish()
    }
}

/// The kind's routes below the base URL, which has the `/api` already.
fn base(kind: Kind) -> &'static str {
    kind.base().trim_start_matches("/api")
}

/// The path of a component, or of what lies below it.
pub(super) fn path_of(kind: Kind, component: &ComponentRef, below: &str) -> Result<String, Error> {
    component.check()?;
    Ok(format!("{}/{}/{}{below}", base(kind), kind.collection(), component.id))
}

impl<P> Collection<P> {
    pub(super) fn new(client: &Client, kind: Kind) -> Self {
        Self { client: client.clone(), kind, publishes: PhantomData }
    }

    /// Its kind.
    pub fn component_type(&self) -> Kind {
        self.kind
    }

    fn all(&self, below: &str) -> String {
        format!("{}/{}{below}", base(self.kind), self.kind.collection())
    }

    /// A call about one component, with its publisher where that is named.
    fn one<T>(call: Call<T>, component: &ComponentRef) -> Call<T> {
        call.set_query("source_tenant_id", component.source_tenant_id.clone())
    }

    fn get_json<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        component: &ComponentRef,
        below: &str,
    ) -> Call<T> {
        Self::one(Call::json(&self.client, method, path_of(self.kind, component, below)), component)
    }

    fn list_below<T: serde::de::DeserializeOwned>(&self, component: &ComponentRef, below: &str) -> Listing<T> {
        let list = Listing::new(&self.client, path_of(self.kind, component, below));
        match &component.source_tenant_id {
            Some(tenant) => list.query("source_tenant_id", tenant),
            None => list,
        }
    }

    /// Lists them, with filters.
    pub fn list(&self) -> Listing<Component, Catalog> {
        Listing::new(&self.client, self.all(""))
    }

    /// Searches them, best first.
    pub fn search(&self, query: impl fmt::Display) -> Listing<Component, Catalog> {
        Listing::new(&self.client, self.all("/search")).query("query", query)
    }

    /// The categories and how many components are in each.
    pub fn categories(&self) -> Call<Vec<CategoryCount>> {
        Call::json(&self.client, Method::GET, format!("{}/categories", base(self.kind)))
    }

    /// A component; of a version of it where the reference names one.
    pub fn get(&self, component: impl Into<ComponentRef>) -> Call<Component> {
        let component = component.into();
        self.get_json(Method::GET, &component, "").set_query("version", component.version.clone())
    }

    /// Changes what needs no new version: its deprecation, and with whom a private one is shared.
    pub fn update(&self, component: impl Into<ComponentRef>, patch: &ComponentPatch) -> Call<Component> {
        self.get_json(Method::PATCH, &component.into(), "").body(patch)
    }

    /// Withdraws it: nobody can install it any more, those who have it keep it.
    pub fn withdraw(&self, component: impl Into<ComponentRef>) -> Call<()> {
        let component = component.into();
        Self::one(Call::done(&self.client, Method::DELETE, path_of(self.kind, &component, "")), &component)
    }

    /// Gives it another id. The old one stays its name too, for ever.
    pub fn rename(&self, component: impl Into<ComponentRef>, new_id: &str) -> Call<Component> {
        let request = RenameRequest { new_id: new_id.to_owned() };
        self.get_json(Method::POST, &component.into(), "/rename").body(&request)
    }

    /// Offers it to another publisher; nothing changes until that one accepts. See [`Client::transfers`].
    pub fn transfer(&self, component: impl Into<ComponentRef>, request: &TransferRequest) -> Call<Transfer> {
        self.get_json(Method::POST, &component.into(), "/transfer").body(request)
    }

    /// Reports it to the platform.
    pub fn report(&self, component: impl Into<ComponentRef>, request: &ReportRequest) -> Call<ReportReceipt> {
        self.get_json(Method::POST, &component.into(), "/report").body(request)
    }

    /// Its versions, newest first.
    pub fn versions(&self, component: impl Into<ComponentRef>) -> Listing<VersionInfo> {
        self.list_below(&component.into(), "/versions")
    }

    fn version_path(&self, component: &ComponentRef, version: &str, below: &str) -> Result<String, Error> {
        path_of(self.kind, component, &format!("/versions/{}{below}", segment("version", version)?))
    }

    /// One version of it.
    pub fn version(&self, component: impl Into<ComponentRef>, version: &str) -> Call<VersionInfo> {
        let component = component.into();
        let path = self.version_path(&component, version, "");
        Self::one(Call::json(&self.client, Method::GET, path), &component)
    }

    /// Yanks a version: only those who have it can still install it, by its exact number.
    pub fn yank(&self, component: impl Into<ComponentRef>, version: &str, reason: Option<&str>) -> Call<VersionInfo> {
        let component = component.into();
        let path = self.version_path(&component, version, "/yank");
        let body = Yank { reason: reason.map(str::to_owned) };
        Self::one(Call::json(&self.client, Method::POST, path), &component).body(&body)
    }

    /// Takes a yank back.
    pub fn unyank(&self, component: impl Into<ComponentRef>, version: &str) -> Call<VersionInfo> {
        let component = component.into();
        let path = self.version_path(&component, version, "/yank");
        Self::one(Call::json(&self.client, Method::DELETE, path), &component)
    }

    /// Everything an instance needs to run it, with its files. [`Call::raw`] gives the very bytes that are signed.
    pub fn bundle(&self, component: impl Into<ComponentRef>) -> Call<Bundle> {
        let component = component.into();
        self.get_json(Method::GET, &component, "/bundle").set_query("version", component.version.clone())
    }

    /// The same in its envelope, signed by the instance where it was published: what [`verify_bundle`](crate::verify_bundle)
    /// takes.
    pub fn signed_bundle(&self, component: impl Into<ComponentRef>) -> Call<Bytes> {
        self.bundle(component).header("accept", ENVELOPE_TYPE).raw()
    }

    /// The components that need it.
    pub fn dependents(&self, component: impl Into<ComponentRef>) -> Listing<Component> {
        self.list_below(&component.into(), "/dependents")
    }

    /// Installs it for the caller's tenant; see [`Install`] for what else can be said.
    pub fn install(&self, component: impl Into<ComponentRef>) -> Install {
        Install::new(&self.client, self.kind, component.into())
    }

    /// Uninstalls it from the caller's tenant. For another one, add the query `target_tenant_id`.
    pub fn uninstall(&self, component: impl Into<ComponentRef>) -> Call<()> {
        let component = component.into();
        Self::one(Call::done(&self.client, Method::DELETE, path_of(self.kind, &component, "/install")), &component)
    }

    /// Installs up to 100 of them; the answer says what became of each.
    pub fn bulk_install(&self, request: &BulkInstallRequest) -> Call<BulkInstallResponse> {
        Call::json(&self.client, Method::POST, self.all("/bulk-install")).body(request)
    }

    /// Rates it, 1 to 5, in the place of what the same author said before.
    pub fn rate(&self, component: impl Into<ComponentRef>, rating: i64, review: Option<&str>) -> Call<RatingSummary> {
        let request = RateRequest { rating, review: review.map(str::to_owned) };
        self.get_json(Method::PUT, &component.into(), "/rating").body(&request)
    }

    /// Takes the caller's rating back.
    pub fn delete_rating(&self, component: impl Into<ComponentRef>) -> Call<RatingSummary> {
        self.get_json(Method::DELETE, &component.into(), "/rating")
    }

    /// What all ratings come to, and what the caller said.
    pub fn rating(&self, component: impl Into<ComponentRef>) -> Call<RatingOverview> {
        self.get_json(Method::GET, &component.into(), "/rating")
    }

    /// What people say of it.
    pub fn reviews(&self, component: impl Into<ComponentRef>) -> Listing<Review> {
        self.list_below(&component.into(), "/reviews")
    }

    /// What it is used for, the last 30 days. `query("from", "2026-01-01")`, `to` and `group_by` ask for something else.
    pub fn stats(&self, component: impl Into<ComponentRef>) -> Call<ComponentStatistics> {
        self.get_json(Method::GET, &component.into(), "/stats")
    }

    fn review_path(&self, component: &ComponentRef, review: &str, below: &str) -> Result<String, Error> {
        path_of(self.kind, component, &format!("/reviews/{}{below}", segment("review id", review)?))
    }

    /// Answers a review, `rate_…`, of a component of the caller's own.
    pub fn reply(&self, component: impl Into<ComponentRef>, review: &str, text: &str) -> Call<Review> {
        let component = component.into();
        let path = self.review_path(&component, review, "/reply");
        let body = ReviewReplyRequest { text: text.to_owned() };
        Self::one(Call::json(&self.client, Method::PUT, path).body(&body), &component)
    }

    /// Takes the answer back.
    pub fn delete_reply(&self, component: impl Into<ComponentRef>, review: &str) -> Call<Review> {
        let component = component.into();
        let path = self.review_path(&component, review, "/reply");
        Self::one(Call::json(&self.client, Method::DELETE, path), &component)
    }

    /// Tells the platform what is wrong with a review.
    pub fn flag(&self, component: impl Into<ComponentRef>, review: &str, reason: &str) -> Call<()> {
        let component = component.into();
        let path = self.review_path(&component, review, "/flag");
        let body = ReviewFlagRequest { reason: reason.to_owned() };
        Self::one(Call::done(&self.client, Method::POST, path).body(&body), &component)
    }
}

impl<P: Serialize> Collection<P> {
    /// Publishes a component or a new version of it. A public one waits for review, a private one is there at once. Where
    /// something would be taken out before others read it, that is refused with `details.redactions`; see
    /// [`Collection::publish_redacted`].
    pub fn publish(&self, request: &P) -> Call<Component> {
        Call::json(&self.client, Method::POST, self.all("")).body(request)
    }

    /// The same without the credentials, personal data, tenant ids and internal addresses that [`Collection::check`] lists:
    /// they are taken out first.
    pub fn publish_redacted(&self, request: &P) -> Call<Component> {
        self.publish(request).query("accept_redactions", true)
    }

    /// What [`Collection::publish`] would do: the checks' findings and the redactions, and nothing stored.
    pub fn check(&self, request: &P) -> Call<PublishCheck> {
        Call::json(&self.client, Method::POST, self.all("")).body(request).query("dry_run", true)
    }
}
