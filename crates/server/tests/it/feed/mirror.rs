//! A mirror as a test writes one: it follows the feed, checks every signature, and keeps what the records say.

use std::collections::{BTreeMap, BTreeSet};

use atom_marketplace_bundle::{Bundle, Envelope, Page, PublicKey, Record, RecordStatus, verify};
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_testkit::{Client, TestServer};
use serde_json::Value;

/// Kind, publisher, id.
pub(super) type Name = (Kind, String, String);

pub(super) struct Mirror {
    peer: Client,
    keys: Vec<PublicKey>,
    filtered: bool,
    cursor: String,
    pub(super) sequence: u64,
    /// Every record it has seen, of what is there and of what is gone.
    records: BTreeMap<Name, Record>,
    gone: BTreeSet<Name>,
    /// By the SHA-256 of their bytes.
    bundles: BTreeMap<String, Bundle>,
    pub(super) requests: usize,
    pub(super) bytes: usize,
    /// Everything that was ever signed for it, as text.
    pub(super) seen: Vec<u8>,
}

/// What a page held.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) lines: Vec<Value>,
    pub(super) has_more: bool,
}

impl Mirror {
    /// One that follows a server, through these filters.
    pub(super) async fn of(server: &TestServer, filters: Value) -> Self {
        let filtered = filters != serde_json::json!({});
        let (peer, keys) = (super::peer(server, filters).await, super::keys(server).await);
        Self {
            peer,
            keys,
            filtered,
            cursor: String::new(),
            sequence: 0,
            records: BTreeMap::new(),
            gone: BTreeSet::new(),
            bundles: BTreeMap::new(),
            requests: 0,
            bytes: 0,
            seen: Vec::new(),
        }
    }

    /// Trusts the keys of another instance too.
    pub(super) fn trust(&mut self, keys: Vec<PublicKey>) {
        self.keys.extend(keys);
    }

    /// What is there, with the version shown and its digest.
    pub(super) fn components(&self) -> BTreeMap<Name, (String, String)> {
        let there = self
            .records
            .iter()
            .filter(|(name, record)| record.status == RecordStatus::Published && !self.gone.contains(*name));
        there
            .map(|(name, record)| {
                let head = record.head.clone().expect("what is published has a head");
                let version = record.versions.iter().find(|version| version.version == head);
                (name.clone(), (head, version.expect("the head is among the versions").digest.clone()))
            })
            .collect()
    }

    pub(super) fn record(&self, name: &Name) -> &Record {
        &self.records[name]
    }

    /// Whether it has the bundles of all versions of all that is there.
    pub(super) fn check_bundles(&self) {
        for name in self.components().keys() {
            for version in &self.records[name].versions {
                let bundle = self.bundles.get(&version.bundle.sha256);
                let bundle = bundle.unwrap_or_else(|| panic!("no bundle of {name:?} {}", version.version));
                assert_eq!((&bundle.version, &bundle.digest), (&version.version, &version.digest));
            }
        }
    }

    /// Reads to the end.
    pub(super) async fn follow(&mut self, size: usize) {
        while self.page(&format!("page_size={size}&include=bundles")).await.has_more {}
    }

    /// Reads and applies a page.
    pub(super) async fn page(&mut self, query: &str) -> Read {
        let path = format!("/api/federation/v1/changes?{query}{}", self.cursor);
        let answer = self.peer.get(&path).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        self.requests += 1;
        self.bytes += answer.bytes.len();
        let text = String::from_utf8(answer.bytes).unwrap();
        let body = text.strip_suffix('\n').unwrap();
        let (lines, trailer) = body.rfind('\n').map_or(("", body), |at| (&text[..=at], &body[at + 1..]));
        let trailer: Value = serde_json::from_str(trailer).unwrap();
        let page = verify::<Page>(&envelope(&trailer["page"]), &self.keys).expect("the page is signed").document;
        assert_eq!(page.sha256, sha256_hex(lines.as_bytes()));
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((page.from, page.entries), (self.sequence, lines.len() as u64));
        let sequences: Vec<u64> = lines.iter().map(|line| line["sequence"].as_u64().unwrap()).collect();
        if self.filtered {
            assert!(sequences.is_sorted() && sequences.iter().all(|at| (page.from + 1..=page.to).contains(at)));
        } else {
            assert_eq!(sequences, (page.from + 1..=page.to).collect::<Vec<_>>(), "no gaps");
        }
        let has_more = trailer["has_more"].as_bool().unwrap();
        assert_eq!(has_more, !page.complete);
        lines.iter().for_each(|line| self.apply(line));
        self.sequence = page.to;
        self.cursor = format!("&cursor={}", trailer["next_cursor"].as_str().unwrap());
        Read { lines, has_more }
    }

    fn apply(&mut self, line: &Value) {
        let kind: Kind = line["component_type"].as_str().unwrap().parse().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let name = (kind, text(&line["source_tenant_id"]), text(&line["id"]));
        self.seen.extend(serde_json::to_vec(line).unwrap());
        let others = line["bundles"].as_array().into_iter().flatten();
        for bundle in line.get("bundle").into_iter().chain(others) {
            let bundle = verify::<Bundle>(&envelope(bundle), &self.keys).expect("the bundle is signed");
            self.seen.extend(&bundle.payload);
            self.bundles.insert(sha256_hex(&bundle.payload), bundle.document);
        }
        if line["action"] == "out_of_scope" {
            assert!(line.get("record").is_none() && line.get("bundle").is_none());
            for former in line["formerly"].as_array().into_iter().flatten() {
                self.gone.insert((kind, text(&former["source_tenant_id"]), text(&former["id"])));
            }
            self.gone.insert(name);
            return;
        }
        assert_eq!(line.get("superseded").is_some(), line.get("record").is_none());
        let Some(record) = line.get("record") else { return };
        let record = verify::<Record>(&envelope(record), &self.keys).expect("the record is signed");
        self.seen.extend(&record.payload);
        let record = record.document;
        assert_eq!((&record.source_tenant_id, &record.id), (&name.1, &name.2));
        assert_eq!(line["instance"], record.instance);
        let mut known = vec![name.clone()];
        known.extend(record.formerly.iter().map(|former| (kind, former.source_tenant_id.clone(), former.id.clone())));
        for before in known {
            if let Some(before) = self.records.remove(&before) {
                assert!(
                    before.revision < record.revision || before == record,
                    "a revision says one thing, and grows: {before:?} {record:?}"
                );
                for old in &before.versions {
                    let new = record.versions.iter().find(|new| new.version == old.version);
                    assert!(new.is_none_or(|new| new.digest == old.digest && new.bundle == old.bundle));
                }
            }
        }
        self.gone.remove(&name);
        self.records.insert(name, record);
    }
}

pub(super) fn envelope(value: &Value) -> Envelope {
    serde_json::from_value(value.clone()).expect("an envelope")
}

/// What peers may see by the lists, as the mirror should have it.
pub(super) async fn listed(peer: &Client) -> BTreeMap<Name, (String, String)> {
    let mut all = BTreeMap::new();
    for kind in Kind::ALL {
        let path = format!("/api/federation/v1/marketplace/{}?page_size=1000", kind.plural());
        let page = peer.get(&path).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            let text = |field: &str| item[field].as_str().unwrap().to_owned();
            all.insert((*kind, text("source_tenant_id"), text("id")), (text("version"), text("digest")));
        }
    }
    all
}
