//! The fields of a publication, one by one. Every breach is collected; nothing is trimmed, cut or dropped silently.

use atom_marketplace_protocol::component::{Dependency, Deprecation, MarketplaceType, Publication};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::ids::{check_component_id, check_tenant_id, check_tenant_ref};
use atom_marketplace_protocol::json::{index, path_join};
use atom_marketplace_protocol::limits::{
    CAPABILITIES_MAX, DEPENDENCIES_MAX, DESCRIPTION_MAX, LABEL_MAX, NAME_MAX, README_MAX, TAGS_MAX,
};
use atom_marketplace_protocol::semver_ext::{parse_range, parse_version};
use atom_marketplace_protocol::text::{self, TextRule};
use url::Url;

use super::schema;

/// Errors listed in one answer. Past them the list says nothing new.
const ERRORS_MAX: usize = 100;
const RELEASE_NOTES_MAX: usize = 20_000;
const LICENSE_MAX: usize = 200;
const URL_MAX: usize = 2_048;
const SHARED_WITH_MAX: usize = 100;
const CODE_MAX: usize = 5 << 20;
const HEURISTICS_MAX: usize = 10_000;

/// What is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<FieldError>);

impl Errors {
    /// Notes that the field at `path` is wrong.
    pub(super) fn refuse(&mut self, path: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < ERRORS_MAX {
            self.0.push(FieldError::new(path, message));
        }
    }

    /// Notes the reason of a rule that is broken at `path`.
    pub(super) fn check(&mut self, path: impl Into<String>, result: Result<(), String>) {
        if let Err(message) = result {
            self.refuse(path, message);
        }
    }

    pub(super) fn into_result(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }

    /// Checks a text and stores its NFC form.
    pub(super) fn text(&mut self, path: &str, value: &mut String, rule: TextRule) {
        match text::clean(value, rule) {
            Ok(clean) => *value = clean,
            Err(message) => self.refuse(path, message),
        }
    }

    fn line(&mut self, path: &str, value: Option<&mut String>, max_chars: usize) {
        if let Some(value) = value {
            self.text(path, value, TextRule { max_chars, multiline: false, required: true });
        }
    }

    fn lines(&mut self, path: &str, value: Option<&mut String>, max_chars: usize) {
        if let Some(value) = value {
            self.text(path, value, TextRule { max_chars, multiline: true, required: false });
        }
    }

    /// Short words for people and filters. One that is blank, padded or given twice is a mistake worth hearing of.
    fn labels(&mut self, path: &str, values: &mut [String], max: usize) {
        self.count(path, values.len(), max);
        for i in 0..values.len().min(max) {
            let (before, rest) = values.split_at_mut(i);
            let (value, path) = (&mut rest[0], index(path, i));
            self.text(&path, value, TextRule { max_chars: LABEL_MAX, multiline: false, required: true });
            if value.trim() != value.as_str() && !value.trim().is_empty() {
                self.refuse(&path, "it begins or ends with white space");
            } else if let Some(twin) = before.iter().position(|earlier| earlier == value) {
                self.refuse(&path, format!("it is the same as number {}", twin + 1));
            }
        }
    }

    fn count(&mut self, path: &str, count: usize, max: usize) {
        if count > max {
            self.refuse(path, format!("there are {count}, of at most {max}"));
        }
    }

    fn url(&mut self, path: &str, value: Option<&mut String>) {
        let Some(value) = value else { return };
        let before = self.0.len();
        self.text(path, value, TextRule { max_chars: URL_MAX, multiline: false, required: true });
        if self.0.len() == before {
            self.check(path, check_url(value));
        }
    }
}

fn check_url(value: &str) -> Result<(), String> {
    let url = Url::parse(value).map_err(|why| format!("this is no URL ({why}); write https://…"))?;
    let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    if !matches!(scheme.as_deref(), Some("http" | "https")) {
        return Err("a URL begins with https:// or http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL must not hold a user name or a password".to_owned());
    }
    // What the parser would repair may be read in another way elsewhere.
    if value.contains(char::is_whitespace) || value.contains('\\') {
        return Err("a URL holds no white space and no backslash: write them as %20 and %5C".to_owned());
    }
    Ok(())
}

