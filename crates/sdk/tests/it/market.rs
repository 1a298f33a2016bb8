//! The SDK and the real server.

use std::collections::BTreeSet;

use atom_marketplace_sdk::types::{
    ApiTokenCreate, BulkInstallRequest, Decision, EventData, EventType, FederationKeyCreate, InstallationUpdate,
    MarketplaceType, Plan, Scope, ScopeSet, SkillPublish, Status,
};
use atom_marketplace_sdk::webhook::{Verifier, VerifyError};
use atom_marketplace_sdk::{Client, Code, Kind};
use atom_marketplace_testkit::{ADMIN_KEY, Receiver, TestServer, each_db_async};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

fn skill(id: &str, marketplace_type: &str) -> SkillPublish {
    serde_json::from_value(json!({
        "skill_id": id, "marketplace_type": marketplace_type, "name": format!("Skill {id}"),
        "description": "Does one thing.", "category": "tools", "tags": ["test"], "capabilities": [id.replace('-', "_")],
        "files": [{"path": "a/b.txt", "content": "text"}],
    }))
    .expect("a skill")
}

/// A client of a new tenant.
async fn tenant(server: &TestServer, slug: &str) -> Client {
    let client = server.tenant(slug, Plan::Team).await;
    Client::builder()
        .base_url(format!("{}/api", server.url))
        .tenant_id(slug)
        .api_token(client.bearer().expect("a token"))
        .build()
        .expect("a client")
}

fn admin(server: &TestServer) -> Client {
    Client::builder().base_url(format!("{}/api", server.url)).admin_key(ADMIN_KEY).build().expect("a client")
}

#[tokio::test]
async fn from_publish_to_rating() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let (acme, globex) = (tenant(&server, "acme").await, tenant(&server, "globex").await);
        let admin = admin(&server);

        let check = acme.skills().check(&skill("reader", "public")).await.unwrap();
        assert!(check.ok && check.version == "1.0.0");
        let published = acme.skills().publish(&skill("reader", "public")).await.unwrap();
        assert_eq!(published.status, Status::PendingReview);
        assert!(globex.skills().get("reader").await.unwrap_err().is_not_found());

        let waiting = admin.admin().submissions().list().status(Status::PendingReview).await.unwrap();
        let submission = &waiting.items[0];
        let decision = Decision { reason: None, digest: Some(submission.digest.clone()), ..Decision::default() };
        admin.admin().submissions().approve(&submission.id, &decision).await.unwrap();

        let found = globex.search("reader").kind(Kind::Skill).await.unwrap();
        assert_eq!(found.items[0].id, "reader");
        let plan = globex.skills().install(("acme", "reader")).plan().await.unwrap();
        assert!(plan.ok && !plan.already_installed);
        let first = globex.skills().install(("acme", "reader")).setting("depth", 2).await.unwrap();
        for _ in 0..2 {
            let again = globex.skills().install("reader").await.unwrap();
            assert_eq!((again.status.as_str(), &again.id), ("installed", &first.id));
        }
        assert_eq!(globex.skills().get("reader").await.unwrap().install_count, 1, "counted once");
        let installed = globex.installations().list().kind(Kind::Skill).component_id("reader").await.unwrap();
        assert_eq!(installed.items[0].install_config.settings["depth"], 2);
        let bundle = globex.installations().bundle(&first.id).await.unwrap();
        assert_eq!(bundle.files[0].content, "text");
        let update = InstallationUpdate { version: Some("latest".to_owned()), ..InstallationUpdate::default() };
        assert_eq!(globex.installations().update(&first.id, &update).await.unwrap().version, "1.0.0");
        let lock = globex.installations().lock().await.unwrap();
        assert_eq!(globex.installations().install_lock(&lock).await.unwrap().unchanged, 1);

        let summary = globex.skills().rate("reader", 4, Some("Good.")).await.unwrap();
        assert_eq!((summary.rating, summary.rating_count), (Some(4), 1));
        assert_eq!(acme.skills().reviews("reader").await.unwrap().items[0].review, "Good.");
        assert_eq!(globex.skills().delete_rating("reader").await.unwrap().rating_count, 0);

        globex.skills().uninstall("reader").await.unwrap();
        let bulk = BulkInstallRequest {
            ids: Some(vec!["reader".to_owned(), "no-such".to_owned()]),
            ..BulkInstallRequest::default()
        };
        let bulk = globex.skills().bulk_install(&bulk).await.unwrap();
        assert_eq!((bulk.installed, bulk.failed), (1, 1));

        acme.skills().yank("reader", "1.0.0", Some("It is slow.")).await.unwrap();
        assert!(acme.skills().version("reader", "1.0.0").await.unwrap().yanked);
        assert!(!acme.skills().unyank("reader", "1.0.0").await.unwrap().yanked);
        acme.skills().withdraw("reader").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn errors_name_what_is_wrong() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let acme = tenant(&server, "acme").await;
        let error = acme.agents().get("no-such").await.unwrap_err();
        assert_eq!((error.known_code(), error.component_id()), (Some(Code::ComponentNotFound), Some("no-such")));
        assert!(error.request_id().is_some_and(|id| error.to_string().contains(id)), "{error}");

        let scopes = Some(ScopeSet::of(&[Scope::ComponentsRead]));
        let only_reads = ApiTokenCreate { name: "reads".to_owned(), scopes, ..ApiTokenCreate::default() };
        let token = acme.tokens().create(&only_reads).await.unwrap();
        let reader = Client::builder().base_url(acme.base_url()).api_token(token.token).build().unwrap();
        let error = reader.skills().publish(&skill("a", "private")).await.unwrap_err();
        assert_eq!(error.required_permission(), Some("components:publish"));
        assert_eq!(reader.tokens().current().await.unwrap().id, token.info.id);
        acme.tokens().delete(&token.info.id).await.unwrap();
        assert_eq!(reader.usage().await.unwrap_err().known_code(), Some(Code::Unauthenticated));

        let answer = acme.usage().send().await.unwrap();
        assert!(
            answer.rate_limit().is_some_and(|limit| limit.remaining == u64::from(answer.value.rate_limit_remaining))
        );
        let raw = acme.usage().raw().await.unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&raw).unwrap()["tenant_id"], "acme");
        let any = acme.request(reqwest::Method::GET, "/usage").await.unwrap();
        assert_eq!(any["tenant_id"], "acme");
    })
    .await;
}

