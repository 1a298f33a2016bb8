//! What a write to the catalog changed for its readers, said once after the commit: finished answers become
//! unreachable here at once, and on other nodes by a notification.

use std::sync::Mutex;

use atom_marketplace_db::{Dialect, Error};
use atom_marketplace_protocol::ids::Kind;

use super::model::ComponentRow;
use crate::app::Marketplace;

/// The channel on which nodes tell each other, PostgreSQL only.
pub const CHANNEL: &str = "atom_catalog";

/// A component that readers see differently now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub slug: String,
    /// Tenants that see it beside the public: its publisher, and those it is, or was, shared with.
    pub tenants: Vec<i64>,
    /// Whether the public lists show it, or did before.
    pub public: bool,
}

impl Change {
    /// A change to `row`, seen by the public if it is listed.
    pub fn of(row: &ComponentRow) -> Self {
        Self { kind: row.kind, slug: row.slug.clone(), tenants: vec![row.tenant_id], public: row.listed }
    }

    /// As other nodes are told.
    fn payload(&self) -> String {
        let tenants: Vec<_> = self.tenants.iter().map(ToString::to_string).collect();
        format!("{} {} {} {}", self.kind.code(), i64::from(self.public), tenants.join(","), self.slug)
    }

    /// What [`Change::payload`] said.
    fn parse(payload: &str) -> Option<Self> {
        let mut parts = payload.splitn(4, ' ');
        let kind = Kind::from_code(parts.next()?.parse().ok()?)?;
        let public = parts.next()? == "1";
        let tenants = parts.next()?.split(',').filter_map(|id| id.parse().ok()).collect();
        Some(Self { kind, slug: parts.next()?.to_owned(), tenants, public })
    }
}

/// What [`Change::parse`] does not read: anything may have changed.
const ALL: &str = "all";

/// Payloads that other nodes have not been sent yet.
#[derive(Default)]
pub struct Announcements(Mutex<Vec<String>>);

impl Marketplace {
    /// Makes the answers that showed the old state unreachable. Call it after the commit.
    pub fn catalog_changed(&self, change: Change) {
        self.make_unreachable(&change);
        if self.db.dialect() == Dialect::Postgres {
            self.announcements.0.lock().expect("no panic holds this lock").push(change.payload());
        }
    }

    /// The same when a tenant has changed: its name is shown with all that it has published, whoever looks.
    pub fn publisher_changed(&self) {
        self.generations.bump_all();
        if self.db.dialect() == Dialect::Postgres {
            self.announcements.0.lock().expect("no panic holds this lock").push(ALL.to_owned());
        }
    }

    fn make_unreachable(&self, change: &Change) {
        self.vocabulary.changed(change.kind, &change.slug);
        self.generations.bump_component(change.kind, &change.slug);
        for tenant in &change.tenants {
            self.generations.bump_tenant(*tenant);
        }
        if change.public {
            self.generations.bump_kind(change.kind);
            self.feed.hint();
        }
    }

    /// Tells other nodes what changed here since the last call. It is not part of the transactions themselves: a NOTIFY
    /// holds a lock of the whole database until its commit is on disk, so commits would wait for one another.
    pub async fn announce_changes(&self) -> Result<(), Error> {
        let changes = std::mem::take(&mut *self.announcements.0.lock().expect("no panic holds this lock"));
        if changes.is_empty() {
            return Ok(());
        }
        let told = changes.clone();
        let written = self.db.write(move |c| told.iter().try_for_each(|payload| c.notify(CHANNEL, payload))).await;
        if written.is_err() {
            self.announcements.0.lock().expect("no panic holds this lock").extend(changes);
        }
        written
    }

    /// Listens to the other nodes' changes.
    pub fn listen_to_other_nodes(&self) {
        let m = self.clone();
        self.db.listen(CHANNEL, move |payload| {
            match Change::parse(payload) {
                Some(change) => m.make_unreachable(&change),
                // A tenant has changed, or nothing is said after a lost connection: what was said meanwhile is unknown.
                None => m.generations.bump_all(),
            }
        });
    }
}
