//! Federation: the keys with which other instances read the public catalog here, and the routes they read it by.
//! A key opens those routes and nothing else. What a peer calls itself is recorded, never trusted.

mod api;
mod feed;
mod filters;
mod hints;
mod identity_api;
mod peers;
mod served_api;
mod store;
mod totals;

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::federation::{
    FederatedComponent, FederationFilters, FederationKey, FederationKeyCreate,
};
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::text::{self, TextRule};
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use serde_json::{Value, json};

use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::catalog;
use crate::catalog::model::ComponentRow;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, FederationIdentity};
use crate::paging::Window;
use filters::Scope;

pub use feed::Feed;
pub(crate) use feed::run as run_feed;
pub(crate) use hints::run as tell_peers;

pub use identity_api::router as well_known;

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    api::routes()
        .merge(served_api::routes())
        .merge(feed::routes())
        .merge(hints::routes())
        .merge(totals::routes())
        .merge(peers::routes())
}

/// Whose keys: a tenant's, by its key, or the platform's own.
pub type Owner = Option<i64>;

/// A checked request for a key.
#[derive(Clone, Debug)]
struct NewKey {
    name: String,
    source: Option<String>,
    filters: FederationFilters,
    accept_totals: bool,
}

/// Characters in what a peer calls itself.
const SOURCE_MAX: usize = 255;

fn check(request: &FederationKeyCreate) -> ApiResult<NewKey> {
    let mut wrong = Vec::new();
    let mut clean = |field: &str, value: &str, max_chars| {
        text::clean(value, TextRule { max_chars, multiline: false, required: true }).unwrap_or_else(|why| {
            wrong.push(FieldError::new(field, why));
            String::new()
        })
    };
    let name = clean("name", &request.name, NAME_MAX);
    let source = request.source.as_deref().map(|source| clean("source", source, SOURCE_MAX));
    let filters = filters::checked(&request.filters, &mut wrong);
    if wrong.is_empty() {
        Ok(NewKey { name, source, filters, accept_totals: request.accept_totals })
    } else {
        Err(ApiError::invalid(wrong))
    }
}

/// Stores a key that was generated outside the transaction.
fn create(
    c: &mut Conn<'_>,
    actor: &Actor,
    owner: Owner,
    new: &NewKey,
    secret: &Secret,
    now: Timestamp,
) -> Result<FederationKey, Error> {
    let uid = ids::new_id("fed");
    store::insert(c, &uid, owner, new, secret, now)?;
    let details =
        json!({ "name": new.name, "source": new.source, "filters": new.filters, "accept_totals": new.accept_totals });
    note(c, actor, owner, "federation_key.create", &uid, details, now)?;
    store::find(c, owner, &uid)?.map(|row| row.key).ok_or(Error::NotFound)
}

/// Keys that are not revoked, oldest first, and how many there are.
pub(crate) fn list(
    c: &mut Conn<'_>,
    owner: Owner,
    window: Window<i64>,
) -> Result<(Vec<(i64, FederationKey)>, u64), Error> {
    let rows = store::list(c, owner, window)?;
    Ok((rows.into_iter().map(|row| (row.id, row.key)).collect(), store::count(c, owner)?))
}

/// Ends a key.
fn revoke(c: &mut Conn<'_>, actor: &Actor, owner: Owner, uid: &str, now: Timestamp) -> ApiResult<()> {
    let row = store::find(c, owner, uid)?.ok_or_else(|| ApiError::not_found("federation key"))?;
    store::revoke(c, row.id, now)?;
    hints::forget(c, row.id)?;
    totals::forget(c, row.id)?;
    Ok(note(c, actor, owner, "federation_key.revoke", uid, json!({}), now)?)
}

/// The record of what became of a key.
fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    tenant: Owner,
    action: &'static str,
    uid: &str,
    details: Value,
    now: Timestamp,
) -> Result<(), Error> {
    audit::record(c, &Entry { actor, tenant, action, target: format!("federation_key:{uid}"), details }, now)
}

/// What a peer may see of a kind, and how much that is.
fn served(
    c: &mut Conn<'_>,
    kind: Kind,
    wanted: &FederationFilters,
    window: Window<i64>,
) -> Result<(Vec<(i64, FederatedComponent)>, u64), Error> {
    if !wanted.kinds.is_empty() && !wanted.kinds.contains(&kind) {
        return Ok((Vec::new(), 0));
    }
    let rows = store::served(c, kind, wanted, window)?;
    Ok((rows.into_iter().map(|row| (row.seq, row.component)).collect(), store::count_served(c, kind, wanted)?))
}

/// One component, if a peer may see it.
fn served_row(
    c: &mut Conn<'_>,
    kind: Kind,
    id: &str,
    source: Option<&str>,
    wanted: &FederationFilters,
) -> ApiResult<ComponentRow> {
    let row = catalog::resolve::resolve(c, &Audience::everyone(), kind, id, source).map_err(|error| {
        // The candidates may be what it must not see.
        if wanted.is_empty() { error } else { error.details(json!({})) }
    })?;
    let passed_on = row.origin.is_none() || peers::record(c, row.id)?.is_some();
    if passed_on && filters::pass(wanted, kind, &Scope::of(&row)) {
        return Ok(row);
    }
    Err(ApiError::component_not_found(kind, id))
}

/// One component as everyone sees it, if a peer may.
fn served_detail(
    c: &mut Conn<'_>,
    kind: Kind,
    id: &str,
    source: Option<&str>,
    wanted: &FederationFilters,
) -> ApiResult<Component> {
    let row = served_row(c, kind, id, source, wanted)?;
    catalog::render::component(c, &row, &Audience::everyone(), true).map_err(ApiError::from)
}

/// Which federation key is presented, by whom as they say. A malformed one is refused without the database.
pub async fn authenticate(
    m: &Marketplace,
    presented: &str,
    source: Option<&str>,
) -> ApiResult<Arc<FederationIdentity>> {
    let refused = || ApiError::new(Code::FederationKeyInvalid, "The federation key is malformed, unknown or revoked.");
    if !token::well_formed(CredentialKind::FederationKey, presented) {
        return Err(refused());
    }
    let hash = token::hash(presented);
    let now = m.now();
    let identity = if let Some(identity) = m.credentials.federation_key(&hash, now) {
        identity
    } else {
        let reading = m.credentials.reading(now);
        let found = m.db.read(move |c| store::authenticate(c, &hash)).await.map_err(ApiError::from)?;
        let identity = Arc::new(found.ok_or_else(refused)?);
        m.credentials.put_federation_key(&hash, reading, identity.clone());
        identity
    };
    m.credentials.federation_key_used(&identity, source, now);
    Ok(identity)
}