#[tokio::test]
async fn lists_give_everything_once() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let acme = tenant(&server, "acme").await;
        let mut there = 0;
        for count in [0, 99, 100, 101, 250] {
            for number in there..count {
                acme.skills().publish(&skill(&format!("s-{number:03}"), "private")).await.unwrap();
            }
            there = count;
            let list = || acme.skills().list().marketplace_type(MarketplaceType::Private).page_size(100);
            let all = list().all().await.unwrap();
            let ids: BTreeSet<_> = all.iter().map(|skill| skill.id.clone()).collect();
            assert_eq!((all.len(), ids.len()), (count, count));
            let (mut by_number, mut page) = (Vec::new(), 1);
            loop {
                let items = list().page_number(page).await.unwrap().items;
                let last = items.len() < 100;
                by_number.extend(items.into_iter().map(|skill| skill.id));
                page += 1;
                if last {
                    break;
                }
            }
            assert_eq!(by_number.len(), count);
        }
        let error = acme.skills().list().page_size(1000).items().next().await.unwrap().unwrap_err();
        assert_eq!(error.known_code(), Some(Code::InvalidRequest));
    })
    .await;
}

#[tokio::test]
async fn a_cached_answer_is_the_present_one() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let acme = tenant(&server, "acme").await;
        acme.skills().publish(&skill("cached", "private")).await.unwrap();
        let token = server.token("acme", ScopeSet::ALL_TENANT).await;
        let token = token.bearer().unwrap();
        let caching = Client::builder().base_url(acme.base_url()).api_token(token).cache(100).build().unwrap();
        for _ in 0..3 {
            assert_eq!(caching.skills().get("cached").await.unwrap().version, "1.0.0");
        }
        let mut next = skill("cached", "private");
        next.description = "Does another thing.".to_owned();
        caching.skills().publish(&next).await.unwrap();
        assert_eq!(caching.skills().get("cached").await.unwrap().version, "1.0.1");
    })
    .await;
}

/// Takes a connection at a time to the server at `to`; the first answer is lost on the way back.
async fn lossy(to: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/api", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        let mut lost = false;
        loop {
            let (mut client, _) = listener.accept().await.expect("a connection");
            let mut server = TcpStream::connect(&to).await.expect("the server listens");
            if std::mem::replace(&mut lost, true) {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                continue;
            }
            let (mut from_client, _to_client) = client.split();
            let (mut from_server, mut to_server) = server.split();
            let mut first = [0; 1];
            tokio::select! {
                _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
                // It answers, so it has committed.
                _ = from_server.read_exact(&mut first) => {}
            }
        }
    });
    url
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_commit_makes_one_installation() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let direct = tenant(&server, "acme").await;
        direct.skills().publish(&skill("once", "private")).await.unwrap();
        let token = server.token("acme", ScopeSet::ALL_TENANT).await;
        let url = lossy(server.url.trim_start_matches("http://").to_owned()).await;
        let client = Client::builder().base_url(url).api_token(token.bearer().unwrap()).build().unwrap();
        let answer = client.skills().install("once").call().send().await.unwrap();
        assert_eq!(answer.status.as_u16(), 201, "the first answer again");
        assert_eq!(answer.headers.get("idempotency-replayed").and_then(|value| value.to_str().ok()), Some("true"));
        let installed = direct.installations().list().all().await.unwrap();
        assert_eq!((installed.len(), &installed[0].id), (1, &answer.value.id));
        assert_eq!(direct.skills().get("once").await.unwrap().install_count, 1);
    })
    .await;
}

