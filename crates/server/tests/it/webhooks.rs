//! Webhooks over real HTTP: who may have one, what it hears of, and what a receiver gets.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_sdk::webhook::Verifier;
use atom_marketplace_testkit::{Client, Receiver, TestServer, each_db_async, status};
use serde_json::{Value, json};

const ALL: [&str; 14] = [
    "component.published",
    "component.installed",
    "component.updated",
    "component.rated",
    "component.approved",
    "component.changes_requested",
    "component.rejected",
    "component.quarantined",
    "component.released",
    "component.withdrawn",
    "component.yanked",
    "component.deprecated",
    "component.uninstalled",
    "webhook.disabled",
];

/// Makes a webhook for these events, and returns its path.
async fn webhook(client: &Client, url: &str, events: &[&str]) -> String {
    let body = json!({"url": url, "events": events, "secret": "your-webhook-secret"});
    let made = client.post("/api/webhooks", &body).await.expect(201);
    format!("/api/webhooks/{}", made["id"].as_str().unwrap())
}

async fn publish(client: &Client, id: &str) -> Value {
    let body = json!({"skill_id": id, "marketplace_type": "private", "name": id, "description": "Does things."});
    client.post(&format!("{}/skills", Kind::Skill.base()), &body).await.expect(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_signed() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::start().await;
        let path = webhook(&acme, &receiver.url, &ALL).await;
        publish(&acme, "lookup").await;
        let came = &receiver.wait_for(1).await[0];
        let event = came.json();
        assert_eq!((&event["type"], &event["data"]["component_id"]), (&json!("component.published"), &json!("lookup")));
        assert_eq!(came.header("webhook-id"), event["id"]);
        assert_eq!(came.header("x-atom-event"), "component.published");
        assert_eq!(came.header("content-type"), "application/json");
        let verify = |payload: String, signature: &str| {
            let id = path.rsplit('/').next().unwrap();
            let body = json!({"webhook_id": id, "payload": payload, "signature": signature});
            let acme = acme.clone();
            async move { acme.post("/api/webhooks/verify", &body).await }
        };
        let (body, signature) = (String::from_utf8(came.body.to_vec()).unwrap(), came.header("x-atom-signature"));
        assert_eq!(verify(body.clone(), signature).await.expect(200), json!({"valid": true, "previous_secret": false}));
        verify(format!("{body} "), signature).await.expect_error(400, "WEBHOOK_VERIFICATION_FAILED");

        // The delivery's own page tells the same.
        let list = acme.get(&format!("{path}/deliveries")).await.expect(200);
        assert_eq!(list["items"][0]["id"], came.header("x-atom-delivery"));
        let path = format!("{path}/deliveries/{}", came.header("x-atom-delivery"));
        let detail = delivered(&acme, &path).await;
        assert_eq!(detail["payload"], event);
        assert_eq!(detail["attempts"][0]["response_status"], 204);
        assert_eq!(detail["attempts"][0]["url"], json!(receiver.url));
    })
    .await;
}

/// A delivery once it has arrived.
async fn delivered(client: &Client, path: &str) -> Value {
    until(client, path, |detail| detail["status"] == "delivered").await
}

/// An answer once it is as it should be.
async fn until(client: &Client, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let answer = client.get(path).await.expect(200);
        if done(&answer) {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{path} does not become what it should: {}", client.get(path).await.expect(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_delivery_is_tried_again_with_the_same_id() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::answering(|before, _| status([500, 302, 404, 200][before.min(3)])).await;
        let path = webhook(&acme, &receiver.url, &["component.published"]).await;
        publish(&acme, "lookup").await;
        let came = receiver.wait_for(4).await;
        for again in &came {
            assert_eq!(again.header("webhook-id"), came[0].header("webhook-id"));
            assert_eq!(again.body, came[0].body);
        }
        let path = format!("{path}/deliveries/{}", came[0].header("x-atom-delivery"));
        let detail = delivered(&acme, &path).await;
        let statuses: Vec<_> =
            detail["attempts"].as_array().unwrap().iter().map(|attempt| attempt["response_status"].clone()).collect();
        assert_eq!(statuses, [500, 302, 404, 200]);
        assert_eq!(detail["attempt_count"], 4);
        // Whoever wants it again gets it again.
        acme.post(&format!("{path}/redeliver"), &json!({})).await.expect(202);
        let again = receiver.wait_for(5).await;
        assert_eq!(again[4].body, came[0].body);
        let detail = until(&acme, &path, |detail| detail["attempt_count"] == 5).await;
        assert_eq!(detail["attempts"].as_array().unwrap().len(), 5);
    })
    .await;
}

