//! What the test environment holds when it is new: the same every time, enough for several full pages, and everything that
//! the integration guide names.

use atom_marketplace_protocol::component::{AgentPublish, CanvasPublish, DomainPublish, Publication, SkillPublish};
use atom_marketplace_protocol::ids::Kind;
use serde_json::{Value, json};

/// What an agent does, with its category and capabilities.
const ROLES: [(&str, &str, [&str; 2]); 25] = [
    ("Lead Finder", "sales", ["sales", "research"]),
    ("Outreach Writer", "sales", ["sales", "outreach"]),
    ("Pipeline Keeper", "sales", ["sales", "crm"]),
    ("Quote Builder", "sales", ["sales", "documents"]),
    ("Renewal Reminder", "sales", ["sales", "scheduling"]),
    ("Ticket Sorter", "support", ["support", "classification"]),
    ("Answer Drafter", "support", ["support", "writing"]),
    ("Escalation Guard", "support", ["support", "monitoring"]),
    ("Survey Reader", "support", ["support", "analysis"]),
    ("Invoice Checker", "finance", ["finance", "documents"]),
    ("Expense Reviewer", "finance", ["finance", "compliance"]),
    ("Cash Forecaster", "finance", ["finance", "forecasting"]),
    ("Payment Matcher", "finance", ["finance", "reconciliation"]),
    ("Interview Planner", "people", ["people", "scheduling"]),
    ("Onboarding Guide", "people", ["people", "training"]),
    ("Policy Explainer", "people", ["people", "compliance"]),
    ("Release Scribe", "engineering", ["engineering", "writing"]),
    ("Log Reader", "engineering", ["engineering", "monitoring"]),
    ("Code Reviewer", "engineering", ["engineering", "analysis"]),
    ("Test Author", "engineering", ["engineering", "testing"]),
    ("Campaign Planner", "marketing", ["marketing", "scheduling"]),
    ("Headline Writer", "marketing", ["marketing", "writing"]),
    ("Trend Watcher", "marketing", ["marketing", "research"]),
    ("Contract Reader", "legal", ["legal", "documents"]),
    ("Clause Finder", "legal", ["legal", "research"]),
];

const REGIONS: [&str; 10] = [
    "Benelux",
    "Iberia",
    "the Nordics",
    "the Baltics",
    "the Alps",
    "Canada",
    "Brazil",
    "Japan",
    "Australia",
    "South Africa",
];

/// Agents that are there to be counted: `agent-001` and so on.
pub(super) const AGENTS: usize = ROLES.len() * REGIONS.len();
/// Of each other kind.
const OTHERS: usize = 10;

/// Everything, as its publisher would send it.
pub(super) fn publications() -> Vec<Publication> {
    let mut all = named();
    for number in 0..AGENTS {
        let (role, category, capabilities) = ROLES[number % ROLES.len()];
        let level = ["student", "intern", "supervised", "autonomous"][number % 4];
        let fields = json!({
            "name": format!("{role} for {}", REGIONS[number / ROLES.len()]),
            "description": format!("A {} that works for {}.", role.to_lowercase(), REGIONS[number / ROLES.len()]),
            "category": category, "capabilities": capabilities, "tags": [category, "example"],
            "maturity_level": level,
        });
        all.push(publication(Kind::Agent, &format!("agent-{:03}", number + 1), fields));
    }
    for kind in [Kind::Skill, Kind::Canvas, Kind::Domain] {
        for number in 0..OTHERS {
            let (role, category, capabilities) = ROLES[number * 2];
            let fields = json!({
                "name": format!("{role} {kind}"), "description": format!("A {kind} for the {}.", role.to_lowercase()),
                "category": category, "capabilities": capabilities, "tags": [category, "example"],
            });
            all.push(publication(kind, &format!("{kind}-{:03}", number + 1), fields));
        }
    }
    all
}

/// What the guide's samples name. `agent_id` and `skill_id` are what curl makes of the `{agent_id}` and `{skill_id}` that
/// the guide prints.
fn named() -> Vec<Publication> {
    vec![
        publication(
            Kind::Agent,
            "test-agent",
            json!({ "name": "Test Agent", "description": "Installs without any configuration.", "category": "testing", "capabilities": ["testing"] }),
        ),
        publication(
            Kind::Agent,
            "agent_id",
            json!({ "name": "Sample Agent", "description": "What the integration guide's example shows.", "category": "testing", "capabilities": ["testing"] }),
        ),
        publication(
            Kind::Skill,
            "skill_id",
            json!({ "name": "Sample Skill", "description": "What the integration guide's example shows.", "category": "testing", "capabilities": ["testing"] }),
        ),
        publication(
            Kind::Agent,
            "sales_automation_agent",
            json!({
                "name": "Sales Automation Agent", "description": "Automated sales outreach and CRM management",
                "category": "sales", "capabilities": ["sales", "crm", "outreach"], "tags": ["sales", "automation", "crm"],
                "maturity_level": "supervised",
                "config_schema": {
                    "type": "object", "required_api_keys": ["salesforce"],
                    "properties": {
                        "auto_approve": { "type": "boolean" },
                        "max_daily_tasks": { "type": "integer", "minimum": 1 },
                    },
                },
            }),
        ),
        publication(
            Kind::Skill,
            "salesforce_integration",
            json!({
                "name": "Salesforce Integration", "description": "Bi-directional Salesforce sync",
                "category": "integration", "capabilities": ["crm", "salesforce"], "tags": ["crm", "sales", "integration"],
            }),
        ),
        publication(
            Kind::Canvas,
            "sales_outreach_template",
            json!({
                "name": "Sales Outreach Template", "description": "Complete sales outreach workflow canvas",
                "category": "sales", "agent_roles": ["sales_representative", "manager"], "tags": ["sales", "outreach", "template"],
            }),
        ),
        publication(
            Kind::Domain,
            "sales_knowledge",
            json!({
                "name": "Sales Knowledge Base", "description": "Comprehensive sales methodology and best practices",
                "category": "sales", "topics": ["methodology", "best_practices", "metrics"], "tags": ["sales", "knowledge", "training"],
            }),
        ),
    ]
}

/// What a rating tenant gives a component, if anything: what is about sales is liked, so that filters by rating find some.
pub(super) fn rating(publication: &Publication, rater: usize) -> Option<i64> {
    let liked = publication.manifest.category.as_deref() == Some("sales") || publication.id == "test-agent";
    // The first gives everything 5, the second 4 or 3.
    let strict = 3 + publication.id.bytes().map(i64::from).sum::<i64>() % 2;
    liked.then_some(if rater == 0 { 5 } else { strict })
}

fn publication(kind: Kind, id: &str, mut fields: Value) -> Publication {
    fields[kind.id_field()] = id.into();
    fields["marketplace_type"] = "public".into();
    let valid = "the test environment's publications are valid";
    match kind {
        Kind::Agent => serde_json::from_value::<AgentPublish>(fields).expect(valid).into(),
        Kind::Skill => serde_json::from_value::<SkillPublish>(fields).expect(valid).into(),
        Kind::Canvas => serde_json::from_value::<CanvasPublish>(fields).expect(valid).into(),
        Kind::Domain => serde_json::from_value::<DomainPublish>(fields).expect(valid).into(),
    }
}
