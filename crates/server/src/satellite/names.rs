//! Ids as satellites have them. They know one text for a component, so a name that needs its publisher has it in that text:
//! `acme~crm-lookup`. No id and no tenant holds a `~`, and no client encodes it in a URL.
//!
//! A list gives the bare id as long as it can mean only that one component to the tenant that reads; its detail then finds it
//! by contract §1, like any id. As soon as another component of that id is there to see, both are given with their publishers.
//! An id that a satellite took before, and that has become ambiguous since, is refused rather than guessed at.

use std::collections::HashSet;

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::ids::{self, Kind};

use crate::catalog::browse;
use crate::error::{ApiError, ApiResult};

const SEPARATOR: char = '~';

/// A component's name as a satellite sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) id: String,
    pub(super) source: Option<String>,
}

impl Name {
    /// Reads one; what can be no name names nothing.
    pub(super) fn read(kind: Kind, text: &str) -> ApiResult<Self> {
        let (source, id) = match text.split_once(SEPARATOR) {
            Some((source, id)) => (Some(source), id),
            None => (None, text),
        };
        let possible = ids::check_component_id(id).is_ok() && source.is_none_or(|s| ids::check_tenant_ref(s).is_ok());
        if !possible {
            return Err(ApiError::component_not_found(kind, text));
        }
        Ok(Self { id: id.to_owned(), source: source.map(str::to_owned) })
    }
}

/// A component's name with its publisher.
pub(super) fn full(source: &str, id: &str) -> String {
    format!("{source}{SEPARATOR}{id}")
}

/// The names of these components to a tenant, in their order.
pub(super) fn of(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: Option<i64>,
    components: &[Component],
) -> ApiResult<Vec<String>> {
    let ids: Vec<String> = components.iter().map(|component| component.id.clone()).collect();
    let contested: HashSet<String> = browse::contested(c, kind, tenant, &ids)?.into_iter().collect();
    let name = |component: &Component| {
        let bare = !contested.contains(&component.id);
        if bare { component.id.clone() } else { full(&component.source_tenant_id, &component.id) }
    };
    Ok(components.iter().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        for (text, read) in [
            ("crm-lookup", Some((None, "crm-lookup"))),
            ("acme~crm-lookup", Some((Some("acme"), "crm-lookup"))),
            ("acme@partner~crm", Some((Some("acme@partner"), "crm"))),
            ("~crm", None),
            ("acme~", None),
            ("a~b~c", None),
            ("..", None),
            ("", None),
        ] {
            let name = Name::read(Kind::Skill, text).ok();
            let name = name.as_ref().map(|name| (name.source.as_deref(), name.id.as_str()));
            assert_eq!(name, read, "{text}");
        }
    }
}
