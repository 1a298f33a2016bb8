//! What operators ask of a running server: health, metrics, the description of the API. No credential, outside the quota, and no feature's
//! business.

mod api;
mod store;

use crate::app::MIGRATIONS;

pub use api::router;
pub use store::{SealedSample, check_integrity, sealed_sample};

/// The version of the schema this program works with.
pub fn schema_version() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}
