//! The four kinds of component, and the rules for what names one: component ids, tenant ids and
//! the prefixed ids of everything else.
//!
//! It never looks anything up: an id that passes here may still not exist.

use crate::wire_enum::wire_enum;

wire_enum! {
    /// What a component is. The four kinds share one model and one set of routes.
    pub enum Kind("component kind") {
        /// An agent: a worker with a configuration and a memory.
        Agent = "agent",
        /// A skill an agent can use, with an input and an output schema.
        Skill = "skill",
        /// A canvas: a piece of user interface.
        Canvas = "canvas",
        /// A domain: knowledge, vocabulary and governance.
        Domain = "domain",
    }
}

impl Kind {
    /// The publisher's name for the id: `agent_id`, `skill_id`, `canvas_id`, `domain_id`.
    pub const fn id_field(self) -> &'static str {
        match self {
            Self::Agent => "agent_id",
            Self::Skill => "skill_id",
            Self::Canvas => "canvas_id",
            Self::Domain => "domain_id",
        }
    }

    /// Where the kind's routes begin: `/api/agent-marketplace`, …
    pub const fn base(self) -> &'static str {
        match self {
            Self::Agent => "/api/agent-marketplace",
            Self::Skill => "/api/skill-marketplace",
            Self::Canvas => "/api/canvas-marketplace",
            Self::Domain => "/api/domain-marketplace",
        }
    }

    /// The collection under [`Kind::base`]. A canvas's is `components`, as the guide has it.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Canvas => "components",
            _ => self.plural(),
        }
    }

    /// More than one of the kind, as in `bulk-install` results, federation routes and on pages.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Agent => "agents",
            Self::Skill => "skills",
            Self::Canvas => "canvases",
            Self::Domain => "domains",
        }
    }

    /// The path of one component. `id` must have passed [`check_component_id`]: none of its
    /// characters needs escaping in a path.
    pub fn path_of(self, id: &str) -> String {
        format!("{}/{}/{id}", self.base(), self.collection())
    }

    /// The number stored for the kind, 1 to 4. Never renumber one: it is in every database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Agent => 1,
            Self::Skill => 2,
            Self::Canvas => 3,
            Self::Domain => 4,
        }
    }

    /// The kind a stored number stands for.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Agent),
            2 => Some(Self::Skill),
            3 => Some(Self::Canvas),
            4 => Some(Self::Domain),
            _ => None,
        }
    }
}

/// Characters in a component id.
pub const COMPONENT_ID_MAX: usize = 128;
/// Characters in a tenant id, without the `@peer` of a mirrored one.
pub const TENANT_ID_MAX: usize = 63;

/// Routes that stand where an id does.
const RESERVED_IDS: [&str; 3] = ["search", "bulk-install", "categories"];

/// Checks a component's id: 1–128 of `A-Z a-z 0-9 _ . -`, the first a letter or digit, and none of
/// the words that are routes beside it. The error says the rule and what breaks it.
pub fn check_component_id(id: &str) -> Result<(), String> {
    const RULE: &str = "an id is 1–128 characters of A-Z a-z 0-9 _ . -, \
                        the first a letter or a digit";
    check_length(id, 1, COMPONENT_ID_MAX, RULE)?;
    check_characters(id, |c| c.is_ascii_alphanumeric() || "_.-".contains(c), RULE)?;
    if !id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(format!("{RULE}; this one begins with {:?}", &id[..1]));
    }
    if RESERVED_IDS.contains(&id) {
        return Err(format!("{id:?} is the name of a route and cannot be an id"));
    }
    Ok(())
}

/// Checks the id of a tenant of this instance: 2–63 of `a-z 0-9 -`, the first a letter or digit.
pub fn check_tenant_id(id: &str) -> Result<(), String> {
    check_slug(id, "a tenant id is 2–63 characters of a-z 0-9 -, the first a letter or a digit")
}

/// Characters in what stands behind the `@` of a mirrored tenant's id.
pub const ORIGIN_LABEL_MAX: usize = 127;

/// Checks the id of a local tenant, or of a mirrored one: `{tenant}@{peer}`, or `{tenant}@{origin}.{peer}` where the
/// peer passes on what another instance has published.
pub fn check_tenant_ref(id: &str) -> Result<(), String> {
    const RULE: &str = "behind the @ of a tenant id are 2–127 characters of a-z 0-9 . -, the first a letter or a digit";
    match id.split_once('@') {
        None => check_tenant_id(id),
        Some((tenant, origin)) => {
            check_tenant_id(tenant)?;
            check_name(origin, ORIGIN_LABEL_MAX, RULE)
        }
    }
}

/// Checks the name of a federation peer, which is the part of a mirrored tenant's id behind the
/// `@`: 2–63 of `a-z 0-9 . -`, the first a letter or digit.
pub fn check_peer_name(name: &str) -> Result<(), String> {
    check_name(name, TENANT_ID_MAX, "a peer's name is 2–63 characters of a-z 0-9 . -, the first a letter or a digit")
}

fn check_name(value: &str, max: usize, rule: &str) -> Result<(), String> {
    check_length(value, 2, max, rule)?;
    check_characters(value, |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c), rule)?;
    if value.starts_with(['.', '-']) {
        return Err(format!("{rule}; this one begins with {:?}", &value[..1]));
    }
    Ok(())
}

