//! What the platform does about ratings: it reads what was flagged, hides and shows. A hidden rating is not counted.

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::rating::{ModeratedReview, ReviewFlag};
use serde_json::json;

use super::store::{self, ModeratedRow, RatingRow, Wanted};
use super::sums;
use crate::audit::{self, Actor, Entry};
use crate::catalog;
use crate::catalog::change::Change;
use crate::error::{ApiError, ApiResult};
use crate::paging::Window;

/// Flags shown of a rating.
const FLAGS_SHOWN: u64 = 20;

/// A page of ratings, latest first.
pub(super) fn list(c: &mut Conn<'_>, wanted: Wanted, window: &Window<i64>) -> Result<Page<ModeratedReview>, Error> {
    let rows = store::moderated_page(c, wanted, window)?;
    let total = store::moderated_total(c, wanted)?;
    let page = window.page(rows, total, |row| row.rating.id, |row| row);
    let Page { items, page, page_size, total, has_more, next_cursor } = page;
    let items = items.into_iter().map(|row| read(c, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, page, page_size, total, has_more, next_cursor })
}

fn read(c: &mut Conn<'_>, row: ModeratedRow) -> Result<ModeratedReview, Error> {
    let flags = if row.flag_count > 0 { store::flags(c, row.rating.id, FLAGS_SHOWN)? } else { Vec::new() };
    let flags =
        flags.into_iter().map(|(tenant_id, reason, at)| ReviewFlag { tenant_id, reason, flagged_at: at.to_string() });
    Ok(ModeratedReview {
        id: row.rating.uid,
        component_type: row.kind,
        component_id: row.slug,
        source_tenant_id: row.publisher,
        author_tenant_id: row.tenant,
        rating: row.rating.rating,
        review: row.rating.review,
        hidden: row.rating.hidden_reason.is_some(),
        hidden_reason: row.rating.hidden_reason,
        flag_count: row.flag_count,
        flags: flags.collect(),
        created_at: row.rating.created_at.to_string(),
        updated_at: row.rating.updated_at.to_string(),
    })
}

/// Hides a rating, or gives another reason for it. Its flags are dealt with.
pub(super) fn hide(
    c: &mut Conn<'_>,
    actor: &Actor,
    uid: &str,
    reason: &str,
    now: Timestamp,
) -> ApiResult<(ModeratedReview, Change)> {
    let row = find(c, uid)?;
    store::hide(c, &row, reason, now)?;
    sums::replace(c, row.component_id, row.tenant_id, row.created_at, (row.counted(), None), now)?;
    decided(c, actor, &row, "review.hide", Some(reason), now)
}

/// Shows a rating: again, or still. Its flags are dealt with.
pub(super) fn show(
    c: &mut Conn<'_>,
    actor: &Actor,
    uid: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> ApiResult<(ModeratedReview, Change)> {
    let row = find(c, uid)?;
    store::show(c, &row)?;
    sums::replace(c, row.component_id, row.tenant_id, row.created_at, (row.counted(), Some(row.rating)), now)?;
    decided(c, actor, &row, "review.show", reason, now)
}

fn find(c: &mut Conn<'_>, uid: &str) -> ApiResult<RatingRow> {
    store::by_uid(c, uid)?.ok_or_else(|| ApiError::not_found("review"))
}

fn decided(
    c: &mut Conn<'_>,
    actor: &Actor,
    row: &RatingRow,
    action: &'static str,
    reason: Option<&str>,
    now: Timestamp,
) -> ApiResult<(ModeratedReview, Change)> {
    store::clear_flags(c, row.id)?;
    let component = catalog::component(c, row.component_id)?;
    let details = json!({
        "component": audit::component(component.kind, &component.publisher_slug, &component.slug), "reason": reason,
    });
    audit::record(c, &Entry { actor, tenant: None, action, target: format!("review:{}", row.uid), details }, now)?;
    let row = store::moderated_one(c, row.id)?;
    Ok((read(c, row)?, Change::of(&component)))
}
