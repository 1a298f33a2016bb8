//! What a publish request means. Pure: what is decided here, [`super::publish`] carries out.

use atom_marketplace_protocol::component::{MarketplaceType, Status};
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::semver_ext::next_patch;
use semver::Version;

use super::head::Known;
use super::publish::Prepared;
use crate::error::{ApiError, ApiResult};

/// What a publish request means in the present state.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog) enum Decision {
    /// The content is there, in this version.
    There(Version),
    /// A new version of this number.
    New(Version),
}

/// The rules of [`super::publish`], over the state alone. `shown` is the head if it is available.
pub(in crate::catalog) fn decide(
    prepared: &Prepared,
    visibility: MarketplaceType,
    shown: Option<&Known>,
    versions: &[Known],
) -> ApiResult<Decision> {
    let public = prepared.marketplace_type == MarketplaceType::Public;
    let same = |known: &Known| known.digest == prepared.digest;
    let waiting = versions.iter().find(|known| known.status == Status::PendingReview);
    if public
        && let Some(waiting) = waiting.filter(|waiting| same(waiting))
        && prepared.version.as_ref().is_none_or(|wanted| *wanted == waiting.version)
    {
        return Ok(Decision::There(waiting.version.clone()));
    }
    // What is private has to be reviewed before it is public, under the number it has.
    let there = |known: &Known| match (public, known.visibility) {
        (true, MarketplaceType::Private) => Decision::New(known.version.clone()),
        _ => Decision::There(known.version.clone()),
    };
    if let Some(wanted) = &prepared.version {
        return match versions.iter().find(|known| known.spent() && known.version == *wanted) {
            None => Ok(Decision::New(wanted.clone())),
            Some(known) if same(known) && known.status == Status::Published => Ok(there(known)),
            Some(known) => Err(version_exists(prepared, known)),
        };
    }
    if let Some(shown) = shown.filter(|shown| same(shown) && !shown.yanked && shown.visibility == visibility) {
        return Ok(there(shown));
    }
    let highest = versions.iter().filter(|known| known.spent()).map(|known| &known.version).max();
    Ok(Decision::New(highest.map_or(Version::new(1, 0, 0), next_patch)))
}

fn version_exists(prepared: &Prepared, known: &Known) -> ApiError {
    let why = if known.status == Status::Withdrawn { "was withdrawn" } else { "has other content" };
    ApiError::new(
        Code::VersionExists,
        format!("Version {} of `{}` {why}: a version never changes, so publish under a new number.", known.version, prepared.id),
    )
    .details(serde_json::json!({ "component_type": prepared.kind, "component_id": prepared.id, "version": known.version.to_string() }))
}
