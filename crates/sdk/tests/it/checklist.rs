//! The integration guide's testing checklist: its eight lines, in order, against the test environment.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use atom_marketplace_sdk::types::{
    AgentPublish, EventData, EventType, MarketplaceType, TestLogin, TestRateLimit, WebhookCreate, WebhookScope,
};
use atom_marketplace_sdk::webhook::Verifier;
use atom_marketplace_sdk::{Client, Code};
use atom_marketplace_testkit::{Receiver, TestServer, each_db_async};
use serde_json::json;

const GUIDE: &str = include_str!("../../../../docs/INTEGRATION_GUIDE.md");
const TEST_SECRET: &str = "test-secret-key";
const SECRET: &str = "your-webhook-secret";

/// The lines of the checklist, as the guide prints them.
fn printed() -> impl Iterator<Item = &'static str> {
    let (_, rest) = GUIDE.split_once("### Testing Checklist\n").expect("a checklist");
    let section = rest.split("\n#").next().expect("its lines");
    section.lines().filter_map(|line| line.strip_prefix("- [ ] "))
}

fn client(url: &str, token: &str) -> Client {
    let builder = Client::builder().base_url(format!("{url}/api/test")).tenant_id("test-tenant-id");
    builder.api_token(token.to_owned()).build().expect("a client")
}

