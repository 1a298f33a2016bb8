//! Which components a federation key reads. What its filters do not let through is not there for it: neither listed, nor
//! fetched, nor in the feed.

use atom_marketplace_db::Value;
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::federation::FederationFilters;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json;
use atom_marketplace_protocol::text::{self, TextRule};
use serde::{Deserialize, Serialize};

use crate::catalog::model::ComponentRow;

/// Values of one list.
const VALUES: usize = 50;
/// Characters of one value.
const VALUE_MAX: usize = 100;

/// What filters see of a component beside its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::federation) struct Scope {
    #[serde(default)]
    category: Option<String>,
    /// As they are compared.
    #[serde(default)]
    tags: Vec<String>,
}

impl Scope {
    /// Of what a component shows.
    pub(super) fn of(row: &ComponentRow) -> Self {
        let summary: Scope = serde_json::from_str(&row.summary).unwrap_or_default();
        Self::new(row.category.clone(), summary.tags.iter().map(String::as_str))
    }

    /// Of these fields.
    pub(super) fn new<'a>(category: Option<String>, tags: impl Iterator<Item = &'a str>) -> Self {
        Self { category, tags: tags.map(text::fold).collect() }
    }
}

/// The filters of a request, checked and brought to the form in which they are compared.
pub(super) fn checked(filters: &FederationFilters, wrong: &mut Vec<FieldError>) -> FederationFilters {
    let mut clean = |field: &str, values: &[String], fold: bool| {
        if values.len() > VALUES {
            wrong.push(FieldError::new(field, format!("At most {VALUES} values.")));
            return Vec::new();
        }
        let rule = TextRule { max_chars: VALUE_MAX, multiline: false, required: true };
        let mut list = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            match text::clean(value, rule) {
                Ok(value) if fold => list.push(text::fold(&value)),
                Ok(value) => list.push(value),
                Err(why) => wrong.push(FieldError::new(json::index(field, i), why)),
            }
        }
        list.sort();
        list.dedup();
        list
    };
    let (categories, tags) =
        (clean("filters.categories", &filters.categories, false), clean("filters.tags", &filters.tags, true));
    let mut kinds = filters.kinds.clone();
    kinds.sort();
    kinds.dedup();
    FederationFilters { kinds, categories, tags }
}

/// Whether filters let a component through.
pub(super) fn pass(filters: &FederationFilters, kind: Kind, scope: &Scope) -> bool {
    let among = |wanted: &[String], value: &String| wanted.contains(value);
    (filters.kinds.is_empty() || filters.kinds.contains(&kind))
        && (filters.categories.is_empty()
            || scope.category.as_ref().is_some_and(|category| among(&filters.categories, category)))
        && (filters.tags.is_empty() || scope.tags.iter().any(|tag| among(&filters.tags, tag)))
}

/// What filters ask of the rows `component c`, beside their kind: a condition, with its values added to those of the statement.
pub(super) fn condition(filters: &FederationFilters, args: &mut Vec<Value>) -> String {
    let mut places = |values: &[String]| {
        let places: Vec<_> = values
            .iter()
            .map(|value| {
                args.push(Value::from(value));
                format!("${}", args.len())
            })
            .collect();
        places.join(", ")
    };
    let mut sql = Vec::new();
    if !filters.categories.is_empty() {
        sql.push(format!(" AND c.category IN ({})", places(&filters.categories)));
    }
    if !filters.tags.is_empty() {
        sql.push(format!(
            " AND EXISTS (SELECT 1 FROM component_label l WHERE l.component_id = c.id AND l.label_type = 2 AND l.label IN ({}))",
            places(&filters.tags)
        ));
    }
    sql.concat()
}
