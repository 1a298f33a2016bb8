//! Another instance on a free port of loopback, as far as those who pull from it see it. It signs what it is told to, also
//! what no instance would.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use atom_marketplace_bundle::{
    Bundle, Document as _, Envelope, FormerName, InstanceKey, KeyEntry, KeySet, NamedInstance, PROTOCOL, Page, Record,
    RecordPublisher, RecordStatus, RecordVersion, SignedBytes, VouchedInstance, content_digest, rotation_proof, sign,
};
use atom_marketplace_protocol::component::{File, FileEncoding, FileEntry, Manifest};
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::ids::Kind;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

/// A time at which everything here happens.
const AT: &str = "2026-01-31T12:00:00.000000Z";

/// What it makes of a page's bytes before it sends them.
type Tamper = Box<dyn Fn(Vec<u8>) -> Vec<u8> + Send + Sync>;

struct Inner {
    name: String,
    instance: String,
    keys: Vec<(InstanceKey, Option<Envelope>)>,
    vouched: Vec<VouchedInstance>,
    records: BTreeMap<(Kind, String, String), Record>,
    bundles: BTreeMap<(Kind, String, String, String), Envelope>,
    /// Lines of the feed; one that holds `null` for its record gets the present one.
    lines: Vec<Value>,
    head: Option<u64>,
    tamper: Option<Tamper>,
    asked: Vec<String>,
    status: StatusCode,
    page_size: Option<usize>,
    page_time: Option<String>,
    without_bundles: bool,
}

/// An instance that listens until it is dropped.
pub struct FakePeer {
    /// Its root.
    pub url: String,
    inner: Arc<Mutex<Inner>>,
    task: JoinHandle<()>,
}

impl Drop for FakePeer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn instance_id(number: u8) -> String {
    format!("ins_{number:032x}")
}

fn entry(key: &InstanceKey, since: &str, retired: Option<String>, proof: Option<Envelope>) -> KeyEntry {
    KeyEntry::new(key.public(), since.to_owned(), retired, proof)
}