fn agent(description: &str) -> AgentPublish {
    let agent = json!({
        "agent_id": "my-agent", "marketplace_type": "private", "name": "My Agent", "description": description,
    });
    serde_json::from_value(agent).expect("an agent")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checklist() {
    each_db_async(async |db| {
        let server = TestServer::start_with_sandbox_and_jobs(&db).await;
        let receiver = Receiver::start().await;
        let test = client(&server.url, "test-api-token").test_environment(TEST_SECRET);
        let login = TestLogin { email: "test@example.com".to_owned(), password: "testpassword".to_owned() };
        let client = client(&server.url, &test.login(&login).await.unwrap().api_token);
        let mut done = 0;
        for line in printed() {
            match line {
                "Authentication works with API token" => authentication(&server.url, &client).await,
                "Can list marketplace components" => listing(&client).await,
                "Can publish test component to private marketplace" => publishing(&server.url, &client).await,
                "Can install component from marketplace" => installing(&client).await,
                "Webhook receives events correctly" => webhook(&client, &receiver).await,
                "Rate limiting is handled properly" => rate_limiting(&client).await,
                "Errors are caught and handled" => errors(&client).await,
                "Pagination works for large lists" => pagination(&client).await,
                _ => panic!("the checklist has a line that nothing here walks: {line}"),
            }
            done += 1;
        }
        assert_eq!(done, 8);
    })
    .await;
}

async fn authentication(url: &str, signed_in: &Client) {
    assert_eq!(signed_in.usage().await.unwrap().tenant_id, "test-tenant-id");
    assert_eq!(client(url, "test-api-token").usage().await.unwrap().tenant_id, "test-tenant-id");
    let error = client(url, "at_saas_wrong").usage().await.unwrap_err();
    assert_eq!((error.known_code(), error.status().map(|s| s.as_u16())), (Some(Code::Unauthenticated), Some(401)));
}

async fn listing(client: &Client) {
    let agents = client.agents().list().marketplace_type(MarketplaceType::Public).capability("sales").min_rating(4.0);
    let agents = agents.await.unwrap();
    assert!(!agents.items.is_empty());
    assert!(agents.items.iter().all(|agent| agent.average_rating.is_some_and(|rating| rating >= 4.0)));
    for page in [client.skills().list().await, client.canvases().list().await, client.domains().list().await] {
        assert!(!page.unwrap().items.is_empty());
    }
}

async fn publishing(url: &str, client: &Client) {
    let published = client.agents().publish(&agent("A first try.")).await.unwrap();
    assert_eq!((published.status.as_str(), published.version.as_str()), ("published", "1.0.0"));
    let nobody = Client::builder().base_url(format!("{url}/api/test")).build().unwrap();
    assert!(nobody.agents().get("my-agent").await.unwrap_err().is_not_found());
}

async fn installing(client: &Client) {
    let install = client.agents().install("sales_automation_agent").target_tenant_id("test-tenant-id");
    let install = install.api_key("salesforce", "a-key").setting("auto_approve", false).setting("max_daily_tasks", 100);
    assert_eq!(install.await.unwrap().status.as_str(), "installed");
    assert_eq!(client.agents().install("my-agent").await.unwrap().status.as_str(), "installed");
    let installed = client.installations().list().await.unwrap();
    let ids: BTreeSet<_> = installed.items.iter().map(|one| one.component_id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from(["my-agent", "sales_automation_agent"]));
}

async fn webhook(client: &Client, receiver: &Receiver) {
    let new = WebhookCreate {
        url: receiver.url.clone(),
        events: vec![EventType::ComponentInstalled, EventType::ComponentUpdated, EventType::ComponentRated],
        secret: Some(SECRET.to_owned()),
        scope: Some(WebhookScope::Tenant),
        description: None,
        rate_limit: None,
    };
    let made = client.webhooks().create(&new).await.unwrap();
    client.agents().publish(&agent("A second try.")).await.unwrap();
    client.agents().install("test-agent").await.unwrap();
    client.agents().rate("test-agent", 5, None).await.unwrap();
    let verifier = Verifier::new([SECRET]);
    let mut came = BTreeMap::new();
    for delivery in receiver.wait_for(3).await {
        let header = |name| delivery.header(name);
        assert!(verifier.verify(&delivery.body, header("x-atom-signature")));
        assert!(!verifier.verify(b"another body", header("x-atom-signature")));
        let standard = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let event = verifier.unwrap(&delivery.body, standard.0, standard.1, standard.2).unwrap();
        assert_eq!((event.event_type.as_str(), event.id.as_str()), (header("x-atom-event"), standard.0));
        came.insert(event.event_type.known().unwrap(), event.details());
    }
    let EventData::ComponentUpdated(updated) = &came[&EventType::ComponentUpdated] else { panic!("{came:?}") };
    assert_eq!((updated.component_id.as_str(), updated.version.as_str()), ("my-agent", "1.0.1"));
    let EventData::ComponentInstalled(installed) = &came[&EventType::ComponentInstalled] else { panic!("{came:?}") };
    assert_eq!((installed.component_id.as_str(), installed.tenant_id.as_str()), ("test-agent", "test-tenant-id"));
    let EventData::ComponentRated(rated) = &came[&EventType::ComponentRated] else { panic!("{came:?}") };
    assert_eq!((rated.component_id.as_str(), rated.rating), ("test-agent", 5));
    client.webhooks().delete(&made.webhook.id).await.unwrap();
}

async fn rate_limiting(client: &Client) {
    let test = client.test_environment(TEST_SECRET);
    let limit = |limit, window_seconds| TestRateLimit { limit, window_seconds };
    // A long wait is the program's to decide upon; a short one is waited for.
    test.set_rate_limit(&limit(Some(0), Some(60))).await.unwrap();
    let error = client.agents().list().await.unwrap_err();
    assert_eq!(error.known_code(), Some(Code::RateLimitExceeded));
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(50)), "{error}");
    test.set_rate_limit(&limit(Some(1), Some(1))).await.unwrap();
    for _ in 0..2 {
        assert_eq!(client.agents().list().await.unwrap().items.len(), 20);
    }
    test.set_rate_limit(&TestRateLimit::default()).await.unwrap();
}

async fn errors(client: &Client) {
    let error = client.agents().get("no-such-agent").await.unwrap_err();
    assert_eq!((error.known_code(), error.component_id()), (Some(Code::ComponentNotFound), Some("no-such-agent")));
    let error = client.agents().list().page_size(0).await.unwrap_err();
    assert_eq!(error.known_code(), Some(Code::InvalidRequest));
    assert_eq!(error.details()["fields"][0]["path"], "page_size", "{error}");
}

async fn pagination(client: &Client) {
    let list = || client.agents().list().marketplace_type(MarketplaceType::Public);
    let all = list().page_size(100).all().await.unwrap();
    let ids: BTreeSet<_> = all.iter().map(|agent| (&agent.source_tenant_id, &agent.id)).collect();
    let total = list().page_size(1).await.unwrap().total;
    assert_eq!((ids.len(), Some(all.len() as u64)), (all.len(), total.into()));
    assert!(all.len() > 250);
}