#[tokio::test]
async fn federation_and_tenants() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let acme = tenant(&server, "acme").await;
        let admin = admin(&server);
        acme.skills().publish(&skill("shared", "public")).await.unwrap();
        let submissions = admin.admin().submissions().list().source_tenant_id("acme").all().await.unwrap();
        admin.admin().submissions().approve(&submissions[0].id, &Decision::default()).await.unwrap();

        let key = FederationKeyCreate { name: "peer".to_owned(), ..FederationKeyCreate::default() };
        let key = acme.federation_keys().create(&key).await.unwrap();
        let peer = Client::builder().base_url(acme.base_url()).federation_key(key.key).build().unwrap();
        let listed = peer.federation().list(Kind::Skill).page_size(1000).all().await.unwrap();
        assert_eq!(listed[0].id, "shared");
        assert_eq!(peer.federation().get(Kind::Skill, ("acme", "shared")).await.unwrap().id, "shared");
        assert_eq!(peer.federation().bundle(Kind::Skill, "shared").await.unwrap().files.len(), 1);
        let signed = acme.skills().signed_bundle("shared").await.unwrap();
        let set = atom_marketplace_testkit::http()
            .build()
            .unwrap()
            .get(format!("{}/.well-known/atom-federation", server.url));
        let set = set.send().await.unwrap().bytes().await.unwrap();
        let key_set = atom_marketplace_sdk::bundle::KeySet::parse(&set).unwrap();
        let keys = [key_set.present().unwrap().public_key];
        let verified = atom_marketplace_sdk::verify_bundle(&signed, &keys).unwrap();
        assert_eq!((verified.document.id.as_str(), &verified.document.instance), ("shared", &key_set.instance.id));
        assert_eq!(atom_marketplace_sdk::verify_bundle(&signed, &[]).unwrap_err().code(), "unknown_key");
        acme.federation_keys().delete(&key.info.id).await.unwrap();
        let error = peer.federation().list(Kind::Skill).await.unwrap_err();
        assert_eq!(error.known_code(), Some(Code::FederationKeyInvalid));

        assert!(admin.admin().tenants().list().all().await.unwrap().iter().any(|tenant| tenant.id == "acme"));
        admin.admin().quarantine(Kind::Skill, "acme", "shared", "Because.").await.unwrap();
        admin.admin().release(Kind::Skill, "acme", "shared", None).await.unwrap();
        assert_eq!(acme.tenant().get().await.unwrap().id, "acme");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_delivered_has_the_data_of_its_type() {
    each_db_async(async |db| {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = tenant(&server, "acme").await;
        let receiver = Receiver::start().await;
        let new = json!({"url": receiver.url, "events": ["component.rated"], "secret": "your-webhook-secret"});
        let webhook = acme.webhooks().create(&serde_json::from_value(new).unwrap()).await.unwrap().webhook;
        let verifier = Verifier::new(["your-webhook-secret"]);
        for (before, &event_type) in EventType::ALL.iter().enumerate() {
            acme.webhooks().test(&webhook.id, event_type).await.unwrap();
            let came = receiver.wait_for(before + 1).await.remove(before);
            let header = |name| came.header(name);
            let (id, seconds, signature) =
                (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
            let event = verifier.unwrap(&came.body, id, seconds, signature).unwrap();
            assert_eq!((event.id.as_str(), event.event_type.known()), (id, Some(event_type)));
            assert!(!matches!(event.details(), EventData::Other(_)), "{event:?}");
            let tampered = [came.body.as_ref(), b" "].concat();
            assert_eq!(verifier.unwrap(&tampered, id, seconds, signature), Err(VerifyError::Signature));
        }
        // What really happens.
        acme.skills().publish(&skill("mine", "private")).await.unwrap();
        acme.skills().yank("mine", "1.0.0", None).await.unwrap();
        let events = acme.events().list(None).await.unwrap().items;
        let EventData::ComponentPublished(published) = events[0].details() else { panic!("{events:?}") };
        assert_eq!((published.component_id.as_str(), published.marketplace_type), ("mine", MarketplaceType::Private));
        let EventData::ComponentYanked(yanked) = events[1].details() else { panic!("{events:?}") };
        assert_eq!((yanked.version.as_str(), yanked.reason), ("1.0.0", None));
    })
    .await;
}
