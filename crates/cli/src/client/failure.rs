//! How a command fails: a message with the remedy, and an exit code that scripts can tell apart.

use std::fmt;

use atom_marketplace_protocol::error::{Code, FieldError, Finding};
use atom_marketplace_protocol::redaction::Redaction;
use atom_marketplace_sdk::Error;
use serde_json::{Map, Value, json};

use crate::output;

/// It failed.
pub(crate) const FAILED: u8 = 1;
/// It was asked for wrongly.
pub(crate) const USAGE: u8 = 2;
/// What it is about is not there, or not for the caller to see.
pub(crate) const NOT_FOUND: u8 = 3;
/// The credential is missing or does not reach.
pub(crate) const REFUSED: u8 = 4;
/// The marketplace cannot be reached, or has no capacity just now: later it may work.
pub(crate) const UNREACHABLE: u8 = 5;

/// A mistake in what was asked for.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// What is asked about is not there.
#[derive(Debug)]
pub(crate) struct NotThere(pub(crate) String);

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotThere {}

/// The exit code of an error.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() {
        return USAGE;
    }
    if error.is::<NotThere>() {
        return NOT_FOUND;
    }
    match error.downcast_ref::<Error>() {
        Some(Error::Invalid(_)) => USAGE,
        Some(Error::Connection(_) | Error::Timeout(_)) => UNREACHABLE,
        Some(error) => match error.status().map(|status| status.as_u16()) {
            Some(404) => NOT_FOUND,
            Some(401 | 403) => REFUSED,
            Some(429 | 502..=504) => UNREACHABLE,
            _ => FAILED,
        },
        None => FAILED,
    }
}

/// Says what went wrong.
pub(crate) fn report(error: &anyhow::Error, json: bool) {
    let api = error.downcast_ref::<Error>();
    if json {
        let body = json!({ "error": {
            "code": api.and_then(Error::code),
            "message": api.map_or_else(|| format!("{error:#}"), Error::message),
            "details": api.map(Error::details).cloned().unwrap_or_default(),
            "request_id": api.and_then(Error::request_id),
        }});
        output::error(&format!("{body:#}"));
        return;
    }
    let Some(api) = api else {
        output::error(&format!("error: {error:#}"));
        return;
    };
    output::error(&format!("error: {}", output::plain(&api.message())));
    for line in particulars(api) {
        output::error(&format!("  {}", output::plain(&line)));
    }
    if let Some(remedy) = remedy(api) {
        output::error(&format!("  {remedy}"));
    }
    if let Some(id) = api.request_id() {
        output::error(&format!("  (request {})", output::plain(id)));
    }
}

fn list<T: serde::de::DeserializeOwned>(details: &Map<String, Value>, key: &str) -> Vec<T> {
    details.get(key).and_then(|list| serde_json::from_value(list.clone()).ok()).unwrap_or_default()
}

/// What the details list.
fn particulars(error: &Error) -> Vec<String> {
    let details = error.details();
    let fields = list::<FieldError>(details, "fields").into_iter().chain(list(details, "errors"));
    let mut lines: Vec<_> = fields.map(|field| format!("{}: {}", field.path, field.message)).collect();
    lines.extend(list::<Finding>(details, "findings").iter().map(finding));
    lines.extend(list::<Redaction>(details, "redactions").iter().map(redaction));
    lines.extend(list::<Value>(details, "missing").iter().map(|missing| {
        let text = |key: &str| missing[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {} is missing ({})", text("component_type"), text("id"), text("version"), text("reason"))
    }));
    lines.extend(list::<Value>(details, "candidates").iter().filter_map(|candidate| {
        Some(format!("{}/{}", candidate["source_tenant_id"].as_str()?, candidate["id"].as_str().unwrap_or_default()))
    }));
    lines
}

/// A finding in a line.
pub(crate) fn finding(finding: &Finding) -> String {
    let at = if finding.path.is_empty() { String::new() } else { format!(" {}:", finding.path) };
    format!("{}:{at} {} [{}]", finding.severity, finding.message, finding.check)
}

/// A redaction in a line.
pub(crate) fn redaction(redaction: &Redaction) -> String {
    format!("{}: {} {}", redaction.path, redaction.kind, redaction.action)
}

/// What to do about it.
fn remedy(error: &Error) -> Option<String> {
    Some(match error {
        Error::Connection(_) => {
            "Is it running, and is the address right? --base-url or `atom-marketplace login` set it.".to_owned()
        }
        _ => match error.known_code()? {
            Code::Unauthenticated => "Log in: `atom-marketplace login`, or set ATOM_API_TOKEN.".to_owned(),
            Code::InsufficientPermissions => {
                format!("It needs a token with the scope {}.", error.required_permission()?)
            }
            Code::AmbiguousComponent => "Name the publisher: PUBLISHER/ID.".to_owned(),
            Code::DependencyMissing => "--with-dependencies installs what can be installed.".to_owned(),
            Code::RateLimitExceeded => format!("Try again in {} s.", error.retry_after()?.as_secs()),
            Code::VersionExists => {
                "A version never changes: raise its number, or leave it out for the next one.".to_owned()
            }
            _ => return None,
        },
    })
}
