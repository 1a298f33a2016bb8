//! Webhooks over real HTTP: who may have one, what it hears of, and what a receiver gets.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
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