impl FakePeer {
    /// One whose id and key follow from a number.
    pub async fn start(number: u8) -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            name: format!("instance {number}"),
            instance: instance_id(number),
            keys: vec![(InstanceKey::from_seed(&[number; 32]), None)],
            vouched: Vec::new(),
            records: BTreeMap::new(),
            bundles: BTreeMap::new(),
            lines: Vec::new(),
            head: None,
            tamper: None,
            asked: Vec::new(),
            status: StatusCode::OK,
            page_size: None,
            page_time: None,
            without_bundles: false,
        }));
        let app = Router::new()
            .route("/.well-known/atom-federation", get(key_set))
            .route("/api/federation/v1/changes", get(changes))
            .route("/api/federation/v1/marketplace/{kind}/{id}/bundle", get(bundle))
            .with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves until aborted") });
        Self { url, inner, task }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no panic under this lock")
    }

    /// Its id.
    pub fn instance(&self) -> String {
        self.inner().instance.clone()
    }

    /// The fingerprint of its present key.
    pub fn fingerprint(&self) -> String {
        self.key().public().fingerprint().to_string()
    }

    /// Its present key.
    pub fn key(&self) -> InstanceKey {
        self.inner().keys.last().expect("it has one").0.clone()
    }

    /// The requests that came, by path and query.
    pub fn asked(&self) -> Vec<String> {
        self.inner().asked.clone()
    }

    /// Answers everything but who it is with this status.
    pub fn answer(&self, status: u16) {
        self.inner().status = StatusCode::from_u16(status).expect("a status");
    }

    /// Gives at most so many entries on a page.
    pub fn page_size(&self, entries: usize) {
        self.inner().page_size = Some(entries);
    }

    /// Says that its pages were made then.
    pub fn page_time(&self, at: &str) {
        self.inner().page_time = Some(at.to_owned());
    }

    /// Leaves bundles out of its feed.
    pub fn without_bundles(&self) {
        self.inner().without_bundles = true;
    }

    /// Says that its feed reaches that far.
    pub fn head(&self, head: Option<u64>) {
        self.inner().head = head;
    }

    /// Changes the bytes of its pages before it sends them.
    pub fn tamper(&self, tamper: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) {
        self.inner().tamper = Some(Box::new(tamper));
    }

    /// Sends its pages as they are again.
    pub fn honest(&self) {
        let mut inner = self.inner();
        (inner.tamper, inner.head, inner.status, inner.page_time) = (None, None, StatusCode::OK, None);
    }

    /// Pretends to be another instance, with keys of its own.
    pub fn become_instance(&self, number: u8) {
        let mut inner = self.inner();
        inner.instance = instance_id(number);
        inner.keys = vec![(InstanceKey::from_seed(&[number; 32]), None)];
    }

    /// Takes another key, which the one before names as its successor if it is `proven`.
    pub fn rotate(&self, number: u8, proven: bool) {
        let mut inner = self.inner();
        let new = InstanceKey::from_seed(&[number; 32]);
        let (old, instance) = (inner.keys.last().expect("it has one").0.clone(), inner.instance.clone());
        let at = since(inner.keys.len());
        let proof = proven.then(|| rotation_proof(&instance, &old, new.public(), &at).expect("a proof"));
        inner.keys.push((new, proof));
    }

    /// Vouches for the keys of another.
    pub fn vouch(&self, other: &FakePeer) {
        let name = other.inner().name.clone();
        let (instance, key) = (other.instance(), other.key());
        let instance = NamedInstance { id: instance, name, url: None };
        self.inner().vouched.push(VouchedInstance { instance, keys: vec![entry(&key, AT, None, None)] });
    }

    /// A bundle as it would sign it.
    pub fn bundle(&self, kind: Kind, tenant: &str, id: &str, version: &str, fields: &Value) -> Bundle {
        let mut fields = fields.as_object().cloned().unwrap_or_default();
        let files = files_of(fields.remove("files"));
        fields.entry("name").or_insert_with(|| format!("The {id}").into());
        fields.entry("description").or_insert_with(|| "Does things.".into());
        let mut manifest: Manifest = serde_json::from_value(Value::Object(fields)).expect("a manifest");
        manifest.files = files.iter().map(file_entry).collect();
        let shown = serde_json::to_value(&manifest).expect("a manifest is JSON");
        let digest = content_digest(kind, id, shown.as_object().cloned().unwrap_or_default());
        Bundle {
            format: "atom-bundle/1".to_owned(),
            instance: self.instance(),
            component_type: kind,
            id: id.to_owned(),
            source_tenant_id: tenant.to_owned(),
            version: version.to_owned(),
            digest,
            published_at: Some(AT.to_owned()),
            manifest,
            files,
        }
    }

    /// Publishes a version, which is shown from now on.
    pub fn publish(&self, kind: Kind, tenant: &str, id: &str, version: &str, fields: Value) -> Record {
        let bundle = self.bundle(kind, tenant, id, version, &fields);
        let envelope = sign(&bundle, &self.key()).expect("a bundle is signed");
        let bytes = bundle.to_bytes();
        let mut shown = serde_json::to_value(&bundle.manifest).expect("JSON").as_object().cloned().unwrap_or_default();
        for large in ["content", "code", "configuration", "canvases", "memory", "knowledge_base"] {
            shown.remove(large);
        }
        let new = RecordVersion {
            version: version.to_owned(),
            digest: bundle.digest.clone(),
            bundle: SignedBytes { sha256: sha256_hex(&bytes), size: bytes.len() as u64 },
            published_at: AT.to_owned(),
            yanked: None,
        };
        let first = {
            let key = (kind, tenant.to_owned(), id.to_owned(), version.to_owned());
            let mut inner = self.inner();
            inner.bundles.insert(key, envelope);
            !inner.records.contains_key(&(kind, tenant.to_owned(), id.to_owned()))
        };
        let action = if first { "published" } else { "updated" };
        self.change(kind, tenant, id, action, Some(version), |record| {
            record.status = RecordStatus::Published;
            record.reason = None;
            record.manifest = Some(shown);
            record.head = Some(version.to_owned());
            record.versions.retain(|known| known.version != version);
            record.versions.push(new);
        })
    }

    /// Says something else of a component, with its next revision, in the next entry of its feed.
    pub fn change(
        &self,
        kind: Kind,
        tenant: &str,
        id: &str,
        action: &str,
        version: Option<&str>,
        change: impl FnOnce(&mut Record),
    ) -> Record {
        let key = (kind, tenant.to_owned(), id.to_owned());
        let mut inner = self.inner();
        let mut record = inner.records.get(&key).cloned().unwrap_or_else(|| Record {
            format: Record::FORMAT.to_owned(),
            instance: inner.instance.clone(),
            component_type: kind,
            source_tenant_id: tenant.to_owned(),
            id: id.to_owned(),
            revision: 0,
            status: RecordStatus::Published,
            reason: None,
            publisher: RecordPublisher { id: tenant.to_owned(), name: format!("{tenant} Inc."), verified: false },
            formerly: Vec::new(),
            manifest: None,
            head: None,
            deprecated: None,
            versions: Vec::new(),
            created_at: AT.to_owned(),
            updated_at: AT.to_owned(),
        });
        record.revision += 1;
        change(&mut record);
        inner.records.insert(key, record.clone());
        let line = json!({
            "action": action, "component_type": kind, "source_tenant_id": tenant, "id": id, "version": version,
            "instance": inner.instance, "record": null,
        });
        inner.lines.push(line);
        record
    }

    /// Withdraws a component, or puts it in quarantine.
    pub fn gone(&self, kind: Kind, tenant: &str, id: &str, status: RecordStatus, reason: Option<&str>) -> Record {
        self.change(kind, tenant, id, status.as_str(), None, |record| {
            record.status = status;
            record.reason = reason.map(str::to_owned);
            (record.manifest, record.head) = (None, None);
        })
    }

    /// Gives a component another id.
    pub fn rename(&self, kind: Kind, tenant: &str, id: &str, new: &str) -> Record {
        let old = self.inner().records.remove(&(kind, tenant.to_owned(), id.to_owned())).expect("it is there");
        self.inner().records.insert((kind, tenant.to_owned(), new.to_owned()), old);
        self.change(kind, tenant, new, "renamed", None, |record| {
            new.clone_into(&mut record.id);
            record.formerly.push(FormerName { source_tenant_id: tenant.to_owned(), id: id.to_owned() });
        })
    }

    /// Puts a line into its feed as it is; `record` and `bundle` are envelopes.
    pub fn say(&self, line: Value) {
        self.inner().lines.push(line);
    }

    /// The last line as it stands in the feed, to be changed and said again.
    pub fn last_line(&self) -> Value {
        let mut inner = self.inner();
        let line = inner.lines.last().cloned().expect("it has said something");
        inner.complete(line, true)
    }

    /// Puts a line in the place of the last one.
    pub fn replace_last(&self, line: Value) {
        *self.inner().lines.last_mut().expect("it has said something") = line;
    }

    /// Changes every line.
    pub fn each_line(&self, change: impl FnMut(&mut Value)) {
        self.inner().lines.iter_mut().for_each(change);
    }

    /// What a record's envelope says.
    pub fn read_record(&self, envelope: &Value) -> Record {
        let envelope: Envelope = serde_json::from_value(envelope.clone()).expect("an envelope");
        atom_marketplace_bundle::verify(&envelope, &[self.key().public()]).expect("signed by it").document
    }

    /// Passes on what another has published, as it is.
    pub fn pass_on(&self, other: &FakePeer, kind: Kind, tenant: &str, id: &str, version: &str) {
        let theirs = other.inner();
        let record = &theirs.records[&(kind, tenant.to_owned(), id.to_owned())];
        let key = &theirs.keys.last().expect("a key").0;
        let bundle = &theirs.bundles[&(kind, tenant.to_owned(), id.to_owned(), version.to_owned())];
        self.say(json!({
            "action": "published", "component_type": kind, "source_tenant_id": tenant, "id": id,
            "version": version, "instance": theirs.instance, "record": sign(record, key).expect("signed"), "bundle": bundle,
        }));
    }
}

