//! What the platform decides: submissions, quarantine and release; and what publishers see of it. An approval is of a digest; nothing else of a component
//! ever becomes public (contract §1 "Lifecycle").

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp};
use atom_marketplace_protocol::component::{MarketplaceType, Status};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::review::{Decision, Submission, SubmissionDetail, SubmissionSort};

use atom_marketplace_protocol::text::{TextRule, clean};
use serde_json::json;

use super::change::Change;
use super::changes;
use super::claims::{self, Reviewer};
use super::index;
use super::model::{ComponentRow, kind_from, word};
use super::publish::refresh_head;
use super::record;
use super::store::{self as catalog, review as store, write};
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers};
use crate::extract::TenantScope;
use crate::paging::Window;

/// A submission as it is listed.
#[derive(Clone, Debug)]
pub struct SubmissionRow {
    /// Its version's key.
    pub id: i64,
    /// Its publisher's.
    pub(in crate::catalog) tenant: i64,
    pub(in crate::catalog) claim: Option<(String, Timestamp)>,
    pub(in crate::catalog) submission: Submission,
}

impl FromRow for SubmissionRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let findings: String = row.get("findings")?;
        let reviewer: Option<String> = row.get("reviewer")?;
        let time = |name: &str| row.get::<Option<Timestamp>>(name).map(|at| at.map(|at| at.to_string()));
        Ok(Self {
            id: row.get("id")?,
            tenant: row.get("tenant_id")?,
            claim: reviewer.zip(row.get("until")?),
            submission: Submission {
                id: row.get("uid")?,
                component_type: kind_from(row.get("kind")?)?,
                component_id: row.get("slug")?,
                source_tenant_id: row.get("publisher_slug")?,
                version: row.get("version")?,
                digest: row.get("digest")?,
                status: word(row, "status")?,
                risk: row.get::<i64>("risk")?.max(0) as u64,
                findings: serde_json::from_str(&findings).map_err(|error| Error::Other(error.to_string()))?,
                submitted_at: time("submitted_at")?.unwrap_or_default(),
                submitted_by: row.get("submitted_by")?,
                decided_at: time("decided_at")?,
                decided_by: row.get("decided_by")?,
                reason: row.get("reason")?,
                claimed_by: None,
                claimed_until: None,
                message_count: row.get::<i64>("messages")?.max(0) as u64,
            },
        })
    }
}

impl SubmissionRow {
    /// Who looks at it at this time, and until when.
    pub(in crate::catalog) fn claimed(&self, now: Timestamp) -> Option<(&str, Timestamp)> {
        let (reviewer, until) = self.claim.as_ref()?;
        (*until > now).then_some((reviewer.as_str(), *until))
    }

    /// As reviewers see it.
    pub(in crate::catalog) fn for_reviewers(self, now: Timestamp) -> Submission {
        let claimed = self.claimed(now).map(|(reviewer, until)| (reviewer.to_owned(), until.to_string()));
        let (claimed_by, claimed_until) = claimed.unzip();
        Submission { claimed_by, claimed_until, ..self.submission }
    }
}

/// A place in the queue: risk and key.
pub(in crate::catalog) type QueuePlace = (i64, i64);

/// Submissions are counted so far.
const COUNTED_MAX: u64 = 1_000;

/// Which submissions are listed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where they stand.
    pub status: Status,
    /// Of one kind alone.
    pub kind: Option<Kind>,
    /// Of one publisher alone.
    pub tenant: Option<String>,
    /// In which order.
    pub sort: SubmissionSort,
}

/// A page of submissions.
pub(crate) fn list(
    c: &mut Conn<'_>,
    wanted: &Wanted,
    window: &Window<QueuePlace>,
    now: Timestamp,
) -> ApiResult<Page<Submission>> {
    let rows = store::list(c, wanted, window)?;
    let total = store::count(c, wanted, COUNTED_MAX)?;
    let place = |row: &SubmissionRow| (row.submission.risk as i64, row.id);
    Ok(window.page(rows, total, place, |row| row.for_reviewers(now)))
}

/// A submission with what it would publish.
pub(crate) fn get(c: &mut Conn<'_>, uid: &str, now: Timestamp) -> ApiResult<SubmissionDetail> {
    let row = find(c, uid)?;
    let manifest = catalog::version_by_key(c, row.id)?.manifest()?;
    Ok(SubmissionDetail { submission: row.for_reviewers(now), manifest })
}

/// A submission, for reviewers.
pub(crate) fn find(c: &mut Conn<'_>, uid: &str) -> ApiResult<SubmissionRow> {
    store::find(c, uid)?.ok_or_else(no_submission)
}

