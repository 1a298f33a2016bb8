//! A component: what publishers send, what everyone reads (contract §1).
//!
//! One model for the four kinds. Requests have a type per kind, so that a field of another kind is
//! refused by name and the OpenAPI document says what each kind takes; all become one [`Publication`].

mod answer;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::plan::Plan;
use crate::wire_enum::wire_enum;

pub use answer::{
    Bundle, CategoryCount, Component, FederatedNumbers, Highlights, Origin, PendingVersion, PublishAnswer,
    PublishCheck, Publisher, VersionInfo,
};

wire_enum! {
    /// Who a component is for.
    pub enum MarketplaceType ("marketplace type") {
        /// Everyone, once a reviewer has approved it.
        Public = "public",
        /// The publisher's tenant and those in `shared_with`, at once.
        Private = "private",
    }
}

wire_enum! {
    /// Where a component or one of its versions stands (contract §1 "Lifecycle").
    pub enum Status ("status") {
        /// Waits for a reviewer.
        PendingReview = "pending_review",
        /// Served.
        Published = "published",
        /// A reviewer asks for changes; publish again.
        ChangesRequested = "changes_requested",
        /// A reviewer refused it.
        Rejected = "rejected",
        /// Hidden and not installable, by a platform admin.
        Quarantined = "quarantined",
        /// Taken back by its publisher.
        Withdrawn = "withdrawn",
        /// A later submission took its place before it was decided.
        Superseded = "superseded",
    }
}

wire_enum! {
    /// How far an agent may act on its own.
    pub enum MaturityLevel ("maturity level") {
        /// Watches and learns.
        Student = "student",
        /// Proposes; a person acts.
        Intern = "intern",
        /// Acts; a person watches.
        Supervised = "supervised",
        /// Acts on its own.
        Autonomous = "autonomous",
    }
}

wire_enum! {
    /// How a canvas is rendered.
    pub enum CanvasType ("canvas type") {
        /// Plain HTML.
        Html = "html",
        /// A React component.
        React = "react",
        /// A Vue component.
        Vue = "vue",
        /// Something the instance knows.
        Custom = "custom",
    }
}

wire_enum! {
    /// How a skill runs.
    pub enum SkillType ("skill type") {
        /// Instructions for a model.
        PromptOnly = "prompt_only",
        /// Python source.
        PythonCode = "python_code",
        /// Node.js source.
        Nodejs = "nodejs",
        /// A remote API.
        Api = "api",
        /// A function of the instance.
        Function = "function",
        /// A script.
        Script = "script",
        /// A Docker image.
        Docker = "docker",
        /// Any OCI container.
        Container = "container",
    }
}

/// Another component that this one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// The kind of the component needed.
    pub component_type: Kind,
    /// Its id.
    #[schema(example = "salesforce_integration")]
    pub id: String,
    /// Its publisher. Left out: the publisher's own of that id, else the one public one, fixed at publish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
    /// The versions that will do, as a semver range.
    #[serde(default = "any_version")]
    #[schema(example = "^1.2", default = "*")]
    pub version: String,
    /// Installed only when asked for, never missed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

fn any_version() -> String {
    "*".to_owned()
}

/// How a file's content is written in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum FileEncoding {
    /// As text.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// As base64 (RFC 4648 §4, with padding).
    #[serde(rename = "base64")]
    Base64,
}

/// A file of a publication or of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Relative, `/` between parts, no `..`.
    #[schema(example = "scripts/run.py")]
    pub path: String,
    /// How `content` is written.
    #[serde(default)]
    pub encoding: FileEncoding,
    /// The content.
    pub content: String,
}

/// What a component's answer says of a file; the content is in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileEntry {
    /// The file's path.
    pub path: String,
    /// SHA-256 of its bytes, lowercase hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A component's deprecation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deprecation {
    /// Why, and what to do.
    #[schema(example = "Replaced by sales_agent_v2.")]
    pub message: String,
    /// What to install in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Successor>,
}

