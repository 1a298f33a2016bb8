//! The pages of a tenant's settings over HTTP: who may see them, what they show in each state, and that every form does what the
//! API does, without a script.

use std::time::Duration;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_testkit::{Client, PASSWORD, Receiver, TestDb, TestServer, each_db_async, status};
use serde_json::{Value, json};

use crate::web::{ADA, Browser};

const HOME: &str = "/settings/webhooks";

/// A marketplace that delivers, with a tenant, and its owner's browser.
async fn scene(db: &TestDb) -> (TestServer, Client, Browser) {
    let server = TestServer::start_with_jobs(db).await;
    let acme = server.tenant("acme", Plan::Free).await;
    server.person("acme", ADA, Role::Owner).await;
    let ada = Browser::open(&server);
    ada.sign_in(ADA, PASSWORD, "/").await.leads_to("/");
    (server, acme, ada)
}

async fn publish(client: &Client, id: &str) {
    let body = json!({"skill_id": id, "marketplace_type": "private", "name": id, "description": "Does things."});
    client.post("/api/skill-marketplace/skills", &body).await.expect(201);
}

async fn until(client: &Client, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let answer = client.get(path).await.expect(200);
        if done(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} does not become what it should: {}", client.get(path).await.expect(200));
}

/// The id of the tenant's only webhook.
async fn only(client: &Client) -> String {
    client.get("/api/webhooks").await.expect(200)["items"][0]["id"].as_str().expect("a webhook").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_for_those_who_manage_them() {
    each_db_async(|db| async move {
        let (server, acme, ada) = scene(&db).await;
        let nobody = Browser::open(&server);
        nobody.get(HOME).await.leads_to("/login?next=%2Fsettings%2Fwebhooks");
        ada.get("/settings").await.leads_to(HOME);
        ada.get(HOME).await.expect(200, &["Nobody is told yet", "New webhook", "Settings"]);
        let made = acme
            .post("/api/webhooks", &json!({"url": "https://a.example/", "events": ["component.rated"]}))
            .await
            .expect(201);
        let path = format!("{HOME}/{}", made["id"].as_str().unwrap());
        let member = Browser::open(&server);
        server.person("acme", "mel@acme.example", Role::Publisher).await;
        member.sign_in("mel@acme.example", PASSWORD, "/").await.leads_to("/");
        // Another tenant's owner has no such webhook.
        server.tenant("globex", Plan::Free).await;
        server.person("globex", "gus@globex.example", Role::Owner).await;
        let other = Browser::open(&server);
        other.sign_in("gus@globex.example", PASSWORD, "/").await.leads_to("/");
        for place in [&path, &format!("{path}/edit"), &format!("{path}/deliveries/dlv_1")] {
            member.get(place).await.expect(403, &["admins and owners"]);
            assert_eq!(other.get(place).await.status, 404, "{place}");
            assert_eq!(nobody.get(place).await.status, 303, "{place}");
        }
        for action in ["edit", "status", "test", "recover", "rotate", "delete", "deliveries/dlv_1/redeliver"] {
            let place = format!("{path}/{action}");
            // A token of their own proves the form; what it asks for is not theirs.
            let fields = [
                ("status", "paused"),
                ("confirm", "yes"),
                ("url", "https://b.example/"),
                ("events", "component.rated"),
            ];
            other.post(&format!("{HOME}/new"), &place, &fields).await.expect(404, &["Not found"]);
            member.post("/logout", &place, &fields).await.expect(403, &["admins and owners"]);
            ada.post_bare(&place, &fields).await.expect(403, &["load the page again"]);
        }
        let shown = acme.get(&format!("/api/webhooks/{}", made["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&shown["status"], &shown["url"]), (&json!("active"), &json!("https://a.example/")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_looked_at_and_ended_without_a_script() {
    each_db_async(|db| async move {
        let (_server, acme, ada) = scene(&db).await;
        let receiver = Receiver::start().await;
        let new = format!("{HOME}/new");
        // What is wrong stands beside its field, and nothing typed is lost but the secret.
        let refused =
            [("url", "http://10.0.0.1/<b>"), ("description", "Ours"), ("secret", "short-one"), ("rate_limit", "x")];
        let page = ada.post(&new, HOME, &refused).await;
        page.expect(400, &["Give a number of deliveries", "value=\"http://10.0.0.1/&lt;b&gt;\"", "value=\"Ours\""]);
        assert!(!page.text.contains("short-one"));
        let page = ada.post(&new, HOME, &refused[..3]).await;
        page.expect(400, &["is not a public address", "Name at least one type of event.", "A secret is 12 to 256"]);
        let fields = [
            ("url", receiver.url.as_str()),
            ("description", "<i>Ours</i>"),
            ("events", "component.published"),
            ("events", "component.rated"),
            ("scope", "tenant"),
        ];
        let made = ada.post(&new, HOME, &fields).await;
        made.expect(201, &["whsec_", "shown this once"]);
        let path = format!("{HOME}/{}", only(&acme).await);
        let shown = ada.get(&path).await;
        shown.expect(200, &["&lt;i&gt;Ours&lt;/i&gt;", "Active", "Nothing was sent yet", "component.rated"]);
        assert!(!shown.text.contains("whsec_") && !shown.text.contains("<i>"));

        let tested = ada.post(&path, &format!("{path}/test"), &[("event", "component.approved")]).await;
        let delivery = tested.header("location").expect("a redirect").to_owned();
        receiver.wait_for(1).await;
        let api = delivery.replace("/settings", "/api");
        until(&acme, &api, |detail| detail["status"] == "delivered").await;
        ada.get(&delivery).await.expect(200, &["Delivered", "Try 1", "204", "webhook-id: evt_", "crm-lookup"]);
        ada.post(&delivery, &format!("{delivery}/redeliver"), &[]).await.leads_to(&delivery);
        receiver.wait_for(2).await;
        until(&acme, &api, |detail| detail["attempt_count"] == 2 && detail["status"] == "delivered").await;
        ada.get(&delivery).await.expect(200, &["Try 2"]);
        // Charts with words and a table, and the list with its figures.
        let page = ada.get(&path).await;
        page.expect(200, &["<svg", "aria-labelledby=\"outcome-title outcome-about\"", "The figures", "100 %"]);
        ada.get(HOME).await.expect(200, &["100 %", "1 webhook of 2"]);

        let rotated = ada.post(&path, &format!("{path}/rotate"), &[("grace_period_seconds", "3600")]).await;
        rotated.expect(200, &["whsec_", "ends", "in "]);
        let change = [
            ("url", receiver.url.as_str()),
            ("description", ""),
            ("events", "component.published"),
            ("rate_limit", "9"),
        ];
        ada.get(&format!("{path}/edit")).await.expect(200, &["value=\"component.rated\" checked"]);
        ada.post(&format!("{path}/edit"), &format!("{path}/edit"), &change).await.leads_to(&path);
        ada.get(&path).await.expect(200, &["9 a second"]);
        ada.post(&path, &format!("{path}/status"), &[("status", "paused")]).await.leads_to(&path);
        publish(&acme, "one").await;
        ada.get(&path).await.expect(200, &["It is paused.", "1 delivery wait"]);
        ada.post(&path, &format!("{path}/test"), &[("event", "component.rated")])
            .await
            .expect(409, &["The webhook is paused"]);
        ada.post(&path, &format!("{path}/status"), &[("status", "active")]).await.leads_to(&path);
        receiver.wait_for(3).await;
        ada.post(&path, &format!("{path}/delete"), &[]).await.expect(400, &["Say that you mean it"]);
        ada.post(&path, &format!("{path}/delete"), &[("confirm", "yes")]).await.leads_to(HOME);
        ada.get(&path).await.expect(404, &["Not found"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_webhook_says_why_and_what_to_do() {
    each_db_async(|db| async move {
        let (server, acme, ada) = scene(&db).await;
        let receiver = Receiver::answering(|_, _| status(410)).await;
        let failing = Receiver::answering(|_, _| status(500)).await;
        let make = async |url: &str| {
            let body = json!({"url": url, "events": ["component.published"]});
            acme.post("/api/webhooks", &body).await.expect(201)["id"].as_str().unwrap().to_owned()
        };
        let (gone, fails) = (make(&receiver.url).await, make(&failing.url).await);
        publish(&acme, "one").await;
        until(&acme, &format!("/api/webhooks/{gone}"), |shown| shown["status"] == "disabled").await;
        until(&acme, &format!("/api/webhooks/{fails}/deliveries?status=failed"), |list| list["total"] == 1).await;
        ada.get(HOME).await.expect(200, &["Disabled", "Failing", "0 %", "To make another, delete one"]);
        let path = format!("{HOME}/{gone}");
        ada.get(&path).await.expect(200, &["410 Gone", "1 delivery wait", "Make it active"]);
        receiver.answer(|_, _| status(200));
        ada.post(&path, &format!("{path}/status"), &[("status", "active")]).await.leads_to(&path);
        until(&acme, &format!("/api/webhooks/{gone}/deliveries?status=delivered"), |list| list["total"] == 1).await;

        let path = format!("{HOME}/{fails}");
        ada.get(&path).await.expect(200, &["Its deliveries fail", "Given up", "500"]);
        ada.get(&format!("{path}?status=delivered")).await.expect(200, &["There are none of these."]);
        ada.get(&format!("{path}?status=lost")).await.expect(400, &["nothing called"]);
        failing.answer(|_, _| status(200));
        let recovered = ada.post(&path, &format!("{path}/recover"), &[("since", "24")]).await;
        recovered.leads_to(&format!("{path}?recovered=1"));
        ada.get(&format!("{path}?recovered=1")).await.expect(200, &["1 failed delivery queued again."]);
        until(&acme, &format!("/api/webhooks/{fails}/deliveries?status=delivered"), |list| list["total"] == 1).await;
        drop(server);
    })
    .await;
}
