//! Ratings and reviews: what clients send and read (contract §2 "rate", "reviews").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;

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
    /// Whether the author's tenant has the component installed now.
    pub installed: bool,
    /// What the component's publisher answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReviewReply>,
    /// Why the platform hides it: only its author and the platform see it then, and it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_reason: Option<String>,
    /// When it was written, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}

/// What a publisher answers to a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewReply {
    /// What it says.
    pub text: String,
    /// When it was written, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub replied_at: String,
}

/// Answers a review, in place of what was answered before.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Thank you. Version 1.3 reads attachments too." }))]
pub struct ReviewReplyRequest {
    /// What to say, up to 5,000 characters.
    pub text: String,
}

/// Tells the platform that a review should not be there.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "It advertises another product." }))]
pub struct ReviewFlagRequest {
    /// Why, up to 2,000 characters.
    pub reason: String,
}

/// Hides a review, or shows it again.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "It names a person." }))]
pub struct ReviewDecision {
    /// Why, up to 2,000 characters. To hide one it must be given: its author reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What all ratings of a component come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatingOverview {
    /// Plain mean of all ratings, 1–5; null when unrated.
    pub average_rating: Option<f64>,
    /// How many ratings.
    pub rating_count: u64,
    /// How often each rating was given: the keys are `1` to `5`, all of them.
    #[schema(example = json!({ "1": 0, "2": 1, "3": 4, "4": 12, "5": 31 }))]
    pub histogram: BTreeMap<String, u64>,
    /// Plain mean of the ratings whose tenants have the component installed now; null when there is none.
    pub verified_average: Option<f64>,
    /// How many those are.
    pub verified_count: u64,
    /// The caller's own rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<OwnRating>,
}

/// What the caller said of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnRating {
    /// Its id, `rate_…`.
    pub id: String,
    /// 1 to 5.
    pub rating: i64,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// Why the platform hides it: nobody else sees it then, and it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_reason: Option<String>,
    /// When it was written, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}

/// A rating as the platform sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModeratedReview {
    /// Its id, `rate_…`.
    #[schema(example = "rate_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// The kind of the component.
    pub component_type: Kind,
    /// The component's id.
    #[schema(example = "crm-lookup")]
    pub component_id: String,
    /// The component's publisher.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// The author's tenant.
    #[schema(example = "globex")]
    pub author_tenant_id: String,
    /// 1 to 5.
    pub rating: i64,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_reason: Option<String>,
    /// How many members have flagged it since the platform last decided.
    pub flag_count: u64,
    /// What they say, the first 20.
    pub flags: Vec<ReviewFlag>,
    /// When it was written, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}

/// What a member finds wrong with a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewFlag {
    /// The member's tenant.
    #[schema(example = "initech")]
    pub tenant_id: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub flagged_at: String,
}
