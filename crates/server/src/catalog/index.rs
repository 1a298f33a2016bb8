//! What lists and searches go by: popularity rank, labels and the full-text indexes, kept in the transaction that changes
//! what they describe. Both databases get the same words, made here; the database only looks them up.
//!
//! Beside its words a document has facets: words that begin with a private-use character, which no text can hold, for each
//! filter and for the tenants that see what is not for everyone. So one lookup answers "these words, in this category".

use std::collections::BTreeSet;
use std::fmt::Write as _;

use atom_marketplace_db::{Conn, Dialect, Error, Timestamp};
use atom_marketplace_protocol::component::{Manifest, MarketplaceType, MaturityLevel, Status};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::text;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::change::Change;
use super::list::Label;
use super::model::ComponentRow;
use super::publish::Prepared;
use super::rank::{self, Shelf, Signals};
use super::store::index as store;
use crate::app::Marketplace;
use crate::catalog::store::component_by_key;
use crate::tenants::Tenant;

/// Characters of a readme that are searched: what it is about stands at its beginning.
const README_SEARCHED: usize = 4_000;

/// Ranks are worked out anew this often, for the freshness in them.
const RANK_LASTS: std::time::Duration = std::time::Duration::from_hours(24);

/// Ranks worked out in one transaction: writers wait for no more.
const RANKS_AT_ONCE: u32 = 100;

/// Begins every facet; text rules refuse it everywhere else.
const FACET: char = '\u{e000}';

