//! What the platform's admins do: tenants, review, quarantine.

use atom_marketplace_protocol::api_token::{ApiTokenCreate, ApiTokenCreated};
use atom_marketplace_protocol::audit::{AuditEntry, AuditVerification};
use atom_marketplace_protocol::check::{CheckRun, CheckRunVersion};
use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::lifecycle::{Takedown, TakedownRequest};
use atom_marketplace_protocol::rating::{ModeratedReview, ReviewDecision};
use atom_marketplace_protocol::report::{Report, ReportResolution};
use atom_marketplace_protocol::review::{
    Claim, Decision, Message, MessageCreate, Quarantine, Submission, SubmissionDetail, SubmissionDiff,
};
use atom_marketplace_protocol::tenant::{PlatformStats, Tenant, TenantAdminUpdate, TenantCreate};
use bytes::Bytes;
use reqwest::Method;

use super::handle;
use crate::listing::Submitted;
use crate::reference::segment;
use crate::{Call, Error, Listing};

handle! {
    /// What the platform's admins do, with an admin key or a token that has the platform's scopes.
    Admin
}

impl Admin {
    /// The platform in numbers.
    pub fn stats(&self) -> Call<PlatformStats> {
        Call::json(&self.client, Method::GET, "/admin/stats")
    }

    /// The records of every change.
    pub fn audit_log(&self) -> AdminAuditLog {
        AdminAuditLog::new(&self.client)
    }

    /// The tenants.
    pub fn tenants(&self) -> AdminTenants {
        AdminTenants::new(&self.client)
    }

    /// What waits for review, or did.
    pub fn submissions(&self) -> Submissions {
        Submissions::new(&self.client)
    }

    /// The automated checks, run again over what is published.
    pub fn check_runs(&self) -> CheckRuns {
        CheckRuns::new(&self.client)
    }

    /// What members say of components, as the platform sees it. `query("flagged", true)` is what it has to decide on.
    pub fn reviews(&self) -> Listing<ModeratedReview> {
        Listing::new(&self.client, "/admin/reviews")
    }

    fn decide_review(&self, review: &str, verb: &str, reason: Option<&str>) -> Call<ModeratedReview> {
        let path = segment("review id", review).map(|review| format!("/admin/reviews/{review}/{verb}"));
        let body = ReviewDecision { reason: reason.map(str::to_owned) };
        Call::json(&self.client, Method::POST, path).body(&body)
    }

    /// Hides a review, `rate_…`: it is neither shown nor counted any more.
    pub fn hide_review(&self, review: &str, reason: &str) -> Call<ModeratedReview> {
        self.decide_review(review, "hide", Some(reason))
    }

    /// Shows it again, or goes on showing what was flagged.
    pub fn show_review(&self, review: &str, reason: Option<&str>) -> Call<ModeratedReview> {
        self.decide_review(review, "show", reason)
    }

    fn component(kind: Kind, tenant: &str, id: &str, verb: &str) -> Result<String, Error> {
        let (tenant, id) = (segment("tenant id", tenant)?, segment("component id", id)?);
        Ok(format!("/admin/components/{kind}/{tenant}/{id}/{verb}"))
    }

    /// Hides a component; nobody can install it.
    pub fn quarantine(&self, kind: Kind, tenant: &str, id: &str, reason: &str) -> Call<Component> {
        let body = Quarantine { reason: Some(reason.to_owned()) };
        Call::json(&self.client, Method::POST, Self::component(kind, tenant, id, "quarantine")).body(&body)
    }

    /// Shows it again.
    pub fn release(&self, kind: Kind, tenant: &str, id: &str, reason: Option<&str>) -> Call<Component> {
        let body = Quarantine { reason: reason.map(str::to_owned) };
        Call::json(&self.client, Method::POST, Self::component(kind, tenant, id, "release")).body(&body)
    }
}

impl Admin {
    /// Takes a component down for good, with the content of all its versions.
    pub fn take_down(&self, kind: Kind, tenant: &str, id: &str, reason: &str) -> Call<Takedown> {
        let body = TakedownRequest { reason: reason.to_owned() };
        Call::json(&self.client, Method::POST, Self::component(kind, tenant, id, "takedown")).body(&body)
    }

    /// What tenants report of components.
    pub fn reports(&self) -> Reports {
        Reports::new(&self.client)
    }
}

handle! {
    /// The records of every change: the platform's own, and all tenants'.
    AdminAuditLog
}

impl AdminAuditLog {
    /// Lists entries, the latest first. The queries `tenant_id`, `platform`, `actor`, `action`, `target`, `from` and `to`
    /// choose among them.
    pub fn list(&self) -> Listing<AuditEntry> {
        Listing::new(&self.client, "/admin/audit-log")
    }

    /// All entries, oldest first, one [`AuditLine`](atom_marketplace_protocol::audit::AuditLine) a line (NDJSON): of the
    /// query's `tenant_id`, of the platform with `platform=true`, or of all.
    pub fn export(&self) -> Call<Bytes> {
        Call::done(&self.client, Method::GET, "/admin/audit-log/export").raw()
    }

