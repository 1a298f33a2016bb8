//! Installing: what clients send and read (contract §2 "install", "bulk install", "installations").
//!
//! The values of API keys go in and never come out: no answer has a field for them, and no `Debug` prints them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::{Code, FieldError};
use crate::ids::Kind;
use crate::wire_enum::wire_enum;

/// API keys by name. Prints its names, never a value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, String>)]
pub struct ApiKeys(pub BTreeMap<String, String>);

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// By hand, since serde's own errors quote the value that does not fit.
impl<'de> Deserialize<'de> for ApiKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(keys) = Value::deserialize(deserializer)? else {
            return Err(de::Error::custom("API keys are an object of names and texts"));
        };
        let keys = keys.into_iter().map(|(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            _ => Err(de::Error::custom(format!("the API key {name:?} is not a text"))),
        });
        keys.collect::<Result<_, _>>().map(ApiKeys)
    }
}

/// How an installation is to be configured. A part that is left out stays as it is; one that is given replaces
/// what was there, whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallConfig {
    /// Keys of other services, by name: up to 50 names of up to 64 characters, up to 4 KiB each. Stored sealed, never
    /// shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "salesforce": "your-salesforce-key" }))]
    pub api_keys: Option<ApiKeys>,
    /// Settings, by the component's `config_schema`; up to 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "auto_approve": false, "max_daily_tasks": 100 }))]
    pub settings: Option<Map<String, Value>>,
}

/// Installs a component.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "source_tenant_id": "acme",
    "install_config": { "api_keys": { "salesforce": "your-salesforce-key" }, "settings": { "max_daily_tasks": 100 } },
    "auto_install_dependencies": true,
}))]
pub struct InstallRequest {
    /// Its publisher, where several have that id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
    /// Whom to install it for; left out: the caller's own tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_tenant_id: Option<String>,
    /// An exact version; left out: the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "1.4.0")]
    pub version: Option<String>,
    /// Its configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_config: Option<InstallConfig>,
    /// Whether the components it needs are installed too.
    #[serde(default)]
    pub auto_install_dependencies: bool,
}

/// What an answer says of an installation's configuration: the names of its keys, never their values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InstalledConfig {
    /// Names of the API keys that are set.
    pub api_keys: Vec<String>,
    /// The settings.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
}

wire_enum! {
    /// How a component that is needed came to be installed.
    pub enum DependencyStatus ("dependency status") {
        /// It came along with this request.
        Installed = "installed",
        /// It was there before.
        AlreadyInstalled = "already_installed",
    }
}

/// A component that an installation uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstalledDependency {
    /// Its installation, `inst_…`.
    pub installation_id: String,
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    pub id: String,
    /// Its publisher.
    pub source_tenant_id: String,
    /// The version installed.
    pub version: String,
    /// How it came to be there.
    pub status: DependencyStatus,
}

/// An installed component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Installation {
    /// The installation, `inst_…`.
    pub id: String,
    /// Always `installed`.
    #[schema(example = "installed")]
    pub status: String,
    /// The component's kind.
    pub component_type: Kind,
    /// The component's id.
    pub component_id: String,
    /// The component's name.
    pub name: String,
    /// The version installed.
    pub version: String,
    /// Its digest.
    pub digest: String,
    /// The tenant that has it.
    pub tenant_id: String,
    /// The component's publisher.
    pub source_tenant_id: String,
    /// Whether it came along with another one.
    pub as_dependency: bool,
    /// Its configuration, without the values of its keys.
    pub install_config: InstalledConfig,
    /// A later version that could be installed with PATCH; nothing is upgraded by itself.
    pub update_available: Option<String>,
    /// When it was installed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub installed_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
    /// The components it uses.
    pub dependencies: Vec<InstalledDependency>,
}

wire_enum! {
    /// Why something is missing.
    pub enum MissingReason ("reason") {
        /// It can be installed, and is not.
        NotInstalled = "not_installed",
        /// Nothing that would do is there to install.
        NotAvailable = "not_available",
        /// What is installed, or what others need of it, does not fit.
        VersionConflict = "version_conflict",
    }
}

/// Something that a component needs and the tenant does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissingDependency {
    /// A component's kind, or `capability`.
    #[schema(example = "skill")]
    pub component_type: String,
    /// The component's id, or the capability.
    pub id: String,
    /// The versions that would do; `*` for a capability.
    #[schema(example = "^1.2")]
    pub version: String,
    /// The component's publisher, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
    /// Why it is missing.
    pub reason: MissingReason,
    /// The version that is installed, in a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<String>,
    /// The components that need it.
    pub required_by: Vec<String>,
}

/// A component that an installation would put in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedInstall {
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    pub id: String,
    /// Its publisher.
    pub source_tenant_id: String,
    /// The version.
    pub version: String,
    /// Its digest.
    pub digest: String,
    /// Why it, and why this version.
    #[schema(example = "needed by agent sales_agent as ^1.2")]
    pub reason: String,
}

/// A validation that an installation would not pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InstallProblem {
    /// The code the installation would be refused with.
    pub code: Code,
    /// For people.
    pub message: String,
    /// As in the error.
    #[schema(value_type = Object)]
    pub details: Value,
}

