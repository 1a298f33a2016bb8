//! A tenant's data, line by line. docs/ACCOUNT_DATA.md has the lines' fields.

use atom_marketplace_db::Conn;
use serde::Serialize;
use serde_json::{Value, json};

use super::store::{self, Line};
use crate::audit::{self, Of};
use crate::error::ApiResult;
use crate::extract::TenantScope;
use crate::paging::Window;
use crate::{events, federation, tenants, tokens};

/// Rows that are read at once, where they are small.
const BATCH: u64 = 500;

/// The parts, in order.
#[derive(Clone, Debug)]
enum Part {
    Tenant,
    Members,
    /// Behind this component; its versions too, which are read one at a time, since one can be large.
    Components,
    Versions {
        component: i64,
    },
    Installations,
    Ratings,
    Tokens,
    FederationKeys,
    Events,
    Audit(audit::Export),
    End,
}

/// Where an export goes on.
#[derive(Clone, Debug)]
pub(super) struct Export {
    part: Part,
    after: i64,
}

impl Default for Export {
    fn default() -> Self {
        Self { part: Part::Tenant, after: 0 }
    }
}

impl Export {
    fn at(part: Part) -> Self {
        Self { part, after: 0 }
    }

    /// The next lines, and where to go on.
    pub(super) fn next(self, c: &mut Conn<'_>, scope: &TenantScope) -> ApiResult<(Vec<Value>, Option<Self>)> {
        let Self { part, after } = self;
        let window = Window::behind(after, BATCH);
        // Its lines where there are some; else the next part begins.
        let (lines, behind) = match &part {
            Part::Tenant => {
                let tenant = tenants::describe(c, scope.slug())?;
                return Ok((vec![typed("tenant", &tenant)], Some(Self::at(Part::Members))));
            }
            Part::Members => (keyed("member", tenants::list_members(c, scope, window)?.0), Part::Components),
            Part::Components => {
                return Ok(match store::component(c, scope.id(), after)? {
                    Some(Line(component, line)) => (vec![line], Some(Self::at(Part::Versions { component }))),
                    None => (Vec::new(), Some(Self::at(Part::Installations))),
                });
            }
            Part::Versions { component } => {
                let component = *component;
                return Ok(match store::version(c, component, after)? {
                    Some(Line(after, line)) => (vec![line], Some(Self { part, after })),
                    None => (Vec::new(), Some(Self { part: Part::Components, after: component })),
                });
            }
            Part::Installations => (store::installations(c, scope.id(), after, BATCH)?, Part::Ratings),
            Part::Ratings => (store::ratings(c, scope.id(), after, BATCH)?, Part::Tokens),
            Part::Tokens => (keyed("token", tokens::list(c, scope, window)?.0), Part::FederationKeys),
            Part::FederationKeys => {
                (keyed("federation_key", federation::list(c, Some(scope.id()), window)?.0), Part::Events)
            }
            Part::Events => {
                let found = events::of_tenant(c, scope.id(), after, BATCH)?;
                let rows = found
                    .into_iter()
                    .map(|placed| Line(placed.position, json!({ "type": "event", "event": placed.event })));
                (rows.collect(), Part::Audit(audit::Export::new(c, Of::Chain(scope.id()))?))
            }
            Part::Audit(export) => {
                let (lines, next) = export.clone().next(c, BATCH)?;
                let lines = lines.iter().map(|line| json!({ "type": "audit", "entry": line })).collect();
                return Ok((lines, Some(Self::at(next.map_or(Part::End, Part::Audit)))));
            }
            Part::End => return Ok((vec![json!({ "type": "end" })], None)),
        };
        Ok(match lines.last() {
            Some(Line(last, _)) => {
                let next = Self { after: *last, part };
                (lines.into_iter().map(|line| line.1).collect(), Some(next))
            }
            None => (Vec::new(), Some(Self::at(behind))),
        })
    }
}

/// Something as a line of its type.
fn typed(name: &str, value: &impl Serialize) -> Value {
    json!({ "type": name, name: value })
}

fn keyed<T: Serialize>(name: &str, rows: Vec<(i64, T)>) -> Vec<Line> {
    rows.into_iter().map(|(key, value)| Line(key, typed(name, &value))).collect()
}