/// Everything but the files.
pub(super) fn check(errors: &mut Errors, publication: &mut Publication, publisher: &str) {
    let (kind, id) = (publication.kind, publication.id.clone());
    errors.check(kind.id_field(), check_component_id(&id));
    if let Some(version) = &publication.version {
        errors.check("version", parse_version(version).map(|_| ()));
    }
    match (&publication.shared_with, publication.marketplace_type) {
        (Some(_), MarketplaceType::Public) => {
            errors.refuse("shared_with", "only a private component is shared; a public one is there for everyone");
        }
        (Some(tenants), MarketplaceType::Private) => shared_with(errors, tenants),
        (None, _) => {}
    }

    let manifest = &mut publication.manifest;
    errors.line("name", Some(&mut manifest.name), NAME_MAX);
    errors.text(
        "description",
        &mut manifest.description,
        TextRule { max_chars: DESCRIPTION_MAX, multiline: true, required: true },
    );
    errors.lines("readme", manifest.readme.as_mut(), README_MAX);
    errors.lines("release_notes", manifest.release_notes.as_mut(), RELEASE_NOTES_MAX);
    errors.line("license", manifest.license.as_mut(), LICENSE_MAX);
    errors.labels("tags", &mut manifest.tags, TAGS_MAX);
    errors.labels("capabilities", &mut manifest.capabilities, CAPABILITIES_MAX);
    if let Some(category) = &mut manifest.category {
        // One label, by the same rules.
        let mut labels = [std::mem::take(category)];
        let before = errors.0.len();
        errors.labels("category", &mut labels, 1);
        errors.0[before..].iter_mut().for_each(|error| "category".clone_into(&mut error.path));
        [*category] = labels;
    }
    errors.url("documentation_url", manifest.documentation_url.as_mut());
    errors.labels("requires_capabilities", &mut manifest.requires_capabilities, CAPABILITIES_MAX);
    dependencies(errors, &manifest.dependencies, |dependency| {
        dependency.component_type == kind
            && dependency.id == id
            && dependency.source_tenant_id.as_deref().is_none_or(|tenant| tenant == publisher)
    });
    if let Some(config) = &manifest.config_schema {
        schema::config(errors, "config_schema", config);
    }
    if let Some(memory) = &manifest.memory {
        self::memory(errors, memory);
    }
    for (path, schema) in [("input_schema", &manifest.input_schema), ("output_schema", &manifest.output_schema)] {
        if let Some(schema) = schema {
            schema::any(errors, path, schema);
        }
    }
    if let Some(roles) = &mut manifest.agent_roles {
        errors.labels("agent_roles", roles, CAPABILITIES_MAX);
    }
    errors.lines("code", manifest.code.as_mut(), CODE_MAX);
    errors.url("preview_url", manifest.preview_url.as_mut());
    if let Some(topics) = &mut manifest.topics {
        errors.labels("topics", topics, CAPABILITIES_MAX);
    }
}

fn dependencies(errors: &mut Errors, dependencies: &[Dependency], is_self: impl Fn(&Dependency) -> bool) {
    errors.count("dependencies", dependencies.len(), DEPENDENCIES_MAX);
    for (i, dependency) in dependencies.iter().take(DEPENDENCIES_MAX).enumerate() {
        let path = index("dependencies", i);
        errors.check(path_join(&path, "id"), check_component_id(&dependency.id));
        errors.check(path_join(&path, "version"), parse_range(&dependency.version).map(|_| ()));
        if let Some(tenant) = &dependency.source_tenant_id {
            errors.check(path_join(&path, "source_tenant_id"), check_tenant_ref(tenant));
        }
        let same = |other: &&Dependency| {
            (other.component_type, &other.id, &other.source_tenant_id)
                == (dependency.component_type, &dependency.id, &dependency.source_tenant_id)
        };
        if is_self(dependency) {
            errors.refuse(path, "a component does not depend on itself");
        } else if dependencies[..i].iter().any(|other| same(&other)) {
            errors.refuse(path, "this component is named twice: join the two ranges, as in \">=1.2, <1.9\"");
        }
    }
}

/// What an agent has learnt: `{heuristics: […]}`.
fn memory(errors: &mut Errors, memory: &serde_json::Map<String, serde_json::Value>) {
    for key in memory.keys().filter(|key| *key != "heuristics") {
        errors.refuse(path_join("memory", key), "memory holds `heuristics` and nothing else");
    }
    match memory.get("heuristics") {
        Some(serde_json::Value::Array(heuristics)) => {
            errors.count("memory.heuristics", heuristics.len(), HEURISTICS_MAX);
            for (i, heuristic) in heuristics.iter().enumerate() {
                let path = index("memory.heuristics", i);
                if !heuristic.is_object() {
                    errors.refuse(path, "a heuristic is an object, as in {\"error_type\": …, \"resolution\": …}");
                }
            }
        }
        Some(_) => errors.refuse("memory.heuristics", "this is a list of objects"),
        None => errors.refuse("memory.heuristics", "This field is required."),
    }
}

fn shared_with(errors: &mut Errors, tenants: &[String]) {
    errors.count("shared_with", tenants.len(), SHARED_WITH_MAX);
    for (i, tenant) in tenants.iter().take(SHARED_WITH_MAX).enumerate() {
        errors.check(index("shared_with", i), check_tenant_id(tenant));
        if tenants[..i].contains(tenant) {
            errors.refuse(index("shared_with", i), "this tenant is named twice");
        }
    }
}

/// Tenants that a private component is shared with. Whether they exist is not told.
pub fn check_shared_with(tenants: &[String]) -> Result<(), Vec<FieldError>> {
    let mut errors = Errors::default();
    shared_with(&mut errors, tenants);
    errors.into_result()
}

/// What a publisher says of a component they advise against; its message is brought to NFC.
pub fn check_deprecation(deprecation: &mut Deprecation) -> Result<(), Vec<FieldError>> {
    let mut errors = Errors::default();
    let rule = TextRule { max_chars: DESCRIPTION_MAX, multiline: true, required: true };
    errors.text("deprecated.message", &mut deprecation.message, rule);
    if let Some(successor) = &deprecation.successor {
        errors.check("deprecated.successor.id", check_component_id(&successor.id));
        if let Some(tenant) = &successor.source_tenant_id {
            errors.check("deprecated.successor.source_tenant_id", check_tenant_ref(tenant));
        }
    }
    errors.into_result()
}
