//! The catalog: components of the four kinds and their versions. One model, one set of verbs; a kind only decides which
//! fields a publication may have.

pub(crate) mod browse;
pub mod bundle;
pub(crate) mod bundle_api;
pub mod change;
pub(crate) mod changes;
pub mod checks;
pub mod claims;
mod decision;
mod dependencies;
pub mod diff;
mod head;
pub mod index;
mod list;
mod matching;
pub(crate) mod messages;
pub(crate) mod mirror;
pub mod model;
pub mod names;
mod names_api;
pub mod policy;
pub mod publish;
mod rank;
mod read_api;
pub mod recheck;
mod recheck_api;
pub mod record;
pub mod render;
pub mod resolve;
pub mod review;
mod review_api;
pub mod sanitise;
mod search;
mod search_api;
mod store;
mod stored;
mod submissions_api;
pub mod takedown;
pub mod versions;
mod versions_api;
pub mod vocabulary;
mod write_api;

use atom_marketplace_db::{Conn, Error};

use crate::http::ApiRoutes;
pub(crate) use bundle_api::{Wanted, send as send_bundle};
use model::{ComponentRow, VersionNumber, VersionRow};
pub(crate) use read_api::{answer as kept_answer, finished};
pub use store::counters::{Ratings, RatingsChange, count_install, count_rating};

/// Routes.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(utoipa_axum::routes!(read_api::get_component))
        .routes(utoipa_axum::routes!(read_api::list_components))
        .routes(utoipa_axum::routes!(read_api::list_categories))
        .routes(utoipa_axum::routes!(read_api::list_dependents))
        .merge(write_api::routes())
        .merge(versions_api::routes())
        .merge(review_api::routes())
        .merge(recheck_api::routes())
        .merge(submissions_api::routes())
        .merge(bundle_api::routes())
        .merge(names_api::routes())
        .routes(utoipa_axum::routes!(search_api::search_kind))
        .routes(utoipa_axum::routes!(search_api::search_components))
}

/// A component by its key.
pub fn component(c: &mut Conn<'_>, id: i64) -> Result<ComponentRow, Error> {
    store::component_by_key(c, id)
}

/// A component by its full name, whoever may see it.
pub fn component_by_name(
    c: &mut Conn<'_>,
    kind: atom_marketplace_protocol::ids::Kind,
    tenant: &str,
    id: &str,
) -> Result<Option<ComponentRow>, Error> {
    store::by_name(c, kind, tenant, id)
}

/// The numbers of a component's versions, highest first, whatever their state.
pub fn version_numbers(c: &mut Conn<'_>, component: i64) -> Result<Vec<VersionNumber>, Error> {
    store::version_numbers(c, component)
}

/// A version with its content, by its key.
pub fn version(c: &mut Conn<'_>, id: i64) -> Result<VersionRow, Error> {
    store::version_by_key(c, id)
}
