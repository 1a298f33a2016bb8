//! Federation: the keys with which other instances read the public catalog here, and the routes they read it by.
//! A key opens those routes and nothing else. What a peer calls itself is recorded, never trusted.

mod api;
mod identity_api;
mod peers;
mod served_api;
mod store;

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::federation::{FederatedComponent, FederationKey, FederationKeyCreate};
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::text::{self, TextRule};
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use serde_json::{Value, json};

use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::catalog;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, FederationIdentity};
use crate::paging::Window;

pub use identity_api::router as well_known;

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    api::routes().merge(served_api::routes()).merge(peers::routes())
}

/// Whose keys: a tenant's, by its key, or the platform's own.
pub type Owner = Option<i64>;

/// A checked request for a key.
#[derive(Clone, Debug)]
struct NewKey {
    name: String,
    source: Option<String>,
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
    if wrong.is_empty() { Ok(NewKey { name, source }) } else { Err(ApiError::invalid(wrong)) }
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
    let details = json!({ "name": new.name, "source": new.source });
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

/// What everyone may see of a kind, and how much that is.
fn served(c: &mut Conn<'_>, kind: Kind, window: Window<i64>) -> Result<(Vec<(i64, FederatedComponent)>, u64), Error> {
    let rows = store::served(c, kind, window)?;
    Ok((rows.into_iter().map(|row| (row.seq, row.component)).collect(), store::count_served(c, kind)?))
}

/// One component as everyone sees it.
fn served_detail(c: &mut Conn<'_>, kind: Kind, id: &str, source: Option<&str>) -> ApiResult<Component> {
    let everyone = Audience::everyone();
    let row = catalog::resolve::resolve(c, &everyone, kind, id, source)?;
    catalog::render::component(c, &row, &everyone, true).map_err(ApiError::from)
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