fn check_slug(value: &str, rule: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    check_length(value, 2, TENANT_ID_MAX, rule)?;
    check_characters(value, allowed, rule)?;
    if value.starts_with('-') {
        return Err(format!("{rule}; this one begins with \"-\""));
    }
    Ok(())
}

fn check_length(value: &str, min: usize, max: usize, rule: &str) -> Result<(), String> {
    // Bytes are characters here: whatever is not ASCII is refused anyway.
    match value.len() {
        0 => Err(format!("{rule}; this one is empty")),
        n if n < min || n > max => Err(format!("{rule}; this one has {n}")),
        _ => Ok(()),
    }
}

fn check_characters(value: &str, allowed: impl Fn(char) -> bool, rule: &str) -> Result<(), String> {
    match value.chars().enumerate().find(|&(_, c)| !allowed(c)) {
        None => Ok(()),
        Some((at, c)) => Err(format!("{rule}; character {} is {}", at + 1, crate::text::describe(c))),
    }
}

/// A new id: `prefix`, `_`, and a UUIDv7 as 32 hex digits, as in `inst_0198…`. Ids made by one
/// process sort in the order they were made. They tell the time and are no secret.
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7().simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_spelt_as_in_the_contract() {
        let table = [
            (Kind::Agent, "agent", "agent_id", "/api/agent-marketplace/agents/x", "agents", 1),
            (Kind::Skill, "skill", "skill_id", "/api/skill-marketplace/skills/x", "skills", 2),
            (Kind::Canvas, "canvas", "canvas_id", "/api/canvas-marketplace/components/x", "canvases", 3),
            (Kind::Domain, "domain", "domain_id", "/api/domain-marketplace/domains/x", "domains", 4),
        ];
        assert_eq!(table.map(|row| row.0), Kind::ALL);
        for (kind, wire, field, path, plural, code) in table {
            assert_eq!(kind.as_str(), wire);
            assert_eq!(wire.parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), wire);
            assert_eq!(serde_json::from_value::<Kind>(wire.into()).unwrap(), kind);
            assert_eq!(kind.id_field(), field);
            assert_eq!(kind.path_of("x"), path);
            assert_eq!(kind.plural(), plural);
            assert_eq!(kind.code(), code);
            assert_eq!(Kind::from_code(code), Some(kind));
        }
        assert_eq!(Kind::from_code(0), None);
        assert_eq!(Kind::from_code(5), None);
        assert_eq!(
            "Agent".parse::<Kind>().unwrap_err(),
            "unknown component kind \"Agent\": expected one of agent, skill, canvas, domain"
        );
    }

    #[test]
    fn component_ids() {
        let longest = "a".repeat(128);
        for good in ["a", "7", "atom_main", "Sales.Agent-2", "searching", "a..b", longest.as_str()] {
            assert_eq!(check_component_id(good), Ok(()), "{good}");
        }
        let too_long = "a".repeat(129);
        for (bad, why) in [
            ("", "empty"),
            (too_long.as_str(), "has 129"),
            (".", "begins with \".\""),
            ("..", "begins with \".\""),
            ("_a", "begins with \"_\""),
            ("-a", "begins with \"-\""),
            ("a b", "character 2 is U+0020 (space)"),
            ("a/b", "character 2 is U+002F \"/\""),
            ("agent\u{200b}", "character 6 is U+200B (zero width space)"),
            ("agént", "character 3 is U+00E9 \"é\""),
            ("search", "a route"),
            ("bulk-install", "a route"),
            ("categories", "a route"),
        ] {
            let message = check_component_id(bad).expect_err(bad);
            assert!(message.contains(why), "{bad:?}: {message}");
        }
    }

    #[test]
    fn tenant_ids() {
        let longest = "a".repeat(63);
        for good in ["ab", "acme", "9lives", "a-", longest.as_str()] {
            assert_eq!(check_tenant_id(good), Ok(()), "{good}");
            assert_eq!(check_tenant_ref(good), Ok(()), "{good}");
        }
        let too_long = "a".repeat(64);
        for bad in ["", "a", "-a", "Acme", "a_b", "a.b", "acme@peer", too_long.as_str()] {
            assert!(check_tenant_id(bad).is_err(), "{bad}");
        }
        let longest = format!("acme@{}", "o".repeat(127));
        for good in ["acme@north-1", "acme@partner.example", "acme@south.north", longest.as_str()] {
            assert_eq!(check_tenant_ref(good), Ok(()), "{good}");
        }
        let too_long = format!("{longest}o");
        for bad in ["acme@", "@north", "acme@a@b", "acme@N", "a@north", "acme@n", "acme@.n", "acme@n/m", &too_long] {
            assert!(check_tenant_ref(bad).is_err(), "{bad}");
        }
        assert_eq!(check_peer_name("partner.example"), Ok(()));
        for bad in ["", "n", "-north", ".north", "North", "a@b", "a_b", &"n".repeat(64)] {
            assert!(check_peer_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn new_ids_are_prefixed_and_in_order() {
        let ids: Vec<_> = (0..1_000).map(|_| new_id("inst")).collect();
        assert!(ids.is_sorted());
        for id in ids {
            let hex = id.strip_prefix("inst_").unwrap();
            assert!(hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        }
    }
}
