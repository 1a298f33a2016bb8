//! What lists and searches go by: popularity rank, labels and the full-text indexes, kept in the transaction that changes
//! what they describe. Both databases get the same words, made here; the database only looks them up.
//!
//! Beside its words a document has facets: words that begin with a private-use character, which no text can hold, for who
//! may see it and for each filter. So one lookup answers "these words, in this category, that I may see".

use std::collections::BTreeSet;
use std::fmt::Write as _;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::{Manifest, MarketplaceType, MaturityLevel, Status};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::text;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::change::Change;
use super::list::Label;
use super::model::ComponentRow;
use super::rank::{self, Signals};
use super::store::index as store;
use crate::catalog::store::component_by_key;

/// Characters of a readme that are searched: what it is about stands at its beginning.
const README_SEARCHED: usize = 4_000;

/// Ranks are worked out anew this often, for the freshness in them.
const RANK_LASTS: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// Begins every facet; text rules refuse it everywhere else.
const FACET: char = '\u{e000}';

/// Something a document is found by beside its words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facet<'a> {
    /// What everyone (none) or this tenant may see, of any kind or of one.
    Seen(Option<i64>, Option<Kind>),
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
            Self::Seen(tenant, kind) => {
                format!("{FACET}a{}k{}", tenant.unwrap_or(0), kind.map_or(0, Kind::code))
            }
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

impl Entry {
    /// Tells two states of the indexes apart.
    fn digest(&self, key: i64, listed: bool) -> String {
        hex(&Sha256::digest(format!("{key} {listed} {:?}\n{}\n{}", self.labels, self.head, self.all))[..16])
    }
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
/// readers see in another place now.
pub fn refresh_stale_ranks(c: &mut Conn<'_>, now: Timestamp, limit: u32) -> Result<Vec<Change>, Error> {
    let mut moved = Vec::new();
    for id in store::ranked_before(c, now.minus(RANK_LASTS), limit)? {
        let row = component_by_key(c, id)?;
        if refresh(c, &row, now)? {
            moved.push(Change::of(&row));
        }
    }
    Ok(moved)
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
    let key = rank::search_key(rank, row.id);
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
        store::insert(c, row, rank, key, entry)?;
    }
    store::set_indexed(c, row.id, rank, key, digest.as_deref(), now)?;
    Ok(true)
}

/// The words and labels of a component.
fn entry(c: &mut Conn<'_>, row: &ComponentRow, maturity: Option<MaturityLevel>) -> Result<Entry, Error> {
    let summary: Manifest = serde_json::from_str(&row.summary)
        .map_err(|error| Error::Other(format!("summary of component {}: {error}", row.id)))?;
    let readme = readme(c, row)?;
    let mut labels: Vec<Label> = summary.capabilities.iter().map(|value| Label::capability(value)).collect();
    labels.extend(summary.tags.iter().map(|value| Label::tag(value)));
    labels.sort();
    labels.dedup();

    let mut words = BTreeSet::new();
    for text in [row.name.as_str(), row.slug.as_str()].into_iter().chain(labels.iter().map(Label::text)) {
        words.extend(text::tokens(text));
    }
    words.extend(facets(c, row, &labels, maturity)?);
    let head = joined(&words);
    for text in [summary.description.as_str(), &readme, &row.publisher_name, &row.publisher_slug]
        .into_iter()
        .chain(row.category.as_deref())
    {
        words.extend(text::tokens(text));
    }
    Ok(Entry { labels, head, all: joined(&words) })
}

fn joined(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn facets(
    c: &mut Conn<'_>,
    row: &ComponentRow,
    labels: &[Label],
    maturity: Option<MaturityLevel>,
) -> Result<Vec<String>, Error> {
    let mut viewers = Vec::new();
    if row.listed {
        viewers.push(None);
    } else {
        viewers.push(Some(row.tenant_id));
        if row.visibility == MarketplaceType::Private && row.status == Status::Published {
            viewers.extend(store::shared_with(c, row.id)?.into_iter().filter(|id| *id != row.tenant_id).map(Some));
        }
    }
    let mut facets =
        vec![Facet::Visibility(row.visibility), Facet::Tier(row.pricing_tier), Facet::Publisher(&row.publisher_slug)];
    for viewer in viewers {
        facets.extend([Facet::Seen(viewer, None), Facet::Seen(viewer, Some(row.kind))]);
    }
    facets.extend(row.category.as_deref().map(Facet::Category));
    facets.extend(maturity.map(Facet::Maturity));
    facets.extend(labels.iter().map(Facet::Label));
    Ok(facets.into_iter().map(Facet::word).collect())
}

/// The beginning of the head's readme, cut at a word.
fn readme(c: &mut Conn<'_>, row: &ComponentRow) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Readme {
        #[serde(default)]
        readme: Option<String>,
    }
    let Some(head) = row.head_version_id else { return Ok(String::new()) };
    let manifest = store::manifest(c, head)?;
    let readme: Readme = serde_json::from_str(&manifest)
        .map_err(|error| Error::Other(format!("manifest of version {head}: {error}")))?;
    let readme = readme.readme.unwrap_or_default();
    Ok(match readme.char_indices().nth(README_SEARCHED) {
        Some((end, _)) => {
            let cut = &readme[..end];
            cut.rfind(char::is_whitespace).map_or(cut, |space| &cut[..space]).to_owned()
        }
        None => readme,
    })
}
