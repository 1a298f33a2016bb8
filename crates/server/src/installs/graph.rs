//! Which components come along with others, and at which versions.
//!
//! Everything reachable over required dependencies is taken, each at the highest version that all who need it admit.
//! What is installed stays at its version: an installation never upgrades another one. Cycles are fine. It never asks
//! the database: a [`Market`] answers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{MissingDependency, MissingReason};
use atom_marketplace_protocol::limits::COME_ALONG_MAX;
use atom_marketplace_protocol::semver_ext;
use semver::{Version, VersionReq};

/// Choices are revised this often before what does not fit is reported. Real graphs settle in two or three rounds.
const ROUNDS: usize = 32;

/// A component, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) kind: Kind,
    pub(super) slug: String,
    /// Its publisher, where that is known.
    pub(super) tenant: Option<String>,
}

/// A version of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    /// Its key.
    pub(super) id: i64,
    pub(super) version: Version,
}

/// What a version needs.
#[derive(Clone, Debug)]
pub(super) struct Need {
    /// The component's key; none where there is no such component.
    pub(super) target: Option<i64>,
    pub(super) name: Name,
    pub(super) range: Range,
}

/// A range as its publisher wrote it. One that cannot be read admits nothing.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) text: String,
    parsed: Option<VersionReq>,
}

impl Range {
    pub(super) fn new(text: String) -> Self {
        Self { parsed: semver_ext::parse_range(&text).ok(), text }
    }

    pub(super) fn admits(&self, version: &Version) -> bool {
        self.parsed.as_ref().is_some_and(|range| semver_ext::matches(range, version))
    }
}

/// A component as the tenant finds it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) name: Name,
    /// The version the tenant has.
    pub(super) installed: Option<Pick>,
    /// The versions it may install, highest first.
    pub(super) offers: Vec<Pick>,
}

/// Where the graph is read from. Each question is asked once per resolution if the implementation remembers.
pub(super) trait Market {
    type Error;

    /// A component.
    fn node(&mut self, component: i64) -> Result<Rc<Node>, Self::Error>;

    /// What a version needs; optional dependencies are left out.
    fn needs(&mut self, version: i64) -> Result<Rc<Vec<Need>>, Self::Error>;
}

/// A component that is to be at this version, whatever is installed.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) component: i64,
    pub(super) name: Name,
    pub(super) pick: Pick,
}

/// Who needs a component, and which versions would do.
#[derive(Clone, Debug)]
struct Ask {
    by: Name,
    range: Range,
}

/// A component that comes along.
#[derive(Clone, Debug)]
pub(super) struct Added {
    pub(super) component: i64,
    pub(super) pick: Pick,
    /// The same, as it is reported when nothing may come along.
    pub(super) missing: MissingDependency,
}

/// What comes along, and what cannot.
#[derive(Debug, Default)]
pub(super) struct Resolution {
    /// In the order of their discovery.
    pub(super) added: Vec<Added>,
    pub(super) unmet: Vec<MissingDependency>,
    /// More than [`COME_ALONG_MAX`] components would come along; the rest was not looked at.
    pub(super) too_many: bool,
}

/// Finds what comes along with `roots`.
pub(super) fn resolve<M: Market>(market: &mut M, roots: &[Root]) -> Result<Resolution, M::Error> {
    let mut walk = Walk::new(market, roots, &BTreeMap::new())?;
    for _ in 0..ROUNDS {
        let better = walk.better_picks(market)?;
        if walk.too_many || better == walk.picks {
            return walk.finish(market, roots);
        }
        walk = Walk::new(market, roots, &better)?;
    }
    // Two choices take turns: a high one that brings what forbids it, and a lower one that does not. The lower will do.
    let other = walk.better_picks(market)?;
    let (last, other) = (walk.finish(market, roots)?, Walk::new(market, roots, &other)?.finish(market, roots)?);
    Ok(if last.unmet.len() <= other.unmet.len() { last } else { other })
}

/// One way through the graph, with the versions chosen on it.
#[derive(Default)]
struct Walk {
    /// What is needed, in the order of discovery.
    order: Vec<i64>,
    asks: BTreeMap<i64, Vec<Ask>>,
    /// The versions chosen of what is neither a root nor installed; none where nothing would do.
    picks: BTreeMap<i64, Option<Pick>>,
    /// Needs without a component.
    nowhere: Vec<(Ask, Name)>,
    too_many: bool,
}

