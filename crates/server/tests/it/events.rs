//! Events without webhooks: the list, in order and without gaps, and the stream, which goes on where it was.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_sdk::Client as Sdk;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

async fn publish(client: &Client, id: &str) -> Value {
    let body = json!({"skill_id": id, "marketplace_type": "private", "name": id, "description": "Does things."});
    client.post("/api/skill-marketplace/skills", &body).await.expect(201)
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|event| event["data"]["component_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listed_in_order() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, other) = (server.tenant("acme", Plan::Team).await, server.tenant("other", Plan::Team).await);
        assert_eq!(
            acme.get("/api/events").await.expect(200),
            json!({"items": [], "has_more": false, "next_after": null})
        );
        for number in 0..5 {
            publish(&acme, &format!("s-{number}")).await;
        }
        let first = acme.get("/api/events?page_size=2").await.expect(200);
        assert_eq!((ids(&first), &first["has_more"]), (vec!["s-0".to_owned(), "s-1".to_owned()], &json!(true)));
        assert_eq!(first["next_after"], first["items"][1]["id"]);
        let rest = acme.get(&format!("/api/events?after={}", first["next_after"].as_str().unwrap())).await.expect(200);
        assert_eq!((ids(&rest), &rest["has_more"]), (["s-2", "s-3", "s-4"].map(str::to_owned).to_vec(), &json!(false)));
        let end = rest["next_after"].as_str().unwrap();
        let none = acme.get(&format!("/api/events?after={end}")).await.expect(200);
        assert_eq!(none, json!({"items": [], "has_more": false, "next_after": end}));
        assert_eq!(ids(&other.get("/api/events").await.expect(200)), [""; 0]);
        assert_eq!(ids(&acme.get("/api/events?scope=marketplace").await.expect(200)), [""; 0]);
        for bad in ["after=evt_0", "after=", "page_size=0", "page_size=101", "scope=all", "before=1"] {
            acme.get(&format!("/api/events?{bad}")).await.expect_error(400, "INVALID_REQUEST");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_followed_and_none_is_missed() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        publish(&acme, "before").await;
        let token = acme.bearer().unwrap();
        let sdk = Sdk::builder().base_url(format!("{}/api", server.url)).api_token(token).build().unwrap();
        let all = sdk.events().list(None).await.unwrap();
        let mut stream = sdk.events().stream(Some(&all.items[0].id));
        publish(&acme, "one").await;
        let one = stream.next().await.unwrap().unwrap();
        assert_eq!(one.data["component_id"], "one");
        publish(&acme, "two").await;
        assert_eq!(stream.next().await.unwrap().unwrap().data["component_id"], "two");
        // Another one goes on where this one was.
        let last = stream.last_event_id().unwrap().to_owned();
        drop(stream);
        publish(&acme, "three").await;
        let mut again = sdk.events().stream(Some(&last));
        assert_eq!(again.next().await.unwrap().unwrap().data["component_id"], "three");
        let error = sdk.events().stream(Some("evt_nothing")).next().await.unwrap_err();
        assert_eq!(error.code(), Some("INVALID_REQUEST"));
        // The server stops: its streams end at once.
        server.marketplace.outbox.close();
    })
    .await;
}
