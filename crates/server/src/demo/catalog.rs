//! What the example catalog consists of: read from `catalog.txt`, with everything that is chosen chosen by a hash of the
//! component's name, so that it is the same every time.

use atom_marketplace_protocol::ids::Kind;

/// Publishers, who install and rate each other's components too.
pub(super) const TENANTS: &[(&str, &str)] = &[
    ("acme", "Acme Inc."),
    ("brightpath", "Brightpath"),
    ("carepoint", "CarePoint Health"),
    ("clausewise", "Clausewise LLP"),
    ("datapond", "Datapond"),
    ("forgeworks", "Forgeworks"),
    ("freightways", "Freightways"),
    ("helpwise", "Helpwise"),
    ("ledgerline", "Ledgerline"),
    ("lumen-studio", "Lumen Studio"),
    ("northwind", "Northwind Group"),
    ("openbridge", "Openbridge Labs"),
    ("peoplefirst", "PeopleFirst"),
    ("shieldcraft", "Shieldcraft Security"),
    ("tutorium", "Tutorium"),
];

/// No component has more.
pub(super) const MOST_VERSIONS: usize = 3;

/// A component to be.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) tenant: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) category: &'static str,
    /// The area's, the component's own first.
    pub(super) capabilities: Vec<&'static str>,
    /// How many versions it has had.
    pub(super) versions: usize,
    /// A skill of the same area that an agent needs: publisher and id.
    pub(super) dependency: Option<(&'static str, String)>,
    /// Whether it waits for a reviewer.
    pub(super) waits: bool,
    /// Named in the integration guide: its fields are the guide's, and it is well liked.
    pub(super) featured: bool,
}

impl Item {
    /// A number that depends on the component and `salt` alone.
    pub(super) fn draw(&self, salt: &str, below: u64) -> u64 {
        draw(&[self.kind.as_str(), self.tenant, &self.id, salt], below)
    }

    /// Between 3.2 and 4.9: what its ratings go around.
    fn quality(&self) -> f64 {
        if self.featured { 4.7 } else { 3.2 + self.draw("quality", 18) as f64 / 10.0 }
    }

    /// Whether a tenant has installed it.
    pub(super) fn installed_by(&self, tenant: &str) -> bool {
        let share = if self.featured { 75 } else { 3 + self.draw("popularity", 38) };
        self.draw(&format!("installed by {tenant}"), 100) < share
    }

    /// What a tenant gives it, 1 to 5. Not everyone who installs rates, and some rate what they only tried.
    pub(super) fn rated_by(&self, tenant: &str) -> Option<u8> {
        let share = if self.installed_by(tenant) { 70 } else { 6 };
        if self.draw(&format!("rated by {tenant}"), 100) >= share {
            return None;
        }
        let spread = self.draw(&format!("rating of {tenant}"), 21) as f64 / 10.0 - 1.0;
        Some((self.quality() + spread).round().clamp(1.0, 5.0) as u8)
    }
}

/// FNV-1a: stable over releases, which the standard hasher is not.
fn draw(parts: &[&str], below: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The low bits of FNV are weak.
    (hash ^ (hash >> 29) ^ (hash >> 47)) % below
}

