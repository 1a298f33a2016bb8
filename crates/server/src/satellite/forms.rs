//! Components in the words of satellites: both spellings of what has two, and nothing null that they cannot do without.
//! Pure; what a satellite would stumble over is told in the tests.

use std::collections::HashSet;

use atom_marketplace_protocol::component::{Bundle, CanvasType, Component, FileEncoding, SkillType};
use atom_marketplace_protocol::ids::Kind;
use serde_json::{Map, Value, json};

/// What stands in for a category that was left out.
const CATEGORY: &str = "general";
/// Files that hold the code of a component which has it in no field, the likeliest first.
const CODE_FILES: [&str; 8] = [".html", ".jsx", ".tsx", ".vue", ".py", ".js", ".ts", ".sh"];

/// A component as lists show it.
pub(super) fn short(component: &Component, name: &str) -> Map<String, Value> {
    let manifest = &component.manifest;
    let mut form = object(json!({
        "id": name,
        "name": manifest.name,
        "description": manifest.description,
        "category": manifest.category.as_deref().unwrap_or(CATEGORY),
        "version": component.version,
        "tags": manifest.tags,
        "license": manifest.license,
        "author": component.publisher.name,
        "author_id": component.source_tenant_id,
        "source_tenant_id": component.source_tenant_id,
        "verified": component.publisher.verified,
        "pricing_tier": manifest.pricing_tier,
        "marketplace_type": component.marketplace_type,
        "average_rating": component.average_rating.unwrap_or(0.0),
        "avg_rating": component.average_rating.unwrap_or(0.0),
        "rating_count": component.rating_count,
        "install_count": component.install_count,
        "documentation_url": manifest.documentation_url,
        "deprecated": component.deprecated,
        "origin": component.origin,
        "created_at": component.created_at,
        "updated_at": component.updated_at,
    }));
    let word = word(component.component_type);
    form.insert(format!("{word}_id"), name.into());
    form.insert(format!("{word}_name"), manifest.name.as_str().into());
    match component.component_type {
        Kind::Agent => {
            form.insert("capabilities".into(), unique(&manifest.capabilities));
            form.insert("maturity_level".into(), json!(manifest.maturity_level));
        }
        Kind::Skill => {
            form.insert("capabilities".into(), unique(&manifest.capabilities));
            form.insert("skill_type".into(), json!(manifest.skill_type.unwrap_or(SkillType::PromptOnly)));
        }
        Kind::Canvas => {
            form.insert("component_type".into(), json!(manifest.canvas_type.unwrap_or(CanvasType::Custom)));
            form.insert("preview_url".into(), json!(manifest.preview_url));
        }
        Kind::Domain => {}
    }
    form
}

/// What satellites call a kind in the names of fields.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => "agent",
        Kind::Skill => "skill",
        Kind::Canvas => "component",
        Kind::Domain => "domain",
    }
}

/// A component with all that an instance needs to run it.
pub(super) fn full(component: &Component, bundle: Option<&Bundle>, name: &str) -> Map<String, Value> {
    let manifest = &component.manifest;
    let mut form = short(component, name);
    let mut put = |key: &str, value: Value| form.insert(key.to_owned(), value);
    put("readme", json!(manifest.readme));
    put("release_notes", json!(manifest.release_notes));
    put("content", json!(manifest.content));
    put("config_schema", json!(manifest.config_schema));
    put("requires_capabilities", json!(manifest.requires_capabilities));
    put("files", json!(bundle.map(|bundle| bundle.files.as_slice()).unwrap_or_default()));
    put("digest", json!(component.digest));
    let content = |key: &str| manifest.content.as_ref().and_then(|content| content.get(key));
    match component.component_type {
        Kind::Agent => {
            put("dependencies", json!(manifest.dependencies));
            put("configuration", json!(manifest.configuration));
            put("canvases", json!(manifest.canvases.as_deref().unwrap_or_default()));
            if let Some(memory) = manifest.memory.as_ref().map(memory) {
                put("anonymized_memory_bundle", memory);
            }
        }
        Kind::Skill => {
            put("dependencies", json!(manifest.dependencies));
            put("input_schema", json!(manifest.input_schema));
            put("output_schema", json!(manifest.output_schema));
            if let Some(code) = code(component, bundle) {
                put("code", code.into());
            }
        }
        Kind::Canvas => {
            // Packages that the page loads; what the marketplace installs beside it is another thing.
            put("dependencies", content("dependencies").filter(|v| v.is_array()).cloned().unwrap_or(json!([])));
            put("css_dependencies", content("css_dependencies").filter(|v| v.is_array()).cloned().unwrap_or(json!([])));
            put("default_config", content("default_config").filter(|v| v.is_object()).cloned().unwrap_or(json!({})));
            put("requires", json!(manifest.dependencies));
            put("agent_roles", json!(manifest.agent_roles.as_deref().unwrap_or_default()));
            put("code", code(component, bundle).unwrap_or_default().into());
        }
        Kind::Domain => {
            put("dependencies", json!(manifest.dependencies));
            put("topics", json!(manifest.topics.as_deref().unwrap_or_default()));
            put("knowledge_base", json!(manifest.knowledge_base.as_deref().unwrap_or_default()));
            put("governance_template", json!(manifest.governance_template));
            put("vocabulary", json!(manifest.vocabulary));
            // With the maturity that each needs, where the publisher says it.
            put(
                "capabilities",
                content("capabilities")
                    .filter(|v| v.is_array())
                    .cloned()
                    .unwrap_or_else(|| unique(&manifest.capabilities)),
            );
            put("integrations", content("integrations").filter(|v| v.is_array()).cloned().unwrap_or(json!([])));
        }
    }
    form
}