    /// Whether every entry of the platform's record is there as it was written, or of the query's `tenant_id`.
    pub fn verify(&self) -> Call<AuditVerification> {
        Call::json(&self.client, Method::GET, "/admin/audit-log/verify")
    }
}

handle! {
    /// Reports of abuse.
    Reports
}

impl Reports {
    /// Lists those that wait, what most tenants have reported first; with the query `status=resolved` the others.
    pub fn list(&self) -> Listing<Report> {
        Listing::new(&self.client, "/admin/reports")
    }

    /// One of them, `rep_…`.
    pub fn get(&self, id: &str) -> Call<Report> {
        let path = segment("report id", id).map(|id| format!("/admin/reports/{id}"));
        Call::json(&self.client, Method::GET, path)
    }

    /// Says what came of it, and puts the component in quarantine if that is asked for.
    pub fn resolve(&self, id: &str, resolution: &ReportResolution) -> Call<Report> {
        let path = segment("report id", id).map(|id| format!("/admin/reports/{id}/resolve"));
        Call::json(&self.client, Method::POST, path).body(resolution)
    }
}

handle! {
    /// The platform's tenants.
    AdminTenants
}

impl AdminTenants {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/admin/tenants/{}{below}", segment("tenant id", id)?))
    }

    /// Lists them.
    pub fn list(&self) -> Listing<Tenant> {
        Listing::new(&self.client, "/admin/tenants")
    }

    /// Makes one.
    pub fn create(&self, tenant: &TenantCreate) -> Call<Tenant> {
        Call::json(&self.client, Method::POST, "/admin/tenants").body(tenant)
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Call<Tenant> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// Changes its plan or limits, suspends it, verifies it.
    pub fn update(&self, id: &str, update: &TenantAdminUpdate) -> Call<Tenant> {
        Call::json(&self.client, Method::PATCH, Self::path(id, "")).body(update)
    }

    /// Makes an API token of it. Its secret is shown this once.
    pub fn create_token(&self, id: &str, token: &ApiTokenCreate) -> Call<ApiTokenCreated> {
        Call::json(&self.client, Method::POST, Self::path(id, "/tokens")).body(token)
    }
}

handle! {
    /// What publishers want to be public.
    Submissions
}

impl Submissions {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/admin/submissions/{}{below}", segment("submission id", id)?))
    }

    /// Lists them, with filters.
    pub fn list(&self) -> Listing<Submission, Submitted> {
        Listing::new(&self.client, "/admin/submissions")
    }

    /// One of them, `sub_…`, with what it would publish.
    pub fn get(&self, id: &str) -> Call<SubmissionDetail> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// What it changes against the version approved last, with what nobody sees made visible.
    pub fn diff(&self, id: &str) -> Call<SubmissionDiff> {
        Call::json(&self.client, Method::GET, Self::path(id, "/diff"))
    }

    /// Claims it for an hour; with `take_over` although another reviewer has.
    pub fn claim(&self, id: &str, take_over: bool) -> Call<Submission> {
        Call::json(&self.client, Method::POST, Self::path(id, "/claim")).body(&Claim { take_over })
    }

    /// Gives the claim back.
    pub fn unclaim(&self, id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(id, "/claim"))
    }

    /// What was said about it, the oldest first.
    pub fn messages(&self, id: &str) -> Listing<Message> {
        Listing::new(&self.client, Self::path(id, "/messages"))
    }

    /// Writes to its publisher.
    pub fn write(&self, id: &str, text: &str) -> Call<Message> {
        let body = MessageCreate { text: text.to_owned() };
        Call::json(&self.client, Method::POST, Self::path(id, "/messages")).body(&body)
    }

    /// Publishes it.
    pub fn approve(&self, id: &str, decision: &Decision) -> Call<Component> {
        Call::json(&self.client, Method::POST, Self::path(id, "/approve")).body(decision)
    }

    /// Refuses it; the decision says why.
    pub fn reject(&self, id: &str, decision: &Decision) -> Call<Component> {
        Call::json(&self.client, Method::POST, Self::path(id, "/reject")).body(decision)
    }

    /// Sends it back; the decision says what to change.
    pub fn request_changes(&self, id: &str, decision: &Decision) -> Call<Component> {
        Call::json(&self.client, Method::POST, Self::path(id, "/request-changes")).body(decision)
    }
}

handle! {
    /// Runs of the automated checks over everything public, after their rules have changed.
    CheckRuns
}

impl CheckRuns {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/admin/checks/runs/{}{below}", segment("run id", id)?))
    }

    /// Starts one; it goes on in the background.
    pub fn start(&self) -> Call<CheckRun> {
        Call::json(&self.client, Method::POST, "/admin/checks/runs")
    }

    /// How far one has come, `chk_…`.
    pub fn get(&self, id: &str) -> Call<CheckRun> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// The versions in which it found something to block or to look at.
    pub fn findings(&self, id: &str) -> Listing<CheckRunVersion> {
        Listing::new(&self.client, Self::path(id, "/findings"))
    }
}
