//! Quotas: exact to the request, per caller, over restarts and over nodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use atom_marketplace_db::testing::TestDb;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_server::app::Rates;
use atom_marketplace_testkit::{Answer, Client, TestServer, each_db_async};
use serde_json::json;

const RATES: Rates = Rates { anonymous: 100, token: 150, federation: 30 };
/// Answers whoever asks, and reads nothing.
const PATH: &str = "/api/no-such-route";

fn number(answer: &Answer, header: &str) -> i64 {
    answer.header(header).unwrap_or_else(|| panic!("no {header}")).parse().expect("a number")
}

/// How many requests of `client` are let through until one is not.
async fn spend(client: &Client, at_most: u32) -> u32 {
    for granted in 0..at_most {
        if client.get(PATH).await.status == 429 {
            return granted;
        }
    }
    at_most
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hundredth_request_is_the_last() {
    each_db_async(|db| async move {
        let server = TestServer::start_with(&db, RATES).await;
        let anonymous = server.anonymous();
        let mut reset = None;
        for used in 1..=100 {
            let answer = anonymous.get(PATH).await;
            assert_eq!(answer.status, 404, "request {used}");
            assert_eq!(number(&answer, "x-ratelimit-limit"), 100);
            assert_eq!(number(&answer, "x-ratelimit-remaining"), 100 - used);
            let until = number(&answer, "x-ratelimit-reset");
            assert_eq!(*reset.get_or_insert(until), until, "the window moves");
        }
        for _ in 0..3 {
            let refused = anonymous.get(PATH).await;
            let details = refused.expect_error(429, "RATE_LIMIT_EXCEEDED");
            let wait = number(&refused, "retry-after");
            assert!((1..=3600).contains(&wait));
            assert_eq!(details, json!({"retry_after": wait, "limit": 100, "window": "hour"}));
            assert_eq!(number(&refused, "x-ratelimit-remaining"), 0);
            assert_eq!(refused.header("ratelimit"), Some(format!("\"hour\";r=0;t={wait}").as_str()));
            assert_eq!(refused.header("ratelimit-policy"), Some("\"hour\";q=100;w=3600"));
        }
        server.marketplace.clock.advance(Duration::from_mins(59));
        assert_eq!(anonymous.get(PATH).await.status, 429);
        server.marketplace.clock.advance(Duration::from_secs(61));
        assert_eq!(number(&anonymous.get(PATH).await, "x-ratelimit-remaining"), 99);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_has_a_quota_of_its_own() {
    each_db_async(|db| async move {
        let server = TestServer::start_with(&db, RATES).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let second = server.token("acme", ScopeSet::ALL_TENANT).await;
        let other = server.tenant("other", Plan::Free).await;
        for used in 1..=75 {
            assert_eq!(number(&acme.get(PATH).await, "x-ratelimit-remaining"), 150 - (2 * used - 1));
            assert_eq!(number(&second.get(PATH).await, "x-ratelimit-remaining"), 150 - 2 * used);
        }
        acme.get(PATH).await.expect_error(429, "RATE_LIMIT_EXCEEDED");
        second.get(PATH).await.expect_error(429, "RATE_LIMIT_EXCEEDED");
        assert_eq!(number(&other.get(PATH).await, "x-ratelimit-remaining"), 149);

        let key = other.post("/api/federation/keys", &json!({"name": "peer"})).await.expect(201);
        let peer = server.anonymous().with("x-federation-key", key["key"].as_str().unwrap());
        assert_eq!(spend(&peer, 40).await, 30);
        assert_eq!(number(&other.get(PATH).await, "x-ratelimit-remaining"), 147, "a key's quota is not its tenant's");

        for _ in 0..120 {
            let answer = server.admin().get(PATH).await;
            assert_eq!(answer.status, 404);
            assert_eq!(number(&answer, "x-ratelimit-limit"), 2_147_483_647);
            assert_eq!(number(&answer, "x-ratelimit-remaining"), 2_147_483_647);
        }
        assert_eq!(number(&server.anonymous().get(PATH).await, "x-ratelimit-remaining"), 99);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_credentials_count_on_the_address_and_good_ones_on_themselves() {
    each_db_async(|db| async move {
        let server = TestServer::start_with(&db, RATES).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let anonymous = server.anonymous();
        let unknown =
            atom_marketplace_protocol::token::generate(atom_marketplace_protocol::token::CredentialKind::ApiToken);
        let bad = [
            anonymous.with("authorization", "Bearer nonsense"),
            anonymous.with("authorization", "Basic YTpi"),
            anonymous.with("authorization", &format!("Bearer {}", unknown.expose())),
            anonymous.with("x-admin-key", "wrong"),
            anonymous.with("x-federation-key", "sk-fed-wrong"),
            acme.with("x-admin-key", "wrong"),
        ];
        for (used, client) in bad.iter().enumerate() {
            let answer = client.get(PATH).await;
            assert!(matches!(answer.status, 400 | 401), "{}", answer.status);
            assert_eq!(number(&answer, "x-ratelimit-remaining"), 99 - used as i64);
        }
        // A good credential that names another's tenant stays who it is.
        let answer = acme.with("x-tenant-id", "other").get(PATH).await;
        answer.expect_error(404, "TENANT_NOT_FOUND");
        assert_eq!(number(&answer, "x-ratelimit-remaining"), 149);
        let answer = server.admin_for("nobody").get(PATH).await;
        answer.expect_error(404, "TENANT_NOT_FOUND");
        assert_eq!(number(&answer, "x-ratelimit-limit"), 2_147_483_647);

        assert_eq!(spend(&anonymous, 200).await, 94);
        bad[0].get(PATH).await.expect_error(429, "RATE_LIMIT_EXCEEDED");
        assert_eq!(acme.get(PATH).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_behind_a_trusted_proxy() {
    each_db_async(|db| async move {
        let server = TestServer::node(db.db.clone(), |parts| {
            parts.rates = RATES;
            parts.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let from = |forwarded: &str| server.anonymous().with("x-forwarded-for", forwarded);
        for (forwarded, remaining) in [
            ("203.0.113.9", 99),
            ("203.0.113.9", 98),
            ("1.2.3.4, 203.0.113.9", 97),
            ("junk, 203.0.113.9:1234", 96),
            ("203.0.113.10", 99),
            // One household, one quota: IPv6 by /64.
            ("2001:db8:1:2::1", 99),
            ("2001:db8:1:2:ffff::9", 98),
            ("2001:db8:1:3::1", 99),
        ] {
            let answer = from(forwarded).get(PATH).await;
            assert_eq!(number(&answer, "x-ratelimit-remaining"), remaining, "{forwarded}");
        }
        // Nobody is trusted: what is claimed does not matter.
        let strict = TestServer::node(db.db.clone(), |parts| parts.rates = RATES).await;
        for remaining in (97..100).rev() {
            let answer = strict.anonymous().with("x-forwarded-for", &format!("203.0.113.{remaining}")).get(PATH).await;
            assert_eq!(number(&answer, "x-ratelimit-remaining"), remaining);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_gives_no_second_window() {
    each_db_async(|db| async move {
        let start = || TestServer::start_with(&db, RATES);
        let first = start().await;
        assert_eq!(spend(&first.anonymous(), 43).await, 43);
        // A graceful stop loses nothing,
        first.marketplace.limiter.give_back().await.expect("given back");
        drop(first);
        let second = start().await;
        assert_eq!(number(&second.anonymous().get(PATH).await, "x-ratelimit-remaining"), 56);
        // and a crash no more than the lease it held (a tenth here), never in the caller's favour.
        drop(second);
        let third = start().await;
        let granted = spend(&third.anonymous(), 200).await;
        assert!((46..=56).contains(&granted), "{granted}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_together_never_exceed_the_limit() {
    let Some(db) = TestDb::postgres() else { return };
    let other = db.url.clone();
    let other = tokio::task::spawn_blocking(move || {
        atom_marketplace_db::Db::open(&other, atom_marketplace_db::Options::default())
    })
    .await
    .expect("no panic")
    .expect("the second node opens");
    let rates = Rates { anonymous: 500, ..RATES };
    let nodes = [
        TestServer::node(db.db.clone(), |parts| parts.rates = rates).await,
        TestServer::node(other.clone(), |parts| parts.rates = rates).await,
    ];
    let (granted, refused) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let clients = (0..64).map(|number| {
        let client = nodes[number % 2].anonymous();
        let (granted, refused) = (granted.clone(), refused.clone());
        tokio::spawn(async move {
            for _ in 0..12 {
                let status = client.get(PATH).await.status;
                let count = if status == 429 { &refused } else { &granted };
                assert!(matches!(status, 404 | 429), "{status}");
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.expect("no panic");
    }
    let granted = granted.load(Ordering::Relaxed);
    assert!(granted <= 500, "{granted}");
    assert_eq!(granted + refused.load(Ordering::Relaxed), 64 * 12);
    // A node whose clients ended first may hold a lease still: spent to its end, the quota is exact.
    let rest = spend(&nodes[0].anonymous(), 600).await + spend(&nodes[1].anonymous(), 600).await;
    assert_eq!(granted + rest, 500);
    drop(nodes);
    tokio::task::spawn_blocking(move || other.close()).await.expect("closed");
}
