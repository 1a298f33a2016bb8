//! What the components of the example catalog say of themselves, and what is said of them.

use std::fmt::Write as _;

use atom_marketplace_protocol::ids::Kind;
use serde_json::{Value, json};

use super::catalog::Item;

const NUMBERS: [&str; super::catalog::MOST_VERSIONS] = ["1.0.0", "1.1.0", "2.0.0"];
const NEWS: [&str; super::catalog::MOST_VERSIONS] = [
    "First release.",
    "Faster on large inputs, clearer messages when something is missing, and a setting for the working language.",
    "Asks before it changes anything outside of the workspace. The settings of version 1 go on working.",
];

const LICENSES: [&str; 3] = ["MIT", "Apache-2.0", "CC-BY-4.0"];

/// The publish request of a version, counted from 0.
pub(super) fn publication(item: &Item, version: usize) -> Value {
    let mut body = json!({
        "marketplace_type": "public",
        "version": NUMBERS[version],
        "name": item.name,
        "description": item.about,
        "readme": readme(item, version),
        "release_notes": NEWS[version],
        "license": LICENSES[item.draw("license", LICENSES.len() as u64) as usize],
        "category": item.category,
        "capabilities": item.capabilities,
        "tags": tags(item),
        "documentation_url": format!("https://docs.example.com/{}/{}", item.tenant, item.id),
        "pricing_tier": tier(item),
    });
    body[format!("{}_id", item.kind)] = json!(item.id);
    match item.kind {
        Kind::Agent => agent(item, &mut body),
        Kind::Skill => skill(item, &mut body),
        Kind::Canvas => canvas(item, &mut body),
        Kind::Domain => domain(item, &mut body),
    }
    if let Some((tenant, id)) = &item.dependency {
        body["dependencies"] =
            json!([{ "component_type": "skill", "id": id, "source_tenant_id": tenant, "version": ">=1.0.0" }]);
    }
    body
}

/// A rating, now and then with a few words.
pub(super) fn rating(item: &Item, tenant: &str, rating: u8) -> Value {
    let words: &[&str] = match rating {
        5 => &[
            "Does exactly what it says. It saves our team hours every week.",
            "Installed it on Monday, and by Friday nobody wanted to go without it.",
            "Clear documentation, sensible settings, no surprises.",
        ],
        4 => &[
            "Very good. We changed two settings and it fits our way of working.",
            "Reliable. An export to spreadsheets would make it perfect.",
        ],
        3 => &[
            "Useful, but it needs a person to look over the results.",
            "Fine for small teams; ours had to tune it for a while.",
        ],
        _ => &["It did not fit our process. The idea is good, so we will look again at the next version."],
    };
    let draw = item.draw(&format!("review of {tenant}"), 2 * words.len() as u64) as usize;
    words.get(draw).map_or_else(|| json!({ "rating": rating }), |review| json!({ "rating": rating, "review": review }))
}

fn readme(item: &Item, version: usize) -> String {
    let does: String = item.capabilities.iter().fold(String::new(), |mut list, capability| {
        // Writing to a string does not fail.
        let _ = writeln!(list, "- {}", capability.replace('_', " "));
        list
    });
    let setup = match item.kind {
        Kind::Agent => {
            "1. Install the agent for your tenant.\n2. Leave `auto_approve` off for the first week and look at what it proposes.\n3. Raise `max_daily_tasks` once you trust it."
        }
        Kind::Skill => {
            "1. Install the skill.\n2. Name it among the skills of an agent.\n3. Try it on a handful of records before you let it run on all."
        }
        Kind::Canvas => {
            "1. Install the canvas.\n2. Choose who works on it.\n3. Pin it to the workspace of the team that needs it."
        }
        Kind::Domain => {
            "1. Install the domain.\n2. Let the agents that need it read it.\n3. Add your own terms: what you add stays yours."
        }
    };
    format!(
        "# {}\n\n{}\n\n## What it can do\n\n{does}\n## Setting it up\n\n{setup}\n\n## What it does not do\n\nIt sends nothing to third parties and keeps nothing beyond your workspace.\n\nVersion {}: {}\n",
        item.name, item.about, NUMBERS[version], NEWS[version]
    )
}