/// The component to use in place of a deprecated one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// Its id.
    pub id: String,
    /// Its publisher; left out: the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
}

/// The publisher's fields that do not depend on the kind, and those that do: everything the digest covers
/// but the files' bytes. Fields not given are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Manifest {
    /// Display name, up to 100 characters.
    #[schema(example = "Sales Automation Agent")]
    pub name: String,
    /// What it does, up to 2,000 characters.
    pub description: String,
    /// Markdown, up to 200,000 characters. Not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readme: Option<String>,
    /// What is new in this version, up to 20,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
    /// SPDX expression, or words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Up to 50.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What it can do, up to 100.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// One category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Where its documentation is; http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// The least plan that may install it.
    #[serde(default)]
    #[schema(default = "free")]
    pub pricing_tier: Plan,
    /// Components it needs, up to 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// Capabilities that something installed in the target must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_capabilities: Vec<String>,
    /// JSON Schema 2020-12 of `install_config.settings`; its key `required_api_keys` names the keys it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub config_schema: Option<Value>,
    /// What the instance runs: free JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub content: Option<Value>,
    /// Its files, without their content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileEntry>,
    /// Agents: how far it may act on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maturity_level: Option<MaturityLevel>,
    /// Agents: its configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub configuration: Option<Map<String, Value>>,
    /// Agents: the canvases it brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub canvases: Option<Vec<Value>>,
    /// Agents: what it has learnt, `{heuristics: […]}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub memory: Option<Map<String, Value>>,
    /// Skills: how it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill_type: Option<SkillType>,
    /// Skills: JSON Schema of its input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub input_schema: Option<Value>,
    /// Skills: JSON Schema of its output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Value>,
    /// Canvases: who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_roles: Option<Vec<String>>,
    /// Canvases: how it is rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canvas_type: Option<CanvasType>,
    /// Canvases: its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Canvases: a picture of it; http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    /// Domains: what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<String>>,
    /// Domains: its documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub knowledge_base: Option<Vec<Value>>,
    /// Domains: its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub governance_template: Option<Value>,
    /// Domains: its terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub vocabulary: Option<Value>,
}

/// A publish request of any kind, after its shape was checked.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The kind of the marketplace it was sent to.
    pub kind: Kind,
    /// The publisher's id for it.
    pub id: String,
    /// Public or private.
    pub marketplace_type: MarketplaceType,
    /// The version asked for.
    pub version: Option<String>,
    /// Tenants that may see a private one.
    pub shared_with: Option<Vec<String>>,
    /// Everything else; `manifest.files` is filled in from `files` by whoever checks them.
    pub manifest: Manifest,
    /// The files with their content, in the byte order of their paths.
    pub files: Vec<File>,
}

