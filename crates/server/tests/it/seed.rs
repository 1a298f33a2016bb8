//! Components straight into the database, for tests of reading: any state, any number, no publishing in between.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::text;
use atom_marketplace_server::catalog::index;
use atom_marketplace_testkit::TestServer;
use serde_json::{Map, Value, json};

/// A component to be.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) kind: Kind,
    pub(crate) tenant: String,
    pub(crate) id: String,
    pub(crate) public: bool,
    pub(crate) status: &'static str,
    pub(crate) shared_with: Vec<String>,
    /// The publisher's fields.
    pub(crate) fields: Map<String, Value>,
    /// Ratings, one a tenant.
    pub(crate) ratings: Vec<i64>,
    pub(crate) installs: i64,
    /// Seconds since the epoch.
    pub(crate) at: i64,
}

/// A public agent of this tenant, served.
pub(crate) fn agent(tenant: &str, id: &str) -> Seed {
    let fields = json!({ "name": id, "description": format!("What {id} does."), "tags": [], "capabilities": [], "pricing_tier": "free" });
    Seed {
        kind: Kind::Agent,
        tenant: tenant.to_owned(),
        id: id.to_owned(),
        public: true,
        status: "published",
        shared_with: Vec::new(),
        fields: fields.as_object().cloned().unwrap_or_default(),
        ratings: Vec::new(),
        installs: 0,
        at: 1_790_000_000,
    }
}

impl Seed {
    pub(crate) fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// One of the publisher's fields.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    pub(crate) fn private(mut self) -> Self {
        self.public = false;
        self
    }

    pub(crate) fn shared(mut self, with: &str) -> Self {
        self.public = false;
        self.shared_with.push(with.to_owned());
        self
    }

    pub(crate) fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn rated(mut self, ratings: &[i64]) -> Self {
        self.ratings = ratings.to_vec();
        self
    }

    pub(crate) fn installs(mut self, installs: i64) -> Self {
        self.installs = installs;
        self
    }

    pub(crate) fn at(mut self, at: i64) -> Self {
        self.at = at;
        self
    }
}

/// Stores them, in order, and returns their keys.
pub(crate) async fn seed(server: &TestServer, seeds: Vec<Seed>) -> Vec<i64> {
    let ids =
        server.marketplace.db.write(move |c| seeds.iter().map(|seed| insert(c, seed)).collect::<Result<_, Error>>());
    let ids = ids.await.expect("the components are stored");
    for kind in Kind::ALL {
        server.marketplace.generations.bump_kind(*kind);
    }
    ids
}

fn insert(c: &mut Conn<'_>, seed: &Seed) -> Result<i64, Error> {
    let tenant: i64 = c.one("SELECT id FROM tenant WHERE slug = $1", args![&seed.tenant])?;
    let id: i64 = c.one("SELECT COALESCE(max(id), 0) + 1 FROM component", args![])?;
    let text = |field: &str| seed.fields.get(field).and_then(Value::as_str).map(str::to_owned);
    let name = text("name").unwrap_or_default();
    let mut summary = seed.fields.clone();
    for detail in ["readme", "content", "config_schema"] {
        summary.remove(detail);
    }
    let visibility = if seed.public { "public" } else { "private" };
    let listed = seed.public && seed.status == "published";
    let tier: Plan = text("pricing_tier").and_then(|word| word.parse().ok()).unwrap_or_default();
    let (sum, count) = (seed.ratings.iter().sum::<i64>(), seed.ratings.len());
    let average = (count > 0).then(|| sum as f64 / count as f64);
    let at = Timestamp::from_second(seed.at);
    let shared = (!seed.shared_with.is_empty()).then(|| json!(seed.shared_with).to_string());
    c.execute(
        "INSERT INTO component (id, seq, kind, tenant_id, slug, visibility, status, listed, summary, version, digest, name, name_key,
           category, pricing_tier, maturity_level, shared_with, rating_sum, rating_count, average, tenant_mean_sum, tenant_mean_count,
           install_count, search_key, created_at, updated_at)
         VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, '1.0.0', $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $17, $20, $1, $21, $21)",
        args![
            id, seed.kind.code(), tenant, &seed.id, visibility, seed.status, listed, Value::Object(summary).to_string(),
            format!("sha256:{id:064x}"), &name, text::fold(&name), text("category"), tier.code(), text("maturity_level"), shared,
            sum, count, average, sum as f64, seed.installs, at
        ],
    )?;
    let version: i64 = c.one(
        "INSERT INTO component_version (uid, component_id, version, version_key, prerelease, visibility, status, digest, manifest, size,
           findings, submitted_by, submitted_at, published_at)
         VALUES ($1, $2, '1.0.0', '1', 0, $3, $4, $5, $6, 100, '[]', 'test', $7, $7) RETURNING id",
        args![
            format!("sub_{id}"), id, visibility, seed.status, format!("sha256:{id:064x}"),
            Value::Object(seed.fields.clone()).to_string(), at
        ],
    )?;
    c.execute("UPDATE component SET head_version_id = $2 WHERE id = $1", args![id, version])?;
    for other in &seed.shared_with {
        c.execute(
            "INSERT INTO component_share (tenant_id, component_id) SELECT t.id, CAST($2 AS BIGINT) FROM tenant t WHERE t.slug = $1",
            args![other, id],
        )?;
    }
    index::reindex(c, id)?;
    Ok(id)
}
