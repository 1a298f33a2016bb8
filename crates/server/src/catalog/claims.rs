//! Who reviews what: a claim keeps two reviewers from one submission, and nobody decides on what is their own.

use std::time::Duration;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::review::Submission;
use atom_marketplace_protocol::scope::Scope;
use serde_json::json;

use super::record;
use super::review::{self, SubmissionRow};
use super::store::{self as catalog, review as store};
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult};
use crate::tenants;

/// How long a claim holds unless it is renewed.
pub const CLAIM: Duration = Duration::from_hours(1);

/// Who reviews.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// For the record.
    pub actor: Actor,
    /// The key of their account; none with the admin key, and for the marketplace's own policies.
    pub account: Option<i64>,
}

/// Refuses a reviewer who is a member of the publisher, and one who comes in the way of another's claim.
pub(in crate::catalog) fn check(
    c: &mut Conn<'_>,
    reviewer: &Reviewer,
    row: &SubmissionRow,
    take_over: bool,
    now: Timestamp,
) -> ApiResult<()> {
    if let Some(account) = reviewer.account
        && tenants::is_member(c, row.tenant, account)?
    {
        return Err(ApiError::new(
            Code::InsufficientPermissions,
            format!(
                "You are a member of `{}`, whose submission this is: another reviewer has to decide.",
                row.submission.source_tenant_id
            ),
        )
        .details(json!({ "required_permission": Scope::ReviewsManage.as_str() })));
    }
    match row.claimed(now) {
        Some((claimed_by, until)) if claimed_by != reviewer.actor.as_str() && !take_over => Err(ApiError::conflict(
            format!("{claimed_by} has claimed this submission until {until}: wait, or say `take_over`."),
        )
        .details(json!({ "claimed_by": claimed_by, "claimed_until": until.to_string() }))),
        _ => Ok(()),
    }
}

/// Claims a submission for an hour, or renews the claim.
pub(crate) fn claim(
    c: &mut Conn<'_>,
    reviewer: &Reviewer,
    uid: &str,
    take_over: bool,
    now: Timestamp,
) -> ApiResult<Submission> {
    let row = review::find(c, uid)?;
    if row.submission.status != Status::PendingReview {
        return Err(ApiError::conflict(format!(
            "This submission does not wait any more: it is {}.",
            row.submission.status
        )));
    }
    check(c, reviewer, &row, take_over, now)?;
    let until = now.plus(CLAIM);
    store::claim(c, row.id, reviewer.actor.as_str(), until)?;
    note(c, reviewer, &row, "submission.claim", now)?;
    Ok(review::find(c, uid)?.for_reviewers(now))
}

/// Gives a claim back, or, with `take_over`, another's. Without a claim nothing changes.
pub(crate) fn unclaim(
    c: &mut Conn<'_>,
    reviewer: &Reviewer,
    uid: &str,
    take_over: bool,
    now: Timestamp,
) -> ApiResult<()> {
    let row = review::find(c, uid)?;
    check(c, reviewer, &row, take_over, now)?;
    if row.claimed(now).is_some() {
        store::unclaim(c, row.id)?;
        note(c, reviewer, &row, "submission.unclaim", now)?;
    }
    Ok(())
}

fn note(
    c: &mut Conn<'_>,
    reviewer: &Reviewer,
    row: &SubmissionRow,
    action: &'static str,
    now: Timestamp,
) -> ApiResult<()> {
    let key = store::component_of(c, row.id)?;
    let component = catalog::component_by_key(c, key)?;
    let details = json!({ "submission": row.submission.id, "version": row.submission.version });
    Ok(record::note(c, &reviewer.actor, &component, action, details, now)?)
}
