//! Ratings and reviews: what clients send and read (contract §2 "rate", "reviews").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Rates a component, in place of what the same author said before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rating": 5, "review": "Saves us a day a week." }))]
pub struct RateRequest {
    /// 1 (poor) to 5 (excellent).
    #[schema(minimum = 1, maximum = 5)]
    pub rating: i64,
    /// What to say about it, up to 5,000 characters. Left out: no review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
}

/// The author's rating and what all ratings come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatingSummary {
    /// The author's rating; null when there is none.
    pub rating: Option<i64>,
    /// Plain mean of all ratings, 1–5; null when unrated.
    pub average_rating: Option<f64>,
    /// How many ratings.
    pub rating_count: u64,
}

/// A rating that says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// The review, `rate_…`.
    pub id: String,
    /// 1 to 5.
    pub rating: i64,
    /// What it says.
    pub review: String,
    /// The name of the author's tenant; who wrote it is not told.
    #[schema(example = "Acme Inc.")]
    pub author: String,
    /// Whether the caller wrote it.
    pub mine: bool,
    /// When it was written, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}
