//! `webhook …`: the real binary against a real server and a real receiver.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_sdk::webhook::Verifier;
use atom_marketplace_testkit::{Receiver, TestServer, each_db_async, status};
use serde_json::{Value, json};

use crate::program::Machine;

const SECRET: &str = "your-webhook-secret";

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_made_tried_and_mended() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let base_url = format!("{}/api", server.url);
        let machine =
            Machine::new().with("ATOM_BASE_URL", &base_url).with("ATOM_API_TOKEN", acme.bearer().expect("a token"));
        let receiver = Receiver::start().await;
        let made = machine.run(&["webhook", "create", &receiver.url, "--event", "component.published"]).await.ok();
        let (id, secret) = made.trim().split_once('\n').expect("an id and a secret");
        assert!(id.starts_with("whk_") && secret.starts_with("whsec_"), "{made}");
        assert!(machine.run(&["webhook", "list"]).await.ok().contains(&receiver.url));

        assert_eq!(machine.run(&["webhook", "test", id]).await.ok(), "Delivered: 204.\n");
        assert!(
            Verifier::new([secret])
                .verify(&receiver.received()[0].body, receiver.received()[0].header("x-atom-signature"))
        );
        let listed: Value =
            serde_json::from_str(&machine.run(&["webhook", "deliveries", id, "--json"]).await.ok()).expect("JSON");
        let delivery = listed["items"][0]["id"].as_str().expect("a delivery").to_owned();
        machine.run(&["webhook", "redeliver", id, &delivery]).await.ok();
        receiver.wait_for(2).await;

        machine.run(&["webhook", "pause", id]).await.ok();
        assert!(machine.run(&["webhook", "list"]).await.ok().contains("paused"));
        machine.run(&["webhook", "resume", id]).await.ok();
        let rotated = machine.run(&["webhook", "rotate", id, "--grace", "60"]).await.ok();
        assert!(rotated.contains("whsec_") && !rotated.contains(secret), "{rotated}");
        receiver.answer(|_, _| status(500));
        let refused = machine.run(&["webhook", "test", id]).await;
        assert!(refused.stderr.contains("500"), "{}", refused.stderr);
        machine.run(&["webhook", "recover", id, "--since", "2020-01-01T00:00:00Z"]).await.ok();
        assert_eq!(machine.run(&["webhook", "delete", id]).await.ok(), "Deleted.\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_to_a_program_on_this_machine() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::start().await;
        let publish = |id: &'static str| {
            let body =
                json!({"skill_id": id, "marketplace_type": "private", "name": id, "description": "Does things."});
            let acme = acme.clone();
            async move { acme.post("/api/skill-marketplace/skills", &body).await.expect(201) }
        };
        publish("one").await;
        let first = acme.get("/api/events").await.expect(200)["items"][0]["id"].as_str().expect("an event").to_owned();
        publish("two").await;
        publish("three").await;
        let base_url = format!("{}/api", server.url);
        let machine =
            Machine::new().with("ATOM_BASE_URL", &base_url).with("ATOM_API_TOKEN", acme.bearer().expect("a token"));
        let said = machine
            .run(&["webhook", "listen", "--to", &receiver.url, "--secret", SECRET, "--after", &first, "--count", "2"])
            .await
            .ok();
        assert_eq!(said.matches("component.published → 204").count(), 2, "{said}");
        let came = receiver.wait_for(2).await;
        for (came, id) in came.iter().zip(["two", "three"]) {
            assert_eq!(came.json()["data"]["component_id"], id);
            assert!(Verifier::new([SECRET]).verify(&came.body, came.header("x-atom-signature")));
        }
    })
    .await;
}