/// What an agent has learnt: of the heuristics those that say of what and how, since a satellite takes each as whole.
fn memory(memory: &Map<String, Value>) -> Value {
    let mut memory = memory.clone();
    let whole = |item: &Value| {
        ["error_type", "resolution"].iter().all(|key| item[*key].as_str().is_some_and(|text| !text.is_empty()))
    };
    let heuristics = memory.remove("heuristics").and_then(|items| match items {
        Value::Array(items) => Some(items.into_iter().filter(whole).collect::<Vec<_>>()),
        _ => None,
    });
    memory.insert("heuristics".to_owned(), json!(heuristics.unwrap_or_default()));
    Value::Object(memory)
}

/// The component's source: its field, its content's, or its first file that looks like it.
fn code(component: &Component, bundle: Option<&Bundle>) -> Option<String> {
    let manifest = &component.manifest;
    let in_content = || manifest.content.as_ref()?.get("code")?.as_str().map(str::to_owned);
    let in_files = || {
        let texts =
            || bundle.into_iter().flat_map(|bundle| &bundle.files).filter(|file| file.encoding == FileEncoding::Utf8);
        let found = CODE_FILES.iter().find_map(|ending| texts().find(|file| file.path.ends_with(ending)));
        found.map(|file| file.content.clone())
    };
    manifest.code.clone().or_else(in_content).or_else(in_files)
}

/// Texts, each once, in their order.
fn unique(texts: &[String]) -> Value {
    let mut seen = HashSet::new();
    texts.iter().filter(|text| seen.insert(text.as_str())).map(String::as_str).collect::<Vec<_>>().into()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(kind: Kind, more: Value) -> Component {
        let mut value = json!({
            "id": "x", "component_type": kind, "source_tenant_id": "acme", "publisher": { "tenant_id": "acme", "name": "Acme", "verified": false },
            "marketplace_type": "public", "status": "published", "version": "1.0.0", "digest": "sha256:0", "average_rating": null,
            "rating_count": 0, "install_count": 0, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "name": "X", "description": "Does things.",
        });
        value.as_object_mut().unwrap().extend(object(more));
        serde_json::from_value(value).expect("a component")
    }

    #[test]
    fn what_came_from_elsewhere_is_made_whole() {
        let memory = json!({ "note": "kept", "heuristics": [
            { "error_type": "timeout", "resolution": "Wait." }, { "error_type": "x" }, { "error_type": "", "resolution": "of nothing" },
            { "error_type": null, "resolution": "r" }, "no object", null,
        ] });
        for (more, items) in
            [(memory, Some(1)), (json!({}), Some(0)), (json!({ "heuristics": null }), Some(0)), (Value::Null, None)]
        {
            let more = json!({ "memory": more, "capabilities": ["a", "b", "a"] });
            let form = full(&component(Kind::Agent, more), None, "x");
            let memory = form.get("anonymized_memory_bundle");
            assert_eq!(memory.map(|memory| memory["heuristics"].as_array().expect("a list").len()), items);
            assert_eq!((&form["capabilities"], &form["category"]), (&json!(["a", "b"]), &json!(CATEGORY)));
            assert_eq!(form["configuration"], Value::Null);
        }
    }

    #[test]
    fn both_spellings() {
        for (kind, id, name) in [
            (Kind::Agent, "agent_id", "agent_name"),
            (Kind::Skill, "skill_id", "skill_name"),
            (Kind::Canvas, "component_id", "component_name"),
            (Kind::Domain, "domain_id", "domain_name"),
        ] {
            let form = short(&component(kind, json!({ "average_rating": 4.5 })), "acme~x");
            assert_eq!((&form["id"], &form[id]), (&json!("acme~x"), &json!("acme~x")));
            assert_eq!((&form["name"], &form[name]), (&json!("X"), &json!("X")));
            assert_eq!((&form["average_rating"], &form["avg_rating"]), (&json!(4.5), &json!(4.5)));
        }
    }
}