macro_rules! publish_request {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $id:ident, $example:literal { $($(#[$meta:meta])* $field:ident : $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit.
            #[schema(example = $example)]
            pub $id: String,
            /// `public` waits for approval, `private` is there at once.
            pub marketplace_type: MarketplaceType,
            /// Display name, up to 100 characters.
            pub name: String,
            /// What it does, up to 2,000 characters.
            pub description: String,
            /// Semver without build metadata. Left out: 1.0.0 at first, then the next patch.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "1.0.0")]
            pub version: Option<String>,
            /// Markdown, up to 200,000 characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub readme: Option<String>,
            /// What is new in this version, up to 20,000 characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub release_notes: Option<String>,
            /// SPDX expression, or words.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "MIT")]
            pub license: Option<String>,
            /// Up to 50, each up to 64 characters.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub tags: Vec<String>,
            /// What it can do: up to 100, each up to 64 characters.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub capabilities: Vec<String>,
            /// One category, up to 64 characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub category: Option<String>,
            /// Where its documentation is; http or https.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "https://docs.example.com/sales-agent")]
            pub documentation_url: Option<String>,
            /// The least plan that may install it. Left out: free.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub pricing_tier: Option<Plan>,
            /// Components it needs, up to 100.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub dependencies: Vec<Dependency>,
            /// Capabilities that something installed in the target must have, up to 100.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub requires_capabilities: Vec<String>,
            /// JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Option<Object>)]
            pub config_schema: Option<Value>,
            /// What the instance runs: free JSON.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Option<Object>)]
            pub content: Option<Value>,
            /// Its files.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub files: Vec<File>,
            /// Tenants that may see it, if it is private.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub shared_with: Option<Vec<String>>,
            $($(#[$meta])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$ty>,)*
        }

        impl From<$name> for Publication {
            fn from(request: $name) -> Self {
                Publication {
                    kind: Kind::$kind,
                    id: request.$id,
                    marketplace_type: request.marketplace_type,
                    version: request.version,
                    shared_with: request.shared_with,
                    files: request.files,
                    manifest: Manifest {
                        name: request.name,
                        description: request.description,
                        readme: request.readme,
                        release_notes: request.release_notes,
                        license: request.license,
                        tags: request.tags,
                        capabilities: request.capabilities,
                        category: request.category,
                        documentation_url: request.documentation_url,
                        pricing_tier: request.pricing_tier.unwrap_or(Plan::Free),
                        dependencies: request.dependencies,
                        requires_capabilities: request.requires_capabilities,
                        config_schema: request.config_schema,
                        content: request.content,
                        $($field: request.$field,)*
                        ..Manifest::default()
                    },
                }
            }
        }
    };
}

publish_request! {
    /// Publishes an agent.
    AgentPublish, Agent, agent_id, "atom_main" {
        /// How far it may act on its own.
        maturity_level: MaturityLevel,
        /// Its configuration.
        #[schema(value_type = Option<Object>)]
        configuration: Map<String, Value>,
        /// The canvases it brings.
        #[schema(value_type = Option<Vec<Object>>)]
        canvases: Vec<Value>,
        /// What it has learnt, `{heuristics: […]}`.
        #[schema(value_type = Option<Object>)]
        memory: Map<String, Value>,
    }
}

publish_request! {
    /// Publishes a skill.
    SkillPublish, Skill, skill_id, "salesforce_integration" {
        /// How it runs.
        skill_type: SkillType,
        /// JSON Schema of its input.
        #[schema(value_type = Option<Object>)]
        input_schema: Value,
        /// JSON Schema of its output.
        #[schema(value_type = Option<Object>)]
        output_schema: Value,
    }
}

publish_request! {
    /// Publishes a canvas: a workspace template.
    CanvasPublish, Canvas, canvas_id, "sales_outreach_template" {
        /// Who works on it.
        agent_roles: Vec<String>,
        /// How it is rendered.
        canvas_type: CanvasType,
        /// Its source.
        code: String,
        /// A picture of it; http or https.
        preview_url: String,
    }
}

publish_request! {
    /// Publishes a domain: specialised knowledge.
    DomainPublish, Domain, domain_id, "sales_knowledge" {
        /// What it is about.
        topics: Vec<String>,
        /// Its documents.
        #[schema(value_type = Option<Vec<Object>>)]
        knowledge_base: Vec<Value>,
        /// Its rules.
        #[schema(value_type = Option<Object>)]
        governance_template: Value,
        /// Its terms.
        #[schema(value_type = Option<Object>)]
        vocabulary: Value,
    }
}

/// What changes without a new version. Everything else is a new version: publish it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentPatch {
    /// Advises against the component; null takes that back.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Deprecation>)]
    pub deprecated: Option<Option<Deprecation>>,
    /// Tenants that may see it, if it is private; null is nobody.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub shared_with: Option<Option<Vec<String>>>,
}

/// A field that is there, be it null.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Yanks a version.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Yank {
    /// Why, up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "It deletes contacts that are in use.")]
    pub reason: Option<String>,
}