/// A tenant's own. Another's is not there.
pub(in crate::catalog) fn find_own(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<SubmissionRow> {
    let row = store::find(c, uid)?.filter(|row| row.tenant == scope.id()).ok_or_else(no_submission)?;
    scope.check_pattern(&row.submission.component_id)?;
    Ok(row)
}

/// A tenant's own with what it would publish. Who looks at it is the reviewers' affair.
pub(in crate::catalog) fn get_own(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<SubmissionDetail> {
    let row = find_own(c, scope, uid)?;
    let manifest = catalog::version_by_key(c, row.id)?.manifest()?;
    Ok(SubmissionDetail { submission: row.submission, manifest })
}

/// A page of what a tenant has submitted, the latest first.
pub(in crate::catalog) fn list_own(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    window: &Window<i64>,
) -> ApiResult<Page<Submission>> {
    let rows = store::own(c, scope, window)?;
    let total = store::count_own(c, scope, COUNTED_MAX)?;
    Ok(window.page(rows, total, |row| row.id, |row| row.submission))
}

fn no_submission() -> ApiError {
    ApiError::not_found("submission")
}

/// What a reviewer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It becomes public.
    Approve,
    /// It does not.
    Reject,
    /// It might, once it is mended.
    RequestChanges,
}

/// Why something is decided, checked.
pub(crate) fn reason(text: &str) -> ApiResult<String> {
    let rule = TextRule { max_chars: 2_000, multiline: true, required: true };
    clean(text, rule).map_err(|message| ApiError::field("reason", message))
}

/// A decision, checked: whatever is no approval has a reason.
pub(crate) fn checked(decision: Decision, verdict: Verdict) -> ApiResult<Decision> {
    let reason = decision.reason.as_deref().map(reason).transpose()?;
    if verdict != Verdict::Approve && reason.is_none() {
        return Err(ApiError::field("reason", "This field is required."));
    }
    Ok(Decision { reason, ..decision })
}

/// A decision that was checked, to be carried out.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The submission, `sub_…`.
    pub submission: String,
    /// What is decided.
    pub verdict: Verdict,
    /// Why, and of which digest.
    pub decision: Decision,
    /// By whom.
    pub reviewer: Reviewer,
}

/// Decides a submission. Returns the component's key and what readers see differently.
pub fn decide(c: &mut Conn<'_>, judgement: &Judgement, now: Timestamp) -> ApiResult<(i64, Change)> {
    let row = find(c, &judgement.submission)?;
    claims::check(c, &judgement.reviewer, &row, judgement.decision.take_over, now)?;
    let submission = row.submission;
    if submission.status != Status::PendingReview {
        return Err(ApiError::conflict(format!(
            "This submission does not wait any more: it is {}. Only what waits is decided.",
            submission.status
        )));
    }
    if judgement.decision.digest.as_ref().is_some_and(|digest| *digest != submission.digest) {
        return Err(ApiError::conflict(format!(
            "The submission's digest is {}, not the one decided on: look at it again.",
            submission.digest
        )));
    }
    store::unclaim(c, row.id)?;
    let component = store::component_of(c, row.id)?;
    let component = catalog::component_by_key(c, component)?;
    let reason = judgement.decision.reason.as_deref();
    let actor = judgement.reviewer.actor.as_str();
    let version = submission.version.as_str();
    let (action, event) = match judgement.verdict {
        Verdict::Approve => {
            let first = !write::known_versions(c, component.id)?
                .iter()
                .any(|known| known.status == Status::Published && known.visibility == MarketplaceType::Public);
            let approved = approve(c, &component, row.id, actor, reason, now)?;
            let action = if first { ChangeAction::Published } else { ChangeAction::Updated };
            changes::seen(c, component.id, action, Some(approved), now)?;
            let about = record::about(&component);
            let data = json!({ "version": version });
            events::emit(c, EventType::ComponentApproved, &about, Hearers::OWNER, data, now)?;
            if component.status != Status::Quarantined {
                record::available(c, &about, MarketplaceType::Public, first, version, now)?;
            }
            ("submission.approve", None)
        }
        Verdict::Reject => {
            refuse(c, &component, row.id, Status::Rejected, actor, reason, now)?;
            ("submission.reject", Some(EventType::ComponentRejected))
        }
        Verdict::RequestChanges => {
            refuse(c, &component, row.id, Status::ChangesRequested, actor, reason, now)?;
            ("submission.request_changes", Some(EventType::ComponentChangesRequested))
        }
    };
    if let Some(event) = event {
        let data = json!({ "version": version, "submission_id": submission.id, "reason": reason });
        events::emit(c, event, &record::about(&component), Hearers::OWNER, data, now)?;
    }
    let details =
        json!({ "submission": submission.id, "version": version, "digest": submission.digest, "reason": reason });
    record::note(c, &judgement.reviewer.actor, &component, action, details, now)?;
    Ok((component.id, changed(c, &component, judgement.verdict == Verdict::Approve)?))
}