impl Walk {
    fn new<M: Market>(market: &mut M, roots: &[Root], chosen: &BTreeMap<i64, Option<Pick>>) -> Result<Self, M::Error> {
        let mut walk = Walk::default();
        let fixed: BTreeSet<i64> = roots.iter().map(|root| root.component).collect();
        let mut queue: VecDeque<(Name, i64)> = roots.iter().map(|root| (root.name.clone(), root.pick.id)).collect();
        while let Some((by, version)) = queue.pop_front() {
            for need in market.needs(version)?.iter() {
                let ask = Ask { by: by.clone(), range: need.range.clone() };
                let Some(target) = need.target else {
                    walk.nowhere.push((ask, need.name.clone()));
                    continue;
                };
                let asks = walk.asks.entry(target).or_default();
                asks.push(ask);
                if asks.len() > 1 {
                    continue;
                }
                walk.order.push(target);
                if fixed.contains(&target) {
                    continue;
                }
                let node = market.node(target)?;
                if node.installed.is_some() {
                    continue;
                }
                if walk.picks.len() == COME_ALONG_MAX {
                    walk.too_many = true;
                    return Ok(walk);
                }
                let pick = chosen.get(&target).cloned().unwrap_or_else(|| highest(&node, &walk.asks[&target]));
                if let Some(pick) = &pick {
                    queue.push_back((node.name.clone(), pick.id));
                }
                walk.picks.insert(target, pick);
            }
        }
        Ok(walk)
    }

    /// What would be chosen now that everyone who needs something is known.
    fn better_picks<M: Market>(&self, market: &mut M) -> Result<BTreeMap<i64, Option<Pick>>, M::Error> {
        let targets = self.picks.keys();
        targets.map(|&target| Ok((target, highest(&*market.node(target)?, &self.asks[&target])))).collect()
    }

    fn finish<M: Market>(self, market: &mut M, roots: &[Root]) -> Result<Resolution, M::Error> {
        let roots: BTreeMap<i64, &Root> = roots.iter().map(|root| (root.component, root)).collect();
        let mut done = Resolution { too_many: self.too_many, ..Resolution::default() };
        for (ask, name) in &self.nowhere {
            done.unmet.push(missing(name, std::slice::from_ref(ask), MissingReason::NotAvailable, None));
        }
        for target in self.order {
            let asks = &self.asks[&target];
            let fits = |pick: &Pick| asks.iter().all(|ask| ask.range.admits(&pick.version));
            if let Some(root) = roots.get(&target) {
                if !fits(&root.pick) {
                    let installed = Some(&root.pick.version);
                    done.unmet.push(missing(&root.name, asks, MissingReason::VersionConflict, installed));
                }
                continue;
            }
            let node = market.node(target)?;
            match (&node.installed, self.picks.get(&target)) {
                (Some(installed), _) if fits(installed) => {}
                (Some(installed), _) => {
                    let installed = Some(&installed.version);
                    done.unmet.push(missing(&node.name, asks, MissingReason::VersionConflict, installed));
                }
                (None, Some(Some(pick))) if fits(pick) => done.added.push(Added {
                    component: target,
                    pick: pick.clone(),
                    missing: missing(&node.name, asks, MissingReason::NotInstalled, None),
                }),
                (None, _) => {
                    let each = asks.iter().all(|ask| node.offers.iter().any(|offer| ask.range.admits(&offer.version)));
                    let reason = if each { MissingReason::VersionConflict } else { MissingReason::NotAvailable };
                    done.unmet.push(missing(&node.name, asks, reason, None));
                }
            }
        }
        Ok(done)
    }
}

/// The highest version that everyone admits.
fn highest(node: &Node, asks: &[Ask]) -> Option<Pick> {
    node.offers.iter().find(|offer| asks.iter().all(|ask| ask.range.admits(&offer.version))).cloned()
}

fn missing(name: &Name, asks: &[Ask], reason: MissingReason, installed: Option<&Version>) -> MissingDependency {
    let mut ranges: Vec<&str> = Vec::new();
    let mut required_by: Vec<String> = Vec::new();
    for ask in asks {
        if !ranges.contains(&&*ask.range.text) {
            ranges.push(&ask.range.text);
        }
        let by = format!("{} {}", ask.by.kind, ask.by.slug);
        if !required_by.contains(&by) {
            required_by.push(by);
        }
    }
    MissingDependency {
        component_type: name.kind.as_str().to_owned(),
        id: name.slug.clone(),
        version: ranges.join(", "),
        source_tenant_id: name.tenant.clone(),
        reason,
        installed: installed.map(ToString::to_string),
        required_by,
    }
}

#[cfg(test)]
mod tests;
