//! The limits of contract §4 that are the same in every deployment.
//!
//! What an operator may change (plans, quotas) is in [`crate::plan`], as defaults.

/// Characters in a component's name.
pub const NAME_MAX: usize = 100;
/// Characters in a description.
pub const DESCRIPTION_MAX: usize = 2_000;
/// Characters in a readme.
pub const README_MAX: usize = 200_000;
/// Tags of one component.
pub const TAGS_MAX: usize = 50;
/// Capabilities of one component.
pub const CAPABILITIES_MAX: usize = 100;
/// Characters in a tag, a capability or a category.
pub const LABEL_MAX: usize = 64;
/// Files of one version.
pub const FILES_MAX: usize = 1_000;
/// Dependencies of one version.
pub const DEPENDENCIES_MAX: usize = 100;

/// Objects and arrays inside each other in a JSON document.
pub const JSON_DEPTH: usize = 64;
/// Objects and arrays in one JSON document, at any depth. An object in memory is up to a hundred
/// times its text (`{"":0}`), so the size of a body alone does not bound what it costs to hold.
pub const JSON_CONTAINERS_MAX: usize = 250_000;
/// Bytes in a request's body.
pub const BODY_MAX: usize = 1 << 20;
/// Bytes in the body of a publish.
pub const PUBLISH_BODY_MAX: usize = 10 << 20;
/// Bytes read off a body that is too large before the connection is given up, so that the client
/// has finished writing and reads the 413.
pub const DRAIN_MAX: usize = 16 << 20;

/// Items on a page when `page_size` is not given.
pub const PAGE_SIZE_DEFAULT: u32 = 20;
/// The largest `page_size`.
pub const PAGE_SIZE_MAX: u32 = 100;
/// The largest `page_size` on the federation routes.
pub const FEDERATION_PAGE_SIZE_MAX: u32 = 1_000;
/// Items that `page` reaches; beyond, a list is walked by `cursor`.
pub const PAGE_DEPTH: u32 = 10_000;

/// Seconds in a rate limit's fixed window.
pub const RATE_WINDOW_SECONDS: u32 = 3_600;
/// Requests in a window from an address without credentials.
pub const RATE_ANONYMOUS: u32 = 100;
/// Requests in a window with an API token.
pub const RATE_TOKEN: u32 = 10_000;
/// Requests in a window with a federation key.
pub const RATE_FEDERATION: u32 = 1_000;

/// Components in one bulk install.
pub const BULK_MAX: usize = 100;
/// Components in one lock that is installed.
pub const LOCK_MAX: usize = 1_000;
/// Components that one installation may bring along.
pub const COME_ALONG_MAX: usize = 500;
/// API keys of one installation.
pub const API_KEYS_MAX: usize = 50;
/// Characters in an API key's name.
pub const API_KEY_NAME_MAX: usize = 64;
/// Bytes in an API key.
pub const API_KEY_MAX: usize = 4 << 10;
/// Bytes in an installation's settings, as JSON.
pub const SETTINGS_MAX: usize = 64 << 10;
/// Characters in a review.
pub const REVIEW_MAX: usize = 5_000;
/// Characters in a reason, a report's details or a message.
pub const REASON_MAX: usize = 2_000;
/// Why a review is flagged, or hidden, characters.
pub const REVIEW_REASON_MAX: usize = 2_000;
/// Components in a usage report.
pub const USAGE_REPORTS_MAX: usize = 1_000;
/// Instances of a tenant that report usage.
pub const USAGE_INSTANCES_MAX: u64 = 1_000;
