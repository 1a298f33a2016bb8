//! What a new token may be: never more than its maker.

use std::str::FromStr as _;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::api_token::{ApiTokenCreate, PATTERNS_MAX};
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::ids::COMPONENT_ID_MAX;
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_protocol::text::{self, TextRule};
use serde_json::json;

use super::NewToken;
use crate::error::{ApiError, ApiResult};
use crate::extract::{TenantScope, pattern_matches};

/// The token that `request` asks for, if its maker may make it.
pub fn new_token(maker: &TenantScope, request: &ApiTokenCreate, now: Timestamp) -> ApiResult<NewToken> {
    let mut wrong = Vec::new();
    let rule = TextRule { max_chars: NAME_MAX, multiline: false, required: true };
    let name = text::clean(&request.name, rule).unwrap_or_else(|why| {
        wrong.push(FieldError::new("name", why));
        String::new()
    });
    if request.scopes.is_some_and(ScopeSet::is_empty) {
        wrong.push(FieldError::new("scopes", "Name at least one scope, or leave the field out for all of your own."));
    }
    let expires_at = request.expires_at.as_deref().and_then(|text| match Timestamp::from_str(text) {
        Ok(time) if time > now => Some(time),
        Ok(_) => {
            wrong.push(FieldError::new("expires_at", "It must be in the future."));
            None
        }
        Err(why) => {
            wrong.push(FieldError::new("expires_at", why.to_string()));
            None
        }
    });
    if let Some(patterns) = &request.component_patterns {
        check_patterns(patterns, &mut wrong);
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    let scopes = request.scopes.unwrap_or(maker.scopes().intersect(ScopeSet::ALL_TENANT));
    let patterns = request.component_patterns.clone().or_else(|| maker.patterns().map(<[_]>::to_vec));
    within_maker(maker, scopes, patterns.as_deref())?;
    Ok(NewToken { tenant: maker.id(), account: maker.account(), name, scopes, patterns, expires_at })
}

/// Refuses scopes and patterns that reach further than those of the caller.
pub(super) fn within_maker(maker: &TenantScope, scopes: ScopeSet, patterns: Option<&[String]>) -> ApiResult<()> {
    // The platform's scopes are no token's, even when its admin asks.
    let held = maker.scopes().intersect(ScopeSet::ALL_TENANT);
    if let Some(missing) = scopes.difference(held).iter().next() {
        return Err(ApiError::forbidden(missing.as_str()));
    }
    let Some(own) = maker.patterns() else { return Ok(()) };
    let covered = |pattern: &String| own.iter().any(|own| covers(own, pattern));
    if patterns.is_some_and(|patterns| patterns.iter().all(covered)) {
        return Ok(());
    }
    let message = "The component patterns reach further than your own.";
    Err(ApiError::new(Code::InsufficientPermissions, message).details(json!({
        "required_permission": Scope::ComponentsPublish.as_str(),
        "component_patterns": own,
    })))
}

/// Whether every id that fits `narrow` fits `wide`: a `*` of `narrow` can only be met by one of `wide`.
fn covers(wide: &str, narrow: &str) -> bool {
    pattern_matches(wide, narrow)
}

fn check_patterns(patterns: &[String], wrong: &mut Vec<FieldError>) {
    if patterns.is_empty() || patterns.len() > PATTERNS_MAX {
        let message = format!("It must hold 1–{PATTERNS_MAX} patterns; leave the field out for every id.");
        wrong.push(FieldError::new("component_patterns", message));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-*".contains(c);
    for (at, pattern) in patterns.iter().enumerate().take(PATTERNS_MAX) {
        if !(1..=COMPONENT_ID_MAX).contains(&pattern.len()) || !pattern.chars().all(allowed) {
            let message = format!("A pattern is 1–{COMPONENT_ID_MAX} characters of A-Z a-z 0-9 _ . - and *.");
            wrong.push(FieldError::new(format!("component_patterns[{at}]"), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_pattern_covers_what_it_reaches() {
        for (wide, narrow, covered) in [
            ("*", "sales_*", true),
            ("sales_*", "sales_eu_*", true),
            ("sales_*", "sales_agent", true),
            ("sales_*", "sales_*", true),
            ("sales_*", "sales*", false),
            ("sales_*", "*", false),
            ("sales_agent", "sales_*", false),
            ("a*c", "a*b*c", true),
            ("a*b*c", "a*c", false),
        ] {
            assert_eq!(covers(wide, narrow), covered, "{wide} {narrow}");
        }
    }
}