/// What a table of refused requests is refused for.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_changed_and_deleted() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        for (body, field) in [
            (json!({"url": "https://a.example/", "events": []}), "events"),
            (json!({"url": "https://a.example/", "events": ["component.unknown"]}), "events[0]"),
            (json!({"url": "ftp://a.example/", "events": ["component.rated"]}), "url"),
            (json!({"url": "https://user:pw@a.example/", "events": ["component.rated"]}), "url"),
            (json!({"url": "https://a.example:22/", "events": ["component.rated"]}), "url"),
            (json!({"url": "https://10.0.0.1/", "events": ["component.rated"]}), "url"),
            (json!({"url": "https://169.254.169.254/latest", "events": ["component.rated"]}), "url"),
            (json!({"url": "https://[::ffff:10.0.0.1]/", "events": ["component.rated"]}), "url"),
            (json!({"url": "https://a.example/", "events": ["component.rated"], "secret": "short"}), "secret"),
            (json!({"url": "https://a.example/", "events": ["component.rated"], "rate_limit": 0}), "rate_limit"),
            (json!({"url": "https://a.example/", "events": ["component.rated"], "scope": "all"}), "scope"),
            (
                json!({"url": "https://a.example/", "events": ["component.rated"], "description": "x".repeat(201)}),
                "description",
            ),
        ] {
            let details = acme.post("/api/webhooks", &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{body}");
        }
        let body = json!({"url": "https://a.example/hook#x", "events": ["component.rated", "component.rated"]});
        let made = acme.post("/api/webhooks", &body).await;
        let location = made.header("location").unwrap().to_owned();
        let made = made.expect(201);
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
        let shown = acme.get(&location).await.expect(200);
        assert_eq!((&shown["url"], &shown["events"]), (&json!("https://a.example/hook"), &json!(["component.rated"])));
        assert_eq!((&shown["status"], &shown["scope"]), (&json!("active"), &json!("tenant")));
        assert!(shown.get("secret").is_none());
        let change =
            json!({"status": "paused", "rate_limit": 5, "description": "Ours", "events": ["component.updated"]});
        let changed = acme.patch(&location, &change).await.expect(200);
        assert_eq!((&changed["status"], &changed["rate_limit"]), (&json!("paused"), &json!(5)));
        acme.patch(&location, &json!({"status": "disabled"})).await.expect_error(400, "INVALID_REQUEST");
        acme.post(&format!("{location}/test"), &json!({"event": "component.rated"}))
            .await
            .expect_error(409, "CONFLICT");

        // The plan has room for two.
        acme.post("/api/webhooks", &body).await.expect(201);
        let details = acme.post("/api/webhooks", &body).await.expect_error(403, "QUOTA_EXCEEDED");
        assert_eq!(details, json!({"resource": "webhooks", "limit": 2, "used": 2}));
        let usage = acme.get("/api/usage").await.expect(200);
        assert_eq!((&usage["webhooks_used"], &usage["webhook_limit"]), (&json!(2), &json!(2)));
        acme.delete(&location).await.expect(204);
        acme.get(&location).await.expect_error(404, "NOT_FOUND");
        assert_eq!(acme.get("/api/webhooks").await.expect(200)["total"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hears_what_concerns_them_and_nothing_else() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let (acme, globex) = (server.tenant("acme", Plan::Team).await, server.tenant("globex", Plan::Team).await);
        let (mallory, admin) = (server.tenant("mallory", Plan::Team).await, server.admin());
        let [own, installer, stranger, market] =
            [Receiver::start().await, Receiver::start().await, Receiver::start().await, Receiver::start().await];
        webhook(&acme, &own.url, &ALL).await;
        webhook(&globex, &installer.url, &ALL).await;
        webhook(&mallory, &stranger.url, &ALL).await;
        let body = json!({"url": market.url, "events": ALL, "scope": "marketplace"});
        mallory.post("/api/webhooks", &body).await.expect(201);

        publish(&acme, "secret-plan").await;
        let skills = format!("{}/skills", Kind::Skill.base());
        let body =
            json!({"skill_id": "lookup", "marketplace_type": "public", "name": "Lookup", "description": "Looks up."});
        acme.post(&skills, &body).await.expect(201);
        approve(&admin).await;
        globex.post(&format!("{skills}/lookup/install"), &json!({})).await.expect(201);
        globex.put(&format!("{skills}/lookup/rating"), &json!({"rating": 5})).await.expect(200);
        let mut next = body.clone();
        next["version"] = json!("1.1.0");
        next["description"] = json!("Looks up more.");
        acme.post(&skills, &next).await.expect(201);
        approve(&admin).await;
        acme.post(&format!("{skills}/lookup/versions/1.0.0/yank"), &json!({"reason": "old"})).await.expect(200);
        globex.delete(&format!("{skills}/lookup/install")).await.expect(204);

        let types = |receiver: &Receiver| {
            let mut types: Vec<_> = receiver
                .received()
                .iter()
                .map(|came| {
                    format!("{} {}", came.header("x-atom-event"), came.json()["data"]["component_id"].as_str().unwrap())
                })
                .collect();
            types.sort();
            types
        };
        own.wait_for(9).await;
        assert_eq!(
            types(&own),
            [
                "component.approved lookup",
                "component.approved lookup",
                "component.installed lookup",
                "component.published lookup",
                "component.published secret-plan",
                "component.rated lookup",
                "component.uninstalled lookup",
                "component.updated lookup",
                "component.yanked lookup",
            ]
        );
        installer.wait_for(5).await;
        assert_eq!(
            types(&installer),
            [
                "component.installed lookup",
                "component.rated lookup",
                "component.uninstalled lookup",
                "component.updated lookup",
                "component.yanked lookup",
            ]
        );
        market.wait_for(2).await;
        assert_eq!(types(&market), ["component.published lookup", "component.updated lookup"]);
        assert_eq!(stranger.received().len(), 0);
    })
    .await;
}

