//! The test environment's data as transactions: made anew, and submissions decided without a reviewer. Everything is done
//! with the verbs that requests use, so that it can hold nothing that could not have come about by itself.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::{Publication, Status};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::review::{Decision, SubmissionSort};
use atom_marketplace_protocol::scope::{Role, ScopeSet};
use atom_marketplace_protocol::tenant::MemberAdd;
use atom_marketplace_protocol::token::Secret;

use super::content;
use super::store;
use super::{EMAIL, PUBLISHER, TENANT, TOKEN};
use crate::audit::Actor;
use crate::catalog::change::Change;
use crate::catalog::claims::Reviewer;
use crate::catalog::publish::{self, Prepared};
use crate::catalog::review::{self, Judgement, Verdict, Wanted};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::paging::Window;
use crate::ratings::{self, Opinion, Subject};
use crate::tenants;
use crate::tokens::{self, NewToken};

/// How long a public submission waits.
pub(super) const REVIEW: Duration = Duration::from_secs(2);
/// Ids that begin like this are sent back to their publisher.
const SENT_BACK: &str = "reject-";
/// Whoever rates the publisher's components.
const RATERS: [&str; 2] = ["first-reader", "second-reader"];
/// Submissions read at a time.
const CHUNK: u64 = 100;

/// A component to be, ready to be stored.
pub(super) struct Item {
    prepared: Prepared,
    kind: Kind,
    id: String,
    ratings: Vec<(usize, i64)>,
}

/// All of them. Takes a moment of computing.
pub(super) fn items() -> ApiResult<Vec<Item>> {
    content::publications().into_iter().map(item).collect()
}

fn item(publication: Publication) -> ApiResult<Item> {
    let rated = |rater| content::rating(&publication, rater).map(|rating| (rater, rating));
    let ratings = (0..RATERS.len()).filter_map(rated).collect();
    let (kind, id) = (publication.kind, publication.id.clone());
    let prepared = publish::prepare(publication, PUBLISHER, true, &Arc::default())?;
    prepared.passed(false)?;
    Ok(Item { prepared, kind, id, ratings })
}

/// Makes the data, in one transaction: readers see what was before or all that is new. `anew`: in place of what is there;
/// otherwise only where there is nothing yet.
pub(super) fn fill(c: &mut Conn<'_>, items: &Arc<Vec<Item>>, anew: bool, now: Timestamp) -> ApiResult<()> {
    if !anew && tenants::get(c, TENANT)?.is_some() {
        return Ok(());
    }
    store::empty(c)?;
    let tester = TenantScope::of_platform(tenants::create(c, TENANT, "Test Tenant", Plan::Team, now)?, seeding());
    let owner = MemberAdd { email: EMAIL.to_owned(), name: Some("Test User".to_owned()), role: Role::Owner };
    tenants::add_member(c, &tester, &owner, now)?;
    make_token(c, "test-api-token", &Secret::new(TOKEN), None, now)?;
    let publisher =
        TenantScope::of_platform(tenants::create(c, PUBLISHER, "Example Publisher", Plan::Enterprise, now)?, seeding());
    for item in items.iter() {
        publish::publish(c, &publisher, &item.prepared, now)?;
    }
    // Whoever reads is told once, that everything is new.
    decide(c, now, Timestamp::from_micros(i64::MAX))?;
    for (number, name) in RATERS.into_iter().enumerate() {
        let rater = TenantScope::of_platform(tenants::create(c, name, name, Plan::Free, now)?, seeding());
        for item in items.iter() {
            for (_, rating) in item.ratings.iter().filter(|(rater, _)| *rater == number) {
                let subject = Subject { kind: item.kind, id: item.id.clone(), source: Some(PUBLISHER.to_owned()) };
                let opinion = Opinion { rating: *rating, review: None };
                ratings::rate(c, &rater, rater.author(), &subject, &opinion, false, now)?;
            }
        }
    }
    Ok(())
}

/// Who makes the test environment's data and decides there.
fn seeding() -> Actor {
    Actor::policy("test-environment")
}

/// Makes a token of the test tenant's owner that may do everything there.
pub(super) fn make_token(
    c: &mut Conn<'_>,
    name: &str,
    secret: &Secret,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> ApiResult<()> {
    let tenant = tenants::get(c, TENANT)?.ok_or_else(ApiError::tenant_not_found)?;
    let new = NewToken {
        tenant: tenant.id,
        account: Some(store::account(c, EMAIL)?),
        name: name.to_owned(),
        scopes: ScopeSet::ALL_TENANT,
        patterns: None,
        expires_at,
    };
    tokens::create(c, &seeding(), &new, secret, now)?;
    Ok(())
}

/// Decides what was submitted until `until`. Returns what readers see differently, and when the next one came.
pub(super) fn decide(
    c: &mut Conn<'_>,
    now: Timestamp,
    until: Timestamp,
) -> ApiResult<(Vec<Change>, Option<Timestamp>)> {
    let wanted = Wanted { status: Status::PendingReview, kind: None, tenant: None, sort: SubmissionSort::Age };
    let mut changes = Vec::new();
    loop {
        let waiting = review::list(c, &wanted, &Window::first(CHUNK), now)?.items;
        let full = waiting.len() as u64 == CHUNK;
        let mut decided = 0;
        for submission in waiting {
            let came = Timestamp::from_str(&submission.submitted_at).map_err(ApiError::internal)?;
            // The oldest is first.
            if came > until {
                return Ok((changes, Some(came)));
            }
            let (verdict, reason) = verdict(&submission.component_id);
            let judgement = Judgement {
                submission: submission.id,
                verdict,
                decision: Decision { reason, digest: Some(submission.digest), take_over: true },
                reviewer: Reviewer { actor: seeding(), account: None },
            };
            changes.push(review::decide(c, &judgement, now)?.1);
            decided += 1;
        }
        if !full || decided == 0 {
            return Ok((changes, None));
        }
    }
}

fn verdict(id: &str) -> (Verdict, Option<String>) {
    if id.starts_with(SENT_BACK) {
        let reason = format!("The test environment asks for changes to every id that begins with `{SENT_BACK}`.");
        (Verdict::RequestChanges, Some(reason))
    } else {
        (Verdict::Approve, None)
    }
}
