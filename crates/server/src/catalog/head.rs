//! Which version a component shows. Pure: what is chosen here is written by the verbs that call it.

use atom_marketplace_db::{Error, FromRow, Row};
use atom_marketplace_protocol::component::{MarketplaceType, Status};
use semver::Version;

use super::model::word;

/// A version as the choice among versions needs it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog) struct Known {
    pub(in crate::catalog) id: i64,
    pub(in crate::catalog) version: Version,
    pub(in crate::catalog) visibility: MarketplaceType,
    pub(in crate::catalog) status: Status,
    pub(in crate::catalog) digest: String,
    pub(in crate::catalog) size: i64,
    pub(in crate::catalog) yanked: bool,
    /// It holds what nobody but its publisher may see.
    pub(in crate::catalog) raw: bool,
}

impl FromRow for Known {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let text: String = row.get("version")?;
        Ok(Known {
            id: row.get("id")?,
            version: text.parse().map_err(|error| Error::Other(format!("version {text}: {error}")))?,
            visibility: word(row, "visibility")?,
            status: word(row, "status")?,
            digest: row.get("digest")?,
            size: row.get("size")?,
            yanked: row.get("yanked")?,
            raw: row.get("raw")?,
        })
    }
}

impl Known {
    /// Whether the number is taken for good, by this version.
    pub(in crate::catalog) fn spent(&self) -> bool {
        matches!(self.status, Status::Published | Status::Quarantined | Status::Withdrawn)
    }

    /// Whether it is kept though it is not available: it waits, or was refused.
    pub(in crate::catalog) fn undone(&self) -> bool {
        matches!(self.status, Status::PendingReview | Status::ChangesRequested | Status::Rejected)
    }
}

/// The version that a component of this visibility shows: of those available, the highest release; where there is none,
/// the highest pre-release; and where all are yanked, the highest of them, which nobody can newly install. One that is
/// shared shows nothing that is its publisher's alone.
pub(in crate::catalog) fn choose(versions: &[Known], visibility: MarketplaceType, shared: bool) -> Option<&Known> {
    let weight = |known: &Known| match (known.yanked, known.version.pre.is_empty()) {
        (false, true) => 2,
        (false, false) => 1,
        (true, _) => 0,
    };
    versions
        .iter()
        .filter(|known| known.status == Status::Published && known.visibility == visibility && !(shared && known.raw))
        .max_by(|a, b| weight(a).cmp(&weight(b)).then_with(|| a.version.cmp(&b.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1.0.0`, with `!` behind it when it is yanked, `?` while it waits and `*` when it is its publisher's alone.
    fn known(text: &str) -> Known {
        let version = text.trim_start_matches("private ").trim_end_matches(['!', '?', '*']);
        Known {
            id: 0,
            version: version.parse().unwrap(),
            visibility: if text.starts_with("private ") { MarketplaceType::Private } else { MarketplaceType::Public },
            status: if text.ends_with('?') { Status::PendingReview } else { Status::Published },
            digest: String::new(),
            size: 0,
            yanked: text.ends_with('!'),
            raw: text.ends_with('*'),
        }
    }

    #[test]
    fn the_highest_release_is_shown() {
        for (versions, shown) in [
            (vec!["1.0.0", "1.10.0", "1.9.0"], Some("1.10.0")),
            (vec!["1.0.0", "2.0.0-rc.1"], Some("1.0.0")),
            (vec!["1.0.0-rc.1", "1.0.0-rc.2"], Some("1.0.0-rc.2")),
            (vec!["1.0.0", "1.1.0!"], Some("1.0.0")),
            (vec!["1.0.0!", "1.1.0-rc.1"], Some("1.1.0-rc.1")),
            (vec!["1.0.0!", "1.1.0!"], Some("1.1.0")),
            (vec!["1.0.0", "1.1.0?"], Some("1.0.0")),
            (vec!["1.0.0", "private 2.0.0"], Some("1.0.0")),
            (vec!["1.1.0?", "private 2.0.0"], None),
            (vec!["1.0.0", "1.1.0*"], Some("1.0.0")),
            (vec![], None),
        ] {
            let known: Vec<_> = versions.iter().map(|text| known(text)).collect();
            let chosen = choose(&known, MarketplaceType::Public, true).map(|known| known.version.to_string());
            assert_eq!(chosen.as_deref(), shown, "{versions:?}");
        }
    }
}
