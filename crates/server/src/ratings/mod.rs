//! Ratings and reviews: one for each author and component, and what they add up to.
//!
//! The sums on the component are kept as each rating changes, so that a rating costs the same however many there are.
//! Nothing here tells who wrote a review, beyond the name of the tenant.

mod api;
mod store;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::rating::{RatingSummary, Review};
use serde_json::{Value, json};

use crate::audit::{self, Entry};
use crate::catalog::change::Change;
use crate::catalog::model::ComponentRow;
use crate::catalog::{self, RatingsChange, resolve::resolve};
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers};
use crate::extract::{Audience, TenantScope};
use crate::http::ApiRoutes;
use crate::paging::Window;

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// The component that a request names.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// Its publisher, if it is named.
    pub(crate) source: Option<String>,
}

impl Subject {
    fn find(&self, c: &mut Conn<'_>, audience: &Audience) -> ApiResult<ComponentRow> {
        resolve(c, audience, self.kind, &self.id, self.source.as_deref())
    }
}

/// What an author says of a component.
#[derive(Clone, Debug)]
pub(crate) struct Opinion {
    /// 1 to 5.
    pub(crate) rating: i64,
    /// Clean text that is not blank.
    pub(crate) review: Option<String>,
}

/// Rates a component for `author` of the scope's tenant, in place of what the author said before.
pub(crate) fn rate(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    subject: &Subject,
    opinion: &Opinion,
    now: Timestamp,
) -> ApiResult<(RatingSummary, Change)> {
    let component = subject.find(c, &Audience::of_tenant(scope))?;
    if component.tenant_id == scope.id() {
        return Err(ApiError::conflict("You cannot rate your own component."));
    }
    let before = store::of_author(c, scope, author, component.id)?;
    let uid = ids::new_id("rate");
    store::put(c, scope, author, component.id, (&uid, opinion.rating, opinion.review.as_deref()), now)?;
    let details = json!({ "author": author, "rating": opinion.rating, "review": opinion.review.is_some() });
    note(c, scope, &component, "rating.put", details, now)?;
    let hearers = Hearers { actor: Some(scope.id()), ..Hearers::OWNER };
    let data = json!({ "rating": opinion.rating });
    events::emit(c, EventType::ComponentRated, &catalog::record::about(&component), hearers, data, now)?;
    count(c, scope, &component, before, Some(opinion.rating), now)
}

/// Takes the author's rating back, if there is one.
pub(crate) fn unrate(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    subject: &Subject,
    now: Timestamp,
) -> ApiResult<(RatingSummary, Change)> {
    let component = subject.find(c, &Audience::of_tenant(scope))?;
    let before = store::of_author(c, scope, author, component.id)?;
    store::delete(c, scope, author, component.id)?;
    if before.is_some() {
        note(c, scope, &component, "rating.delete", json!({ "author": author }), now)?;
    }
    count(c, scope, &component, before, None, now)
}

/// Takes back what a tenant's authors said of a component that is its own from now on: nobody rates what is theirs.
pub(crate) fn forget_own(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    now: Timestamp,
) -> ApiResult<()> {
    for author in store::authors(c, scope, component.id)? {
        let before = store::of_author(c, scope, &author, component.id)?;
        store::delete(c, scope, &author, component.id)?;
        note(c, scope, component, "rating.delete", json!({ "author": author }), now)?;
        count(c, scope, component, before, None, now)?;
    }
    Ok(())
}

/// The record of what a tenant said of a component, in that tenant's chain.
fn note(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    action: &'static str,
    details: Value,
    now: Timestamp,
) -> ApiResult<()> {
    let target = audit::component(component.kind, &component.publisher_slug, &component.slug);
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    Ok(audit::record(c, &Entry { actor, tenant, action, target, details }, now)?)
}

/// Brings the sums from one rating of an author to another.
fn count(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    before: Option<i64>,
    after: Option<i64>,
    now: Timestamp,
) -> ApiResult<(RatingSummary, Change)> {
    let mut ratings = catalog::Ratings { average: component.average, count: component.rating_count };
    if before != after {
        let was = store::of_tenant(c, scope, component.id)?;
        let change = change_of(was, before, after);
        store::put_tenant(c, scope, component.id, (was.0 + change.sum, was.1 + change.count))?;
        ratings = catalog::count_rating(c, component.id, change)?;
        catalog::index::refresh_rank(c, component.id, now)?;
    }
    let summary =
        RatingSummary { rating: after, average_rating: ratings.average, rating_count: ratings.count.max(0) as u64 };
    Ok((summary, Change::of(component)))
}

/// What a tenant with `(sum, count)` ratings changes when one of its authors goes from one rating to another.
fn change_of((sum, count): (i64, i64), before: Option<i64>, after: Option<i64>) -> RatingsChange {
    let by = |rating: Option<i64>| (rating.unwrap_or(0), i64::from(rating.is_some()));
    let ((old, had), (new, has)) = (by(before), by(after));
    let change = RatingsChange { sum: new - old, count: has - had, ..RatingsChange::default() };
    let (sum_after, count_after) = (sum + change.sum, count + change.count);
    RatingsChange {
        tenant_mean_sum: mean(sum_after, count_after) - mean(sum, count),
        tenant_mean_count: i64::from(count_after > 0) - i64::from(count > 0),
        ..change
    }
}

/// A tenant's mean, to the nearest 2⁻²⁰. Sums and differences of such numbers are exact, so the running sum of means
/// never drifts, whatever the order of the changes.
fn mean(sum: i64, count: i64) -> f64 {
    const STEPS: f64 = (1_u64 << 20) as f64;
    if count == 0 { 0.0 } else { (sum as f64 / count as f64 * STEPS).round() / STEPS }
}

/// A page of a component's reviews, latest first.
pub(crate) fn reviews(
    c: &mut Conn<'_>,
    audience: &Audience,
    subject: &Subject,
    reader: Option<(i64, &str)>,
    window: &Window<(i64, i64)>,
) -> ApiResult<Page<Review>> {
    let component = subject.find(c, audience)?;
    let rows = store::page(c, component.id, window)?;
    let total = store::total(c, component.id)?;
    let key = |row: &store::ReviewRow| (row.updated_at.as_micros(), row.id);
    Ok(window.page(rows, total, key, |row| Review {
        mine: reader == Some((row.tenant_id, row.author.as_str())),
        id: row.uid,
        rating: row.rating,
        review: row.review,
        author: row.tenant_name,
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_means_never_drifts() {
        // Three authors of one tenant come, change their minds and go, in every order that matters.
        let steps = [
            (None, Some(5)),
            (None, Some(1)),
            (None, Some(4)),
            (Some(1), Some(2)),
            (Some(5), None),
            (Some(2), Some(3)),
            (Some(4), None),
            (Some(3), None),
        ];
        let (mut sums, mut total) = ((0, 0), RatingsChange { tenant_mean_sum: 7.5, ..RatingsChange::default() });
        for (before, after) in steps {
            let change = change_of(sums, before, after);
            sums = (sums.0 + change.sum, sums.1 + change.count);
            total.tenant_mean_sum += change.tenant_mean_sum;
            total.tenant_mean_count += change.tenant_mean_count;
            if sums.1 > 0 {
                let plain = sums.0 as f64 / sums.1 as f64;
                assert!((total.tenant_mean_sum - 7.5 - plain).abs() < 1e-6);
                assert_eq!(total.tenant_mean_count, 1);
            }
        }
        assert_eq!((sums, total.tenant_mean_count), ((0, 0), 0));
        assert!(total.tenant_mean_sum.to_bits() == 7.5_f64.to_bits(), "exactly what it was");
    }
}
