//! What components are used for (contract §2 "statistics", "usage reports").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What figures are told apart by.
    pub enum StatisticsGroup("group") {
        /// By day, UTC; also the days on which nothing happened.
        Day = "day",
        /// By version.
        Version = "version",
        /// By the tenants' plan when they installed the version they have.
        Plan = "plan",
    }
}

/// What there is to count. What the caller may not read is left out: the public reads installs and ratings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// Tenants that installed it for the first time.
    pub installs: u64,
    /// Tenants that uninstalled it for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uninstalls: Option<u64>,
    /// Tenants that had it installed at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_installs: Option<u64>,
    /// How often it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_count: Option<u64>,
    /// How often it ran with success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_count: Option<u64>,
    /// The share of executions that were a success, 0 to 1; left out when it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_rate: Option<f64>,
    /// How long it ran altogether, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_duration_ms: Option<u64>,
    /// How long it ran each time, milliseconds; left out when it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_duration_ms: Option<f64>,
    /// Ratings first given; left out by version and by plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_count: Option<u64>,
    /// What those are on average now, 1–5; left out when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_rating: Option<f64>,
}

/// Figures of a day, a version or a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StatisticsItem {
    /// The day, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-24")]
    pub day: Option<String>,
    /// The version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "1.2.0")]
    pub version: Option<String>,
    /// The plan; `other`: plans of so few tenants that their figures would be those of one, put together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "team")]
    pub plan: Option<String>,
    /// What was counted.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What a component is used for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComponentStatistics {
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    #[schema(example = "crm-lookup")]
    pub component_id: String,
    /// Its publisher.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// The first day.
    #[schema(example = "2026-10-26")]
    pub from: String,
    /// The last day.
    #[schema(example = "2026-11-24")]
    pub to: String,
    /// What the items are.
    pub group_by: StatisticsGroup,
    /// Of these days.
    pub period: Figures,
    /// Since it was first published.
    pub all_time: Figures,
    /// Figures of each day, version or plan.
    pub items: Vec<StatisticsItem>,
}

/// Figures of one of a publisher's components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComponentFigures {
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    #[schema(example = "crm-lookup")]
    pub component_id: String,
    /// Its name.
    pub name: String,
    /// What was counted.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What all components of a publisher are used for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublisherStatistics {
    /// The first day.
    #[schema(example = "2026-10-26")]
    pub from: String,
    /// The last day.
    #[schema(example = "2026-11-24")]
    pub to: String,
    /// How many components it has published.
    pub components: u64,
    /// Of these days, all components together.
    pub period: Figures,
    /// Of each day.
    pub items: Vec<StatisticsItem>,
    /// The 20 that ran most often, then those installed most. As CSV there are all, up to 10,000.
    pub top_components: Vec<ComponentFigures>,
}

/// What an instance ran, as running totals since it started counting.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "instance_id": "eu-1", "reports": [{
    "component_type": "skill", "component_id": "crm-lookup", "execution_count": 128, "success_count": 126, "total_duration_ms": 51_200,
}] }))]
pub struct UsageReportRequest {
    /// Which of the tenant's instances reports: 1–128 characters, the same each time. A tenant has up to 1,000.
    pub instance_id: String,
    /// At most 1,000.
    pub reports: Vec<UsageReport>,
}

/// One component's running totals. Any that is lower than before means that the instance began anew.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageReport {
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    #[schema(example = "crm-lookup")]
    pub component_id: String,
    /// Its publisher, where several installed ones have that id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
    /// How often it ran.
    pub execution_count: i64,
    /// How often with success; never more.
    pub success_count: i64,
    /// How long altogether, milliseconds.
    pub total_duration_ms: i64,
}

/// What became of usage reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageReportAnswer {
    /// How many were taken.
    pub accepted: u64,
    /// Those that were not.
    pub rejected: Vec<RejectedReport>,
}

/// A report that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedReport {
    /// The kind it named.
    pub component_type: Kind,
    /// The id it named.
    pub component_id: String,
    /// Why.
    pub reason: String,
}