async fn approve(admin: &Client) {
    let waiting = admin.get("/api/admin/submissions?status=pending_review").await.expect(200);
    for submission in waiting["items"].as_array().unwrap() {
        let path = format!("/api/admin/submissions/{}/approve", submission["id"].as_str().unwrap());
        admin.post(&path, &json!({})).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_while_one_is_rotated_out() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::start().await;
        let path = webhook(&acme, &receiver.url, &["component.published"]).await;
        publish(&acme, "one").await;
        receiver.wait_for(1).await;
        let rotated =
            acme.post(&format!("{path}/rotate-secret"), &json!({"grace_period_seconds": 60})).await.expect(200);
        let secret = rotated["secret"].as_str().unwrap();
        assert!(rotated["previous_secret_until"].is_string());
        publish(&acme, "two").await;
        let two = receiver.wait_for(2).await.remove(1);
        assert!(Verifier::new([secret]).verify(&two.body, two.header("x-atom-signature")));
        assert!(Verifier::new(["your-webhook-secret"]).verify(&two.body, two.header("x-atom-signature-previous")));
        for verifier in [Verifier::new([secret]), Verifier::new(["your-webhook-secret"])] {
            let (id, time) = (two.header("webhook-id"), two.header("webhook-timestamp"));
            assert_eq!(verifier.verify_standard(&two.body, id, time, two.header("webhook-signature")), Ok(()));
        }
        // At once, where that is asked for.
        let chosen = json!({"secret": "another-webhook-secret", "grace_period_seconds": 0});
        let rotated = acme.post(&format!("{path}/rotate-secret"), &chosen).await.expect(200);
        assert!(rotated.get("secret").is_none() && rotated["previous_secret_until"].is_null(), "{rotated}");
        publish(&acme, "three").await;
        let three = receiver.wait_for(3).await.remove(2);
        assert!(Verifier::new(["another-webhook-secret"]).verify(&three.body, three.header("x-atom-signature")));
        assert_eq!(three.header("x-atom-signature-previous"), "");
        assert_eq!(three.header("webhook-signature").split(' ').count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sent_when_the_webhook_is_active_again() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::start().await;
        let path = webhook(&acme, &receiver.url, &["component.published"]).await;
        acme.patch(&path, &json!({"status": "paused"})).await.expect(200);
        for number in 0..5 {
            publish(&acme, &format!("skill-{number}")).await;
        }
        let waiting = acme.get(&format!("{path}/deliveries?status=pending")).await.expect(200);
        assert_eq!(waiting["total"], 5);
        assert_eq!(receiver.received().len(), 0);
        acme.patch(&path, &json!({"status": "active"})).await.expect(200);
        receiver.wait_for(5).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_a_change_goes_where_it_says() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receivers = [Receiver::start().await, Receiver::start().await];
        let path = webhook(&acme, &receivers[1].url, &["component.published"]).await;
        for number in 0..20 {
            let receiver = &receivers[number % 2];
            acme.patch(&path, &json!({"url": receiver.url})).await.expect(200);
            publish(&acme, &format!("s-{number}")).await;
            let came = receiver.wait_for(number / 2 + 1).await;
            assert_eq!(came.last().unwrap().json()["data"]["component_id"], json!(format!("s-{number}")));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_disables_its_webhook_and_the_owner_hears_of_it() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let (gone, other) = (Receiver::answering(|_, _| status(410)).await, Receiver::start().await);
        let path = webhook(&acme, &gone.url, &["component.published"]).await;
        webhook(&acme, &other.url, &["webhook.disabled"]).await;
        publish(&acme, "one").await;
        let told = other.wait_for(1).await.remove(0).json();
        assert_eq!((&told["type"], &told["data"]["reason"]), (&json!("webhook.disabled"), &json!("gone")));
        let shown = acme.get(&path).await.expect(200);
        assert_eq!((&shown["status"], &shown["disabled_reason"]), (&json!("disabled"), &json!("gone")));
        publish(&acme, "two").await;
        // Nothing is lost: both wait for a receiver that is there again.
        gone.answer(|_, _| status(200));
        let before = gone.received().len();
        acme.patch(&path, &json!({"status": "active"})).await.expect(200);
        gone.wait_for(before + 2).await;
        assert_eq!(acme.get(&path).await.expect(200)["failing_since"], Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_days_of_nothing_but_failures_disable() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::answering(|_, _| status(500)).await;
        let path = webhook(&acme, &receiver.url, &["component.published"]).await;
        publish(&acme, "one").await;
        let failing = until(&acme, &path, |shown| shown["failing_since"].is_string()).await;
        assert_eq!(failing["status"], "active");
        server.marketplace.clock.advance(std::time::Duration::from_hours(5 * 24));
        publish(&acme, "two").await;
        let shown = until(&acme, &path, |shown| shown["status"] == "disabled").await;
        assert_eq!(shown["disabled_reason"], "failing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_may_ask_for_patience() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::answering(|before, _| {
            if before > 0 {
                return status(200);
            }
            let mut busy = status(429);
            busy.headers_mut().insert("retry-after", "3600".parse().unwrap());
            busy
        })
        .await;
        let path = webhook(&acme, &receiver.url, &["component.published"]).await;
        publish(&acme, "one").await;
        let list = format!("{path}/deliveries");
        let listed = until(&acme, &list, |list| list["items"][0]["response_status"] == 429).await;
        let next: Timestamp = listed["items"][0]["next_attempt_at"].as_str().unwrap().parse().unwrap();
        let pause = next.since(server.marketplace.now()).as_secs();
        assert!((3_400..=3_600).contains(&pause), "{pause}");
        // Another event does not go around that.
        publish(&acme, "two").await;
        server.marketplace.clock.advance(std::time::Duration::from_hours(1));
        receiver.wait_for(3).await;
        assert_eq!(receiver.received().len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_recovered() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::answering(|_, _| status(500)).await;
        let path = webhook(&acme, &receiver.url, &["component.published"]).await;
        let since = server.marketplace.now();
        for number in 0..3 {
            publish(&acme, &format!("skill-{number}")).await;
        }
        let failed = format!("{path}/deliveries?status=failed");
        until(&acme, &failed, |list| list["total"] == 3).await;
        receiver.answer(|_, _| status(200));
        let later = json!({"since": server.marketplace.now().to_string()});
        assert_eq!(acme.post(&format!("{path}/recover"), &later).await.expect(202), json!({"recovered": 0}));
        let since = json!({"since": since.to_string()});
        assert_eq!(acme.post(&format!("{path}/recover"), &since).await.expect(202), json!({"recovered": 3}));
        until(&acme, &format!("{path}/deliveries?status=delivered"), |list| list["total"] == 3).await;
        acme.post(&format!("{path}/recover"), &json!({"since": "yesterday"}))
            .await
            .expect_error(400, "INVALID_REQUEST");
    })
    .await;
}
