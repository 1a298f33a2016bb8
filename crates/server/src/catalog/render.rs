//! A component as one caller reads it.

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::component::{Component, Manifest, PendingVersion, Publisher};

use http::HeaderValue;

use super::model::ComponentRow;
use super::store;
use crate::extract::Audience;

/// The answer for a row, with the large fields of its head if `detail`.
pub fn component(c: &mut Conn<'_>, row: &ComponentRow, audience: &Audience, detail: bool) -> Result<Component, Error> {
    let insider = audience.is_admin() || row.owned_by(audience);
    let manifest: Manifest = match row.head_version_id.filter(|_| detail) {
        Some(head) => store::version_by_key(c, head)?.manifest()?,
        None => json(&row.summary)?,
    };
    let pending = match row.pending_version_id.filter(|_| insider) {
        Some(pending) => {
            let version = store::version_by_key(c, pending)?;
            Some(PendingVersion {
                submission_id: version.uid,
                version: version.version,
                status: version.status,
                reason: version.reason,
                findings: json(&version.findings)?,
            })
        }
        None => None,
    };
    Ok(Component {
        id: row.slug.clone(),
        component_type: row.kind,
        source_tenant_id: row.publisher_slug.to_string(),
        publisher: Publisher {
            tenant_id: row.publisher_slug.to_string(),
            name: row.publisher_name.clone(),
            verified: row.publisher_verified,
        },
        marketplace_type: row.visibility,
        status: row.status,
        version: row.version.clone(),
        digest: row.digest.clone(),
        pending,
        deprecated: row.deprecated.as_deref().map(json).transpose()?,
        status_reason: row.status_reason.clone().filter(|_| insider),
        shared_with: row.shared_with.as_deref().filter(|_| insider).map(json).transpose()?,
        average_rating: row.average,
        rating_count: row.rating_count as u64,
        install_count: row.install_count as u64,
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
        origin: row.origin.as_deref().map(json).transpose()?,
        score: None,
        highlights: None,
        manifest,
    })
}

/// Strong validator of what `audience` reads of a component, for `ETag` and `If-Match`.
pub fn etag(row: &ComponentRow, audience: &Audience) -> HeaderValue {
    let eyes = if audience.is_admin() || row.owned_by(audience) { "owner" } else { "other" };
    HeaderValue::try_from(format!("\"c{}-{}-{eyes}\"", row.id, row.revision)).expect("visible ASCII")
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Other(format!("stored JSON: {error}")))
}