/// The category, and the words of the name that mean something.
fn tags(item: &Item) -> Vec<String> {
    let mut tags = vec![item.category.to_owned()];
    let words = item.name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    tags.extend(words.filter(|word| word.len() > 3 && word != "agent"));
    tags.push(item.capabilities[item.capabilities.len() - 1].replace('_', "-"));
    let mut seen = std::collections::BTreeSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags
}

fn tier(item: &Item) -> &'static str {
    match (&*item.id, item.draw("tier", 12)) {
        ("atom_main", _) => "team",
        _ if item.featured => "free",
        (_, 0) => "enterprise",
        (_, 1 | 2) => "team",
        (_, 3 | 4) => "solo",
        _ => "free",
    }
}

fn agent(item: &Item, body: &mut Value) {
    let levels = ["student", "intern", "supervised", "autonomous"];
    let level = if item.featured { 2 } else { item.draw("maturity", 4) as usize };
    body["maturity_level"] = json!(levels[level]);
    body["configuration"] = json!({
        "instructions": format!("{} Ask when you are not sure, and say what you did.", item.about),
        "temperature": 0.2,
        "max_steps": 12 + 4 * level,
    });
    body["config_schema"] = json!({
        "type": "object",
        "properties": {
            "auto_approve": { "type": "boolean", "default": false },
            "max_daily_tasks": { "type": "integer", "minimum": 1, "maximum": 10_000, "default": 100 },
        },
    });
    body["memory"] = json!({ "heuristics": [
        { "when": "the request is ambiguous", "then": "ask one question instead of guessing" },
        { "when": "a step fails twice", "then": "stop and report what is known" },
    ] });
}

fn skill(item: &Item, body: &mut Value) {
    let input = json!({ "type": "object", "properties": { "input": { "type": "string", "description": "What to work on" } }, "required": ["input"] });
    body["input_schema"] = input;
    body["output_schema"] = json!({ "type": "object", "properties": { "result": { "type": "string" }, "notes": { "type": "array", "items": { "type": "string" } } } });
    if item.featured || item.name.ends_with("Connector") || item.name.ends_with("Sync") {
        body["skill_type"] = json!("api");
        body["content"] = json!({ "base_url": "https://api.example.com", "operations": ["list", "read", "create", "update"], "page_size": 100 });
    } else {
        body["skill_type"] = json!("prompt_only");
        body["content"] = json!({ "instructions": format!("{} Work step by step, keep facts and guesses apart, and answer in the language of the input.", item.about) });
    }
}

fn canvas(item: &Item, body: &mut Value) {
    let roles: &[&str] = if item.featured { &["sales_representative", "manager"] } else { &["member", "manager"] };
    body["agent_roles"] = json!(roles);
    body["canvas_type"] = json!("html");
    body["code"] = json!(format!(
        "<main>\n  <h1>{}</h1>\n  <section data-list=\"items\"></section>\n  <aside data-list=\"activity\"></aside>\n</main>\n",
        item.name.replace('&', "&amp;")
    ));
    body["preview_url"] = json!(format!("https://docs.example.com/{}/{}.png", item.tenant, item.id));
}

fn domain(item: &Item, body: &mut Value) {
    let topics: Vec<&str> = if item.id == "sales_knowledge" {
        vec!["methodology", "best_practices", "metrics"]
    } else {
        item.capabilities.clone()
    };
    let articles: Vec<Value> = topics
        .iter()
        .map(|topic| {
            let topic = topic.replace('_', " ");
            json!({ "title": format!("On {topic}"), "text": format!("{} This part covers {topic}: what good looks like, the usual mistakes, and a checklist.", item.about) })
        })
        .collect();
    body["topics"] = json!(topics);
    body["knowledge_base"] = json!(articles);
    body["governance_template"] =
        json!({ "review_every_days": 90, "owner_role": "domain_owner", "approval_required": true });
    body["vocabulary"] = json!({ "owner": "Whoever answers for a decision.", "evidence": "What others can check." });
}