/// What an install answers 200 with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum InstallAnswer {
    /// It was installed already.
    There(Box<Installation>),
    /// With `dry_run`.
    Plan(InstallPlan),
}

/// What an installation would do (`?dry_run=true`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InstallPlan {
    /// Whether it would be accepted.
    pub ok: bool,
    /// Whether the component is installed already.
    pub already_installed: bool,
    /// The component's kind.
    pub component_type: Kind,
    /// The component's id.
    pub component_id: String,
    /// The component's publisher.
    pub source_tenant_id: String,
    /// The tenant it would be installed for.
    pub tenant_id: String,
    /// The version it would have.
    pub version: String,
    /// What would be put in place: the component and what comes along.
    pub installs: Vec<PlannedInstall>,
    /// What it needs and the tenant lacks; what `auto_install_dependencies` would bring is `not_installed`.
    pub missing: Vec<MissingDependency>,
    /// What is wrong with the configuration.
    pub errors: Vec<FieldError>,
    /// Every validation that it would not pass, in the order they are made.
    pub problems: Vec<InstallProblem>,
}

/// Installs several components of one kind. `ids` may be written with the kind's own name.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "ids": ["salesforce_integration", "email_outreach"], "auto_install_dependencies": true }))]
pub struct BulkInstallRequest {
    /// Up to 100 ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
    /// The same, for agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_ids: Option<Vec<String>>,
    /// The same, for skills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill_ids: Option<Vec<String>>,
    /// The same, for canvases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canvas_ids: Option<Vec<String>>,
    /// The same, for domains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_ids: Option<Vec<String>>,
    /// Their publisher, where several have such an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
    /// Whom to install them for; left out: the caller's own tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_tenant_id: Option<String>,
    /// The configuration of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_config: Option<InstallConfig>,
    /// Whether the components they need are installed too.
    #[serde(default)]
    pub auto_install_dependencies: bool,
}

wire_enum! {
    /// What became of one id of a bulk install.
    pub enum BulkStatus ("status") {
        /// Installed by this request.
        Installed = "installed",
        /// It was installed before.
        AlreadyInstalled = "already_installed",
        /// See `error`.
        Failed = "failed",
    }
}

/// One id of a bulk install.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BulkResult {
    /// The id as it was sent.
    pub id: String,
    /// What became of it.
    pub status: BulkStatus,
    /// The installation, unless it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<Installation>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<InstallProblem>,
}

/// The answer of a bulk install: one result for each id, in the order of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BulkInstallResponse {
    /// What became of each id.
    pub results: Vec<BulkResult>,
    /// How many were installed.
    pub installed: u64,
    /// How many failed.
    pub failed: u64,
}

/// Changes an installation; at least one of the fields.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "version": "latest", "install_config": { "settings": { "max_daily_tasks": 200 } } }))]
pub struct InstallationUpdate {
    /// Its new configuration: each part that is given replaces the whole part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_config: Option<InstallConfig>,
    /// `latest`, or an exact version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "latest")]
    pub version: Option<String>,
    /// Whether the components that the new version needs are installed too.
    #[serde(default)]
    pub auto_install_dependencies: bool,
}

/// A component in a lock: exactly this version with exactly this content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockedComponent {
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    pub id: String,
    /// Its publisher.
    pub source_tenant_id: String,
    /// The version.
    pub version: String,
    /// The version's digest.
    pub digest: String,
    /// Its configuration. A lock that was read has none: configurations hold secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_config: Option<InstallConfig>,
}

/// What a tenant has installed, exactly, to be installed again elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The format: 1.
    #[schema(example = 1)]
    pub lock_version: u32,
    /// The components, by kind, publisher and id; up to 1,000 go in at once.
    pub components: Vec<LockedComponent>,
}

wire_enum! {
    /// What became of one component of a lock.
    pub enum LockStatus ("status") {
        /// It was not installed before.
        Installed = "installed",
        /// It was installed at another version.
        Updated = "updated",
        /// It was installed exactly so.
        Unchanged = "unchanged",
    }
}

/// One component of a lock that was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LockResult {
    /// Its installation, `inst_…`.
    pub installation_id: String,
    /// Its kind.
    pub component_type: Kind,
    /// Its id.
    pub id: String,
    /// Its publisher.
    pub source_tenant_id: String,
    /// The version.
    pub version: String,
    /// What became of it.
    pub status: LockStatus,
}

/// The answer to a lock that was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LockResponse {
    /// What became of each component, in the order of the request.
    pub results: Vec<LockResult>,
    /// How many were installed.
    pub installed: u64,
    /// How many were changed to another version.
    pub updated: u64,
    /// How many were there exactly so.
    pub unchanged: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_never_printed() {
        let request: InstallRequest = serde_json::from_str(
            r#"{"install_config": {"api_keys": {"salesforce": "sk-live-1234"}, "settings": {"a": 1}}}"#,
        )
        .unwrap();
        let printed = format!("{request:?}");
        assert!(printed.contains("salesforce") && !printed.contains("sk-live"), "{printed}");
        for bad in [r#"{"api_keys": "sk-live-1234"}"#, r#"{"api_keys": {"salesforce": ["sk-live-1234"]}}"#] {
            let error = serde_json::from_str::<InstallConfig>(bad).unwrap_err().to_string();
            assert!(!error.contains("sk-live"), "{error}");
        }
    }
}