/// Since when its keys sign.
fn since(number: usize) -> String {
    format!("2026-01-{:02}T00:00:00.000000Z", number + 1)
}

fn files_of(files: Option<Value>) -> Vec<File> {
    let files = files.unwrap_or_else(|| json!([]));
    let mut files: Vec<File> = serde_json::from_value(files).expect("files");
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn file_entry(file: &File) -> FileEntry {
    assert_eq!(file.encoding, FileEncoding::Utf8, "only texts here");
    let bytes = file.content.as_bytes();
    let value =
        json!({ "path": file.path, "encoding": file.encoding, "size": bytes.len(), "sha256": sha256_hex(bytes) });
    serde_json::from_value(value).expect("an entry")
}

impl Inner {
    fn key_set(&self) -> KeySet {
        let last = self.keys.len() - 1;
        let mut keys: Vec<_> = self
            .keys
            .iter()
            .enumerate()
            .map(|(at, (key, proof))| entry(key, &since(at), (at < last).then(|| since(at + 1)), proof.clone()))
            .collect();
        keys.reverse();
        KeySet {
            instance: NamedInstance { id: self.instance.clone(), name: self.name.clone(), url: None },
            keys,
            vouched: self.vouched.clone(),
            protocols: vec![PROTOCOL.to_owned()],
        }
    }

    /// A line with its record and its bundle.
    fn complete(&mut self, mut line: Value, bundles: bool) -> Value {
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        let (tenant, id, version) = (text("source_tenant_id"), text("id"), text("version"));
        let Ok(kind) = text("component_type").parse::<Kind>() else { return line };
        let key = &self.keys.last().expect("a key").0;
        if line.get("record") == Some(&Value::Null) {
            let fields = line.as_object_mut().expect("a line");
            match self.records.get(&(kind, tenant.clone(), id.clone())) {
                Some(record) => fields.insert("record".to_owned(), json!(sign(record, key).expect("signed"))),
                None => fields.remove("record"),
            };
            if let Some(bundle) = self.bundles.get(&(kind, tenant, id, version)).filter(|_| bundles) {
                fields.insert("bundle".to_owned(), json!(bundle));
            }
            fields.retain(|_, value| !value.is_null());
        }
        line
    }

    fn page(&mut self, after: u64, size: usize, bundles: bool) -> Vec<u8> {
        let all = self.lines.len() as u64;
        let size = self.page_size.unwrap_or(size);
        let (mut bytes, mut to, mut entries) = (Vec::new(), after, 0);
        let lines = self.lines.clone();
        for (at, line) in lines.into_iter().enumerate().skip(after as usize).take(size) {
            let mut line = self.complete(line, bundles && !self.without_bundles);
            to = at as u64 + 1;
            entries += 1;
            if line.get("sequence").is_none() {
                line["sequence"] = to.into();
            }
            serde_json::to_writer(&mut bytes, &line).expect("JSON");
            bytes.push(b'\n');
        }
        let head = self.head.unwrap_or(all).max(to);
        let head = self.head.filter(|head| *head < all).unwrap_or(head);
        let to = to.min(head);
        let page = Page {
            format: Page::FORMAT.to_owned(),
            instance: self.instance.clone(),
            from: after.min(to),
            to,
            entries,
            sha256: sha256_hex(&bytes),
            head,
            complete: to == head,
            at: self.page_time.clone().unwrap_or_else(now),
        };
        let envelope = sign(&page, &self.keys.last().expect("a key").0).expect("signed");
        let end = json!({ "page": envelope, "next_cursor": to.to_string(), "has_more": to < head });
        serde_json::to_writer(&mut bytes, &end).expect("JSON");
        bytes.push(b'\n');
        match &self.tamper {
            Some(tamper) => tamper(bytes),
            None => bytes,
        }
    }
}

fn now() -> String {
    atom_marketplace_server::clock::Clock::default().now().to_string()
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn key_set(State(inner): Shared) -> Response {
    let mut inner = inner.lock().expect("no panic under this lock");
    inner.asked.push("/.well-known/atom-federation".to_owned());
    axum::Json(inner.key_set()).into_response()
}

async fn changes(State(inner): Shared, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let mut inner = inner.lock().expect("no panic under this lock");
    inner.asked.push(format!("changes {query:?}"));
    if inner.status != StatusCode::OK {
        return (inner.status, axum::Json(json!({ "error": { "message": "Not now." } }))).into_response();
    }
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<u64>().ok());
    let bundles = query.get("include").is_some_and(|include| include == "bundles");
    let size = number("page_size").unwrap_or(100) as usize;
    Body::from(inner.page(number("cursor").unwrap_or(0), size, bundles)).into_response()
}

async fn bundle(
    State(inner): Shared,
    Path((kind, id)): Path<(String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let mut inner = inner.lock().expect("no panic under this lock");
    inner.asked.push(format!("bundle {kind}/{id} {query:?}"));
    if inner.status != StatusCode::OK {
        return inner.status.into_response();
    }
    let kind = Kind::ALL.iter().copied().find(|known| known.plural() == kind);
    let named = |name: &str| query.get(name).cloned().unwrap_or_default();
    let key = kind.map(|kind| (kind, named("source_tenant_id"), id, named("version")));
    match key.and_then(|key| inner.bundles.get(&key)) {
        Some(envelope) => envelope.to_bytes().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Makes a record name a bundle as its only version.
pub fn name_bundle(record: &mut Record, bundle: &Bundle) {
    let bytes = bundle.to_bytes();
    record.versions[0].digest.clone_from(&bundle.digest);
    record.versions[0].bundle = SignedBytes { sha256: sha256_hex(&bytes), size: bytes.len() as u64 };
}

/// Nothing of a manifest.
pub fn nothing() -> Value {
    Value::Object(Map::new())
}