/// Something a document is found by beside its words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facet<'a> {
    /// What this tenant may see of what is not for everyone.
    Seen(i64),
    /// Public or private.
    Visibility(MarketplaceType),
    /// In this category.
    Category(&'a str),
    /// With this label.
    Label(&'a Label),
    /// Needs this plan.
    Tier(Plan),
    /// Acts on its own this far.
    Maturity(MaturityLevel),
    /// Published by this tenant.
    Publisher(&'a str),
}

impl Facet<'_> {
    /// Its word. Values of free text go in as a hash: a word holds letters and digits alone.
    pub(crate) fn word(self) -> String {
        match self {
            Self::Seen(tenant) => format!("{FACET}a{tenant}"),
            Self::Visibility(visibility) => format!("{FACET}v{}", visibility.as_str()),
            Self::Category(category) => format!("{FACET}c{}", hash(category)),
            Self::Label(label) => format!("{FACET}l{}{}", label.code(), hash(label.text())),
            Self::Tier(tier) => format!("{FACET}t{}", tier.code()),
            Self::Maturity(level) => format!("{FACET}m{}", level.as_str()),
            Self::Publisher(tenant) => format!("{FACET}p{}", hash(tenant)),
        }
    }
}

fn hash(value: &str) -> String {
    hex(&Sha256::digest(value.as_bytes())[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the indexes hold of a component.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) labels: Vec<Label>,
    /// Words of name, id, tags and capabilities, and the facets.
    pub(crate) head: String,
    /// The same, and words of everything else.
    pub(crate) all: String,
}

/// Writes a component's labels and search documents anew from its row and its head. Call it whenever its head, its
/// visibility, its listing or its shares change.
pub fn reindex(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    let row = component_by_key(c, component)?;
    let now = row.updated_at;
    bring_up_to_date(c, &row, now).map(|_| ())
}

/// Works out a component's popularity rank anew, and moves it in the indexes if that changed enough. Call it when its
/// ratings or its installs change.
pub fn refresh_rank(c: &mut Conn<'_>, component: i64, now: Timestamp) -> Result<(), Error> {
    let row = component_by_key(c, component)?;
    refresh(c, &row, now).map(|_| ())
}

/// Works out the ranks that are a day old or more, up to `limit` of them, since freshness fades by itself. Answers what
/// readers see in another place now, and whether there may be more to do.
pub fn refresh_stale_ranks(c: &mut Conn<'_>, now: Timestamp, limit: u32) -> Result<(Vec<Change>, bool), Error> {
    let mut moved = Vec::new();
    let stale = store::ranked_before(c, now.minus(RANK_LASTS), limit)?;
    for id in &stale {
        let row = component_by_key(c, *id)?;
        if refresh(c, &row, now)? {
            moved.push(Change::of(&row));
        }
    }
    Ok((moved, stale.len() == limit as usize))
}

impl Marketplace {
    /// Brings popularity up to date wherever it is a day old. For a job.
    pub async fn refresh_ranks(&self) -> Result<(), Error> {
        loop {
            let now = self.now();
            let (moved, more) = self.db.write(move |c| refresh_stale_ranks(c, now, RANKS_AT_ONCE)).await?;
            for change in moved {
                self.catalog_changed(change);
            }
            if !more {
                return Ok(());
            }
        }
    }
}

/// Pages rewritten in one transaction: writers wait for no more.
const MERGED_AT_ONCE: i64 = 50;

impl Marketplace {
    /// Makes searches as quick as they were before many changes: every component that moved left a mark in SQLite's
    /// indexes that each search has to look at. For a job.
    pub async fn tidy_search(&self) -> Result<(), Error> {
        if self.db.dialect() == Dialect::Sqlite {
            for table in store::TABLES {
                let mut more = self.db.write(move |c| store::merge(c, table, -MERGED_AT_ONCE)).await?;
                while more {
                    more = self.db.write(move |c| store::merge(c, table, MERGED_AT_ONCE)).await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether the row moved.
fn refresh(c: &mut Conn<'_>, row: &ComponentRow, now: Timestamp) -> Result<bool, Error> {
    let known = store::indexed(c, row.id)?;
    let rank = rank::settle(row.rank, rank::bucket(signals(row, &known), now));
    if known.digest.is_some() && rank == row.rank {
        store::set_ranked_at(c, row.id, now)?;
        return Ok(false);
    }
    bring_up_to_date(c, row, now)
}

fn signals(row: &ComponentRow, known: &store::Indexed) -> Signals {
    Signals {
        mean_sum: known.tenant_mean_sum,
        mean_count: known.tenant_mean_count,
        installs: row.install_count,
        updated_at: row.updated_at,
    }
}

/// Makes the indexes say what the row says. Whether that changed anything.
fn bring_up_to_date(c: &mut Conn<'_>, row: &ComponentRow, now: Timestamp) -> Result<bool, Error> {
    let known = store::indexed(c, row.id)?;
    let fresh = rank::bucket(signals(row, &known), now);
    let rank = if known.digest.is_some() { rank::settle(row.rank, fresh) } else { fresh };
    let shelf = Shelf { kind: row.kind, listed: row.listed };
    let key = rank::search_key(shelf, rank, row.id);
    let entry = if row.status == Status::Withdrawn { None } else { Some(entry(c, row, known.maturity_level)?) };
    let digest = entry.as_ref().map(|entry| entry.digest(key, row.listed));
    if digest == known.digest {
        store::set_ranked_at(c, row.id, now)?;
        return Ok(false);
    }
    if known.digest.is_some() {
        store::remove(c, row.id, row.search_key)?;
    }
    if let Some(entry) = &entry {
        store::insert(c, shelf, rank, row.id, key, entry)?;
    }
    store::set_indexed(c, row.id, rank, key, digest.as_deref(), now)?;
    Ok(true)
}

/// What the indexes are to hold of a new component: known before its row is, so that both are written once.
#[derive(Debug)]
pub(in crate::catalog) struct First {
    shelf: Shelf,
    component: i64,
    pub(in crate::catalog) rank: i64,
    pub(in crate::catalog) search_key: i64,
    pub(in crate::catalog) digest: String,
    entry: Entry,
}

impl First {
    /// Of a component that its publisher and the tenants `shared` see.
    pub(in crate::catalog) fn of(
        component: i64,
        prepared: &Prepared,
        publisher: &Tenant,
        shared: &[i64],
        now: Timestamp,
    ) -> Self {
        let unknown = Signals { mean_sum: 0.0, mean_count: 0, installs: 0, updated_at: now };
        let rank = rank::bucket(unknown, now);
        let shelf = Shelf { kind: prepared.kind, listed: false };
        let search_key = rank::search_key(shelf, rank, component);
        let mut viewers = vec![publisher.id];
        if prepared.marketplace_type == MarketplaceType::Private {
            viewers.extend(shared.iter().filter(|tenant| **tenant != publisher.id));
        }
        let standing = Standing {
            visibility: prepared.marketplace_type,
            pricing_tier: prepared.pricing_tier,
            maturity: prepared.maturity_level,
            category: prepared.face.category.as_deref(),
            publisher_slug: &publisher.slug,
            publisher_name: &publisher.name,
            viewers,
        };
        let entry = Entry::of(prepared.words.clone(), standing);
        Self { shelf, component, rank, search_key, digest: entry.digest(search_key, false), entry }
    }

    /// Puts it into the indexes; its row says so already.
    pub(in crate::catalog) fn insert(&self, c: &mut Conn<'_>) -> Result<(), Error> {
        store::insert(c, self.shelf, self.rank, self.component, self.search_key, &self.entry)
    }
}

/// What a version brings to the indexes, whoever publishes it and whoever may see it. To take texts apart is most of the
/// work of indexing, so a publish does it before its transaction.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Words {
    labels: Vec<Label>,
    /// Of name, id, tags and capabilities.
    head: String,
    /// Those, and of description, readme and category.
    all: String,
}

impl Words {
    /// Of a version of the component `id`.
    pub(in crate::catalog) fn of(id: &str, manifest: &Manifest) -> Self {
        let mut labels: Vec<Label> = manifest.capabilities.iter().map(|value| Label::capability(value)).collect();
        labels.extend(manifest.tags.iter().map(|value| Label::tag(value)));
        labels.sort();
        labels.dedup();
        let mut words = BTreeSet::new();
        for text in [manifest.name.as_str(), id].into_iter().chain(labels.iter().map(Label::text)) {
            words.extend(text::tokens(text));
        }
        let head = joined(&words);
        let readme = manifest.readme.as_deref().map(beginning);
        for text in [manifest.description.as_str()].into_iter().chain(readme).chain(manifest.category.as_deref()) {
            words.extend(text::tokens(text));
        }
        Self { labels, head, all: joined(&words) }
    }
}

fn joined(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The beginning of a readme, cut at a word.
fn beginning(readme: &str) -> &str {
    match readme.char_indices().nth(README_SEARCHED) {
        Some((end, _)) => {
            let cut = &readme[..end];
            cut.rfind(char::is_whitespace).map_or(cut, |space| &cut[..space])
        }
        None => readme,
    }
}

/// By what a component is found beside its version's words, and by whom.
struct Standing<'a> {
    visibility: MarketplaceType,
    pricing_tier: Plan,
    maturity: Option<MaturityLevel>,
    category: Option<&'a str>,
    publisher_slug: &'a str,
    publisher_name: &'a str,
    /// The tenants that see what is not for everyone.
    viewers: Vec<i64>,
}

impl Entry {
    fn of(words: Words, standing: Standing<'_>) -> Self {
        let Words { labels, head, all } = words;
        let mut facets = vec![
            Facet::Visibility(standing.visibility),
            Facet::Tier(standing.pricing_tier),
            Facet::Publisher(standing.publisher_slug),
        ];
        facets.extend(standing.viewers.into_iter().map(Facet::Seen));
        facets.extend(standing.category.map(Facet::Category));
        facets.extend(standing.maturity.map(Facet::Maturity));
        facets.extend(labels.iter().map(Facet::Label));
        let facets = joined(&facets.into_iter().map(Facet::word).collect());
        let publisher = [standing.publisher_slug, standing.publisher_name].into_iter().flat_map(text::tokens);
        let publisher = joined(&publisher.collect());
        Self { labels, head: [&*head, &facets].join(" "), all: [&*all, &publisher, &facets].join(" ") }
    }

    /// Tells two states of the indexes apart.
    fn digest(&self, key: i64, listed: bool) -> String {
        hex(&Sha256::digest(format!("{key} {listed} {:?}\n{}\n{}", self.labels, self.head, self.all))[..16])
    }
}

/// The words and labels of a component.
fn entry(c: &mut Conn<'_>, row: &ComponentRow, maturity: Option<MaturityLevel>) -> Result<Entry, Error> {
    let mut manifest: Manifest = serde_json::from_str(&row.summary)
        .map_err(|error| Error::Other(format!("summary of component {}: {error}", row.id)))?;
    manifest.readme = readme(c, row)?;
    let mut viewers = Vec::new();
    if !row.listed {
        viewers.push(row.tenant_id);
        if row.visibility == MarketplaceType::Private && row.status == Status::Published {
            viewers.extend(store::shared_with(c, row.id)?.into_iter().filter(|id| *id != row.tenant_id));
        }
    }
    let standing = Standing {
        visibility: row.visibility,
        pricing_tier: row.pricing_tier,
        maturity,
        category: row.category.as_deref(),
        publisher_slug: &row.publisher_slug,
        publisher_name: &row.publisher_name,
        viewers,
    };
    Ok(Entry::of(Words::of(&row.slug, &manifest), standing))
}

/// The head's readme, which the row leaves out.
fn readme(c: &mut Conn<'_>, row: &ComponentRow) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Readme {
        #[serde(default)]
        readme: Option<String>,
    }
    let Some(head) = row.head_version_id else { return Ok(None) };
    let manifest = store::manifest(c, head)?;
    let readme: Readme = serde_json::from_str(&manifest)
        .map_err(|error| Error::Other(format!("manifest of version {head}: {error}")))?;
    Ok(readme.readme)
}
