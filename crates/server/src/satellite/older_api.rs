//! The federation paths of before: the public agents, each with its whole bundle.

use atom_marketplace_protocol::ids::Kind;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::forms;
use super::names::Name;
use super::read_api::{ListQuery, json_answer, listed, shorts};
use crate::app::Marketplace;
use crate::catalog::browse::{self, Browse};
use crate::catalog::resolve::resolve;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, OlderPeer, Path, Query};
use crate::instance;

/// The public agents.
pub(super) async fn list(
    State(m): State<Marketplace>,
    _: OlderPeer,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let (part, audience) = (query.part()?, Audience::everyone());
    let wanted = Browse {
        kind: Kind::Agent,
        query: String::new(),
        category: None,
        skill_type: None,
        offset: part.offset,
        size: part.size,
    };
    let (components, total) = browse::browse(&m, &audience, wanted).await?;
    let items = shorts(&m, Kind::Agent, None, components).await?;
    json_answer(&listed("agents", items, total, part))
}

/// One agent: its bundle, and beside it what an instance reads of an agent.
pub(super) async fn bundle(State(m): State<Marketplace>, _: OlderPeer, Path(id): Path<String>) -> ApiResult<Response> {
    let name = Name::read(Kind::Agent, &id)?;
    let audience = Audience::everyone();
    let instance = instance::id(&m).await?;
    let found = m.db.read(move |c| {
        let row = resolve(c, &audience, Kind::Agent, &name.id, name.source.as_deref())?;
        let (component, bundle) = browse::in_full(c, &instance, &audience, &row)?;
        let mut form = forms::full(&component, bundle.as_ref(), &id);
        if let Some(Value::Object(bundle)) =
            bundle.map(|bundle| serde_json::to_value(&bundle)).transpose().map_err(ApiError::internal)?
        {
            form.extend(bundle);
        }
        Ok::<_, ApiError>(Value::Object(form))
    });
    json_answer(&found.await?)
}
