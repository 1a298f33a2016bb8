//! Ratings and reviews: one for each author and component, and what they add up to.
//!
//! Nothing here tells who wrote a review, beyond the name of the tenant. The ranking goes by the ratings of those tenants
//! that have the component installed now, each counted once: an uninstall takes a tenant's vote out, an install puts it
//! back in.

mod api;
mod moderation;
mod moderation_api;
mod reply_api;
mod store;
mod sums;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::rating::{OwnRating, RatingOverview, RatingSummary, Review, ReviewReply};
use serde_json::{Value, json};

use crate::audit::{self, Entry};
use crate::catalog::change::Change;
use crate::catalog::model::ComponentRow;
use crate::catalog::{self, resolve::resolve};
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers};
use crate::extract::{Audience, TenantScope};
use crate::http::ApiRoutes;
use crate::paging::Window;
use store::{Eyes, ReviewRow};

pub(crate) use sums::installed;

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes().merge(reply_api::routes()).merge(moderation_api::routes())
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

/// Rates a component for `author` of the scope's tenant, in place of what the author said before. `installers_only`:
/// refused unless the tenant has it installed.
pub(crate) fn rate(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    subject: &Subject,
    opinion: &Opinion,
    installers_only: bool,
    now: Timestamp,
) -> ApiResult<(RatingSummary, Change)> {
    let component = subject.find(c, &Audience::of_tenant(scope))?;
    if component.tenant_id == scope.id() {
        return Err(ApiError::conflict("You cannot rate your own component."));
    }
    if installers_only && !store::installed(c, component.id, scope.id())? {
        let message = format!(
            "Install the {} `{}` first: here only those who have a component rate it.",
            component.kind, component.slug
        );
        return Err(ApiError::conflict(message).details(json!({ "required": "installation" })));
    }
    let counts = !store::is_hidden(c, scope, author, component.id)?;
    let before = store::of_author(c, scope, author, component.id)?;
    let given = before.as_ref().map_or(now, |before| before.created_at);
    let before = before.and_then(|before| before.counted());
    let uid = ids::new_id("rate");
    store::put(c, scope, author, component.id, (&uid, opinion.rating, opinion.review.as_deref()), now)?;
    let details = json!({ "author": author, "rating": opinion.rating, "review": opinion.review.is_some() });
    note(c, scope, &component, "rating.put", details, now)?;
    let hearers = Hearers { actor: Some(scope.id()), ..Hearers::OWNER };
    let data = json!({ "rating": opinion.rating });
    events::emit(c, EventType::ComponentRated, &catalog::record::about(&component), hearers, data, now)?;
    let ratings =
        sums::replace(c, component.id, scope.id(), given, (before, Some(opinion.rating).filter(|_| counts)), now)?;
    Ok(summary(&component, Some(opinion.rating), ratings))
}

/// The id of what an author says of a component, `rate_…`.
pub(crate) fn id(c: &mut Conn<'_>, scope: &TenantScope, author: &str, subject: &Subject) -> ApiResult<String> {
    let component = subject.find(c, &Audience::of_tenant(scope))?;
    let rating = store::of_author(c, scope, author, component.id)?;
    rating.map(|rating| rating.uid).ok_or_else(|| ApiError::not_found("rating"))
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
    let Some(before) = store::of_author(c, scope, author, component.id)? else {
        return Ok(summary(&component, None, None));
    };
    store::delete(c, before.id)?;
    note(c, scope, &component, "rating.delete", json!({ "author": author }), now)?;
    let ratings = sums::replace(c, component.id, scope.id(), before.created_at, (before.counted(), None), now)?;
    Ok(summary(&component, None, ratings))
}

/// The answer to a rating, where `ratings` is what all come to if that changed.
fn summary(
    component: &ComponentRow,
    rating: Option<i64>,
    ratings: Option<catalog::Ratings>,
) -> (RatingSummary, Change) {
    let same = catalog::Ratings { average: component.average, count: component.rating_count };
    let ratings = ratings.unwrap_or(same);
    let summary = RatingSummary { rating, average_rating: ratings.average, rating_count: ratings.count.max(0) as u64 };
    (summary, Change::of(component))
}