/// The whole catalog.
pub(super) fn items() -> Vec<Item> {
    let mut items = featured();
    let mut area: Option<(&'static str, Vec<&'static str>, Vec<&'static str>)> = None;
    for line in include_str!("catalog.txt").lines() {
        if let Some(header) = line.strip_prefix('[') {
            let (category, rest) = header.split_once(']').expect("a section has a name");
            let (publishers, capabilities) = rest.split_once('|').expect("a section has capabilities");
            let publishers = publishers.split_whitespace().map(known_tenant).collect();
            area = Some((category, publishers, capabilities.split_whitespace().collect()));
            continue;
        }
        let Some((head, about)) = line.split_once(" | ").filter(|_| !line.starts_with('#')) else { continue };
        let (word, name) = head.split_once(' ').expect("a kind and a name");
        let kind = super::kind(word).expect("one of the four kinds");
        let (category, publishers, capabilities) = area.as_ref().expect("a component is in a section");
        let id = id_of(name);
        let tenant = publishers[draw(&[&id, "publisher"], publishers.len() as u64) as usize];
        let mut own = capabilities.clone();
        // The first names the area; two of the others are the component's own.
        let turn = draw(&[&id, "capabilities"], own.len() as u64 - 1) as usize;
        own[1..].rotate_left(turn);
        own.truncate(3);
        let mut item = Item {
            kind,
            id,
            tenant,
            name,
            about,
            category,
            capabilities: own,
            versions: 1,
            dependency: None,
            waits: false,
            featured: false,
        };
        item.versions = match item.draw("versions", 12) {
            0 => MOST_VERSIONS,
            1..=3 => 2,
            _ => 1,
        };
        item.waits = item.draw("waits", 16) == 0;
        items.push(item);
    }
    connect(&mut items);
    items
}

/// Every other agent needs a skill of its area, which must not wait.
fn connect(items: &mut [Item]) {
    for position in 0..items.len() {
        let item = &items[position];
        if item.kind != Kind::Agent || item.featured || item.draw("dependency", 2) == 0 {
            continue;
        }
        let skills: Vec<&Item> = items
            .iter()
            .filter(|other| other.kind == Kind::Skill && other.category == item.category && !other.waits)
            .collect();
        if skills.is_empty() {
            continue;
        }
        let skill = skills[item.draw("which", skills.len() as u64) as usize];
        items[position].dependency = Some((skill.tenant, skill.id.clone()));
    }
}

/// What the integration guide names.
fn featured() -> Vec<Item> {
    let make = |kind, id: &str, name, about, category, capabilities: &[&'static str]| Item {
        kind,
        id: id.to_owned(),
        tenant: "acme",
        name,
        about,
        category,
        capabilities: capabilities.to_vec(),
        versions: 2,
        dependency: None,
        waits: false,
        featured: true,
    };
    let sales = &["sales", "crm", "outreach"];
    vec![
        make(
            Kind::Agent,
            "sales_automation_agent",
            "Sales Automation Agent",
            "Automated sales outreach and CRM management.",
            "sales",
            sales,
        ),
        make(
            Kind::Agent,
            "atom_main",
            "ATOM Main Sales Agent",
            "The sales team's everyday agent: plans outreach, keeps the CRM tidy and prepares meetings.",
            "sales",
            sales,
        ),
        make(
            Kind::Skill,
            "salesforce_integration",
            "Salesforce Integration",
            "Bi-directional Salesforce sync.",
            "integration",
            &["crm", "salesforce"],
        ),
        make(
            Kind::Skill,
            "calendar_booking",
            "Calendar Booking",
            "Offers free slots to a contact and books the one they choose.",
            "integration",
            &["scheduling", "calendar"],
        ),
        make(
            Kind::Canvas,
            "sales_outreach_template",
            "Sales Outreach Template",
            "Complete sales outreach workflow canvas.",
            "sales",
            &["sales", "outreach"],
        ),
        make(
            Kind::Canvas,
            "account_overview",
            "Account Overview",
            "Everything about a customer on one page, from contracts to open tickets.",
            "sales",
            &["sales", "crm"],
        ),
        make(
            Kind::Domain,
            "sales_knowledge",
            "Sales Knowledge Base",
            "Comprehensive sales methodology and best practices.",
            "sales",
            &["sales", "training"],
        ),
        make(
            Kind::Domain,
            "product_glossary",
            "Product Glossary",
            "The words a company uses for its products, explained once for people and agents.",
            "product",
            &["terminology", "onboarding"],
        ),
    ]
}

fn known_tenant(id: &str) -> &'static str {
    TENANTS.iter().map(|(known, _)| *known).find(|known| *known == id).expect("a section's publishers are tenants")
}

/// "SQL Explain" is `sql_explain`.
fn id_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}
