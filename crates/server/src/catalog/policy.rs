//! What the platform decides by a rule of its own, when the operator has set one.

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::{MarketplaceType, Status};
use atom_marketplace_protocol::error::Severity;
use atom_marketplace_protocol::review::Decision;

use super::claims::Reviewer;
use super::publish::{Prepared, Published};
use super::review::{self, Judgement, Verdict};
use super::store as catalog;
use crate::audit::Actor;
use crate::error::ApiResult;

/// What is approved without a reviewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoApprove {
    /// Nothing.
    #[default]
    Off,
    /// The update of a public component that a reviewer has approved before, by a publisher whom the platform has verified,
    /// if the checks found nothing that a reviewer should look at.
    VerifiedUpdates,
}

/// Approves what was just published, in its own transaction, if the rule says so.
pub fn apply(
    c: &mut Conn<'_>,
    rule: AutoApprove,
    prepared: &Prepared,
    published: Published,
    now: Timestamp,
) -> ApiResult<Published> {
    let remarks = prepared.findings.iter().any(|finding| finding.severity >= Severity::Queue);
    let public = prepared.marketplace_type == MarketplaceType::Public;
    if rule != AutoApprove::VerifiedUpdates || !published.created || !public || remarks {
        return Ok(published);
    }
    let component = catalog::component_by_key(c, published.component)?;
    let served = component.visibility == MarketplaceType::Public && component.status == Status::Published;
    let Some(waiting) = component.pending_version_id.filter(|_| served && component.publisher_verified) else {
        return Ok(published);
    };
    let submission = catalog::version_by_key(c, waiting)?;
    let judgement = Judgement {
        submission: submission.uid,
        verdict: Verdict::Approve,
        decision: Decision { reason: None, digest: Some(submission.digest), take_over: false },
        reviewer: Reviewer { actor: Actor::policy("verified-updates"), account: None },
    };
    let (_, change) = review::decide(c, &judgement, now)?;
    Ok(Published { change: Some(change), ..published })
}