/// Takes back what a tenant's authors said of a component that is its own from now on: nobody rates what is theirs.
pub(crate) fn forget_own(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    now: Timestamp,
) -> ApiResult<()> {
    for author in store::authors(c, scope, component.id)? {
        let Some(before) = store::of_author(c, scope, &author, component.id)? else { continue };
        store::delete(c, before.id)?;
        note(c, scope, component, "rating.delete", json!({ "author": author }), now)?;
        sums::replace(c, component.id, scope.id(), before.created_at, (before.counted(), None), now)?;
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

/// What all ratings of a component come to, and what `reader` said.
pub(crate) fn overview(
    c: &mut Conn<'_>,
    audience: &Audience,
    subject: &Subject,
    reader: Option<&TenantScope>,
) -> ApiResult<RatingOverview> {
    let component = subject.find(c, audience)?;
    let total = store::total_of(c, component.id)?;
    let (stars, verified_sum, verified_count) =
        total.map_or(([0; 5], 0, 0), |total| (total.stars, total.verified_sum, total.verified_count));
    let mine = match reader {
        Some(scope) => store::of_author(c, scope, scope.author(), component.id)?,
        None => None,
    };
    Ok(RatingOverview {
        average_rating: component.average,
        rating_count: component.rating_count.max(0) as u64,
        histogram: (1..).map(|star: u32| star.to_string()).zip(stars).collect(),
        verified_average: (verified_count > 0).then(|| verified_sum as f64 / verified_count as f64),
        verified_count,
        mine: mine.map(|row| OwnRating {
            id: row.uid,
            rating: row.rating,
            review: row.review,
            hidden_reason: row.hidden_reason,
            created_at: row.created_at.to_string(),
            updated_at: row.updated_at.to_string(),
        }),
    })
}

/// A page of a component's reviews, latest first. What is hidden is there for its author and the platform alone.
pub(crate) fn reviews(
    c: &mut Conn<'_>,
    audience: &Audience,
    subject: &Subject,
    reader: Option<&TenantScope>,
    window: &Window<(i64, i64)>,
) -> ApiResult<Page<Review>> {
    let component = subject.find(c, audience)?;
    let eyes = Eyes { own: reader.map(|scope| (scope.id(), scope.author())), all: audience.is_admin() };
    let rows = store::page(c, component.id, eyes, window)?;
    let total = store::total(c, component.id, eyes)?;
    let key = |row: &ReviewRow| (row.rating.updated_at.as_micros(), row.rating.id);
    Ok(window.page(rows, total, key, |row| review(row, eyes.own)))
}

fn review(row: ReviewRow, reader: Option<(i64, &str)>) -> Review {
    let rating = row.rating;
    Review {
        mine: reader == Some((rating.tenant_id, rating.author.as_str())),
        id: rating.uid,
        rating: rating.rating,
        review: rating.review.unwrap_or_default(),
        author: row.tenant_name,
        installed: row.installed,
        reply: row
            .reply
            .map(|text| ReviewReply { text, replied_at: row.replied_at.unwrap_or(rating.updated_at).to_string() }),
        hidden_reason: rating.hidden_reason,
        created_at: rating.created_at.to_string(),
        updated_at: rating.updated_at.to_string(),
    }
}

/// Writes the publisher's reply to a review of its component, in place of the one before; none takes it back.
pub(crate) fn reply(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    subject: &Subject,
    uid: &str,
    text: Option<&str>,
    now: Timestamp,
) -> ApiResult<(Review, Change)> {
    // Another tenant's component is not there for this, whether it may be seen or not.
    scope.check_pattern(&subject.id)?;
    let missing = || ApiError::component_not_found(subject.kind, &subject.id);
    let component = subject.find(c, &Audience::of_tenant(scope))?;
    if component.tenant_id != scope.id() {
        return Err(missing());
    }
    let row = of_component(c, uid, &component)?;
    if row.reply.as_deref() == text {
        return Ok((review(row, Some((scope.id(), scope.author()))), Change::of(&component)));
    }
    store::set_reply(c, row.rating.id, text, now)?;
    let action = if text.is_some() { "review.reply" } else { "review.delete_reply" };
    note(c, scope, &component, action, json!({ "review": uid }), now)?;
    let row = of_component(c, uid, &component)?;
    Ok((review(row, Some((scope.id(), scope.author()))), Change::of(&component)))
}

/// A review of a component that is shown.
fn of_component(c: &mut Conn<'_>, uid: &str, component: &ComponentRow) -> ApiResult<ReviewRow> {
    store::review(c, uid)?
        .filter(|row| row.rating.component_id == component.id && row.rating.review.is_some())
        .filter(|row| row.rating.hidden_reason.is_none())
        .ok_or_else(|| ApiError::not_found("review"))
}

/// Tells the platform what is wrong with a review.
pub(crate) fn flag(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    subject: &Subject,
    uid: &str,
    reason: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let component = subject.find(c, &Audience::of_tenant(scope))?;
    let row = of_component(c, uid, &component)?.rating;
    if (row.tenant_id, row.author.as_str()) == (scope.id(), scope.author()) {
        return Err(ApiError::conflict("It is your own review: change it, or take it back."));
    }
    store::flag(c, scope, scope.author(), row.id, reason, now)?;
    note(c, scope, &component, "review.flag", json!({ "review": uid, "reason": reason }), now)
}