/// Makes a submission public. Returns the key of the version that it is then.
fn approve(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    version: i64,
    actor: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> ApiResult<i64> {
    store::decide(c, version, Status::Published, actor, reason, now)?;
    let twin = store::private_twin(c, version)?;
    if let Some(private) = twin {
        let freed = store::become_twin(c, version, private)?;
        write::add_storage(c, component.tenant_id, -freed)?;
    }
    // A quarantine ends by a release alone.
    let status = if component.status == Status::Quarantined { Status::Quarantined } else { Status::Published };
    let why = component.status_reason.as_deref().filter(|_| status == Status::Quarantined);
    write::set_state(c, component.id, MarketplaceType::Public, status, why, None, now)?;
    refresh_head(c, component, MarketplaceType::Public)?;
    Ok(twin.unwrap_or(version))
}

fn refuse(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    version: i64,
    status: Status,
    actor: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> ApiResult<()> {
    store::decide(c, version, status, actor, reason, now)?;
    if component.head_version_id == Some(version) {
        write::set_state(c, component.id, component.visibility, status, reason, None, now)?;
    } else {
        // What is served stays; its publisher sees what became of the submission.
        write::touch(c, component.id, now)?;
    }
    Ok(())
}

fn changed(c: &mut Conn<'_>, component: &ComponentRow, public: bool) -> ApiResult<Change> {
    let mut tenants = write::shared_tenants(c, component.id)?;
    tenants.push(component.tenant_id);
    index::reindex(c, component.id)?;
    Ok(Change { tenants, public: public || component.listed, ..Change::of(component) })
}

/// A component by its full name, for the platform's verbs.
fn named(c: &mut Conn<'_>, kind: Kind, tenant: &str, id: &str) -> ApiResult<ComponentRow> {
    let row = catalog::by_name(c, kind, tenant, id)?.filter(|row| row.status != Status::Withdrawn);
    row.ok_or_else(|| ApiError::component_not_found(kind, id))
}

/// Hides a component and keeps it from being installed, until it is released.
pub fn quarantine(
    c: &mut Conn<'_>,
    actor: &Actor,
    kind: Kind,
    tenant: &str,
    id: &str,
    reason: &str,
    now: Timestamp,
) -> ApiResult<(i64, Change)> {
    let component = named(c, kind, tenant, id)?;
    if !matches!(component.status, Status::Published | Status::Quarantined) {
        return Err(ApiError::conflict(format!(
            "The component is {}: only what is published is quarantined.",
            component.status
        )));
    }
    if component.status == Status::Quarantined && component.status_reason.as_deref() == Some(reason) {
        return Ok((component.id, Change::of(&component)));
    }
    let (visibility, pending) = (component.visibility, component.pending_version_id);
    write::set_state(c, component.id, visibility, Status::Quarantined, Some(reason), pending, now)?;
    changes::gone(c, &component, ChangeAction::Quarantined, now)?;
    let details = json!({ "reason": reason });
    record::note(c, actor, &component, "component.quarantine", details.clone(), now)?;
    let about = record::about(&component);
    events::emit(c, EventType::ComponentQuarantined, &about, Hearers::INSTALLERS, details, now)?;
    Ok((component.id, changed(c, &component, false)?))
}

/// Ends a quarantine.
pub fn release(
    c: &mut Conn<'_>,
    actor: &Actor,
    kind: Kind,
    tenant: &str,
    id: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> ApiResult<(i64, Change)> {
    let component = named(c, kind, tenant, id)?;
    if component.status != Status::Quarantined {
        return Err(ApiError::conflict(format!("The component is {}, not in quarantine.", component.status)));
    }
    let (visibility, pending) = (component.visibility, component.pending_version_id);
    write::set_state(c, component.id, visibility, Status::Published, None, pending, now)?;
    changes::seen(c, component.id, ChangeAction::Released, None, now)?;
    let details = json!({ "reason": reason });
    record::note(c, actor, &component, "component.release", details.clone(), now)?;
    events::emit(c, EventType::ComponentReleased, &record::about(&component), Hearers::INSTALLERS, details, now)?;
    Ok((component.id, changed(c, &component, visibility == MarketplaceType::Public)?))
}
