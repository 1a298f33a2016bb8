//! A marketplace with a publisher, for the tests of what comes after publishing.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, TestDb, TestServer};
use serde_json::{Value, json};

pub(crate) struct Scene {
    pub(crate) server: TestServer,
    /// Publishes.
    pub(crate) acme: Client,
    pub(crate) admin: Client,
}

impl Scene {
    pub(crate) async fn open(db: &TestDb) -> Self {
        let server = TestServer::start(db).await;
        let (acme, admin) = (server.tenant("acme", Plan::Enterprise).await, server.admin());
        Scene { server, acme, admin }
    }

    /// Publishes to everyone, by acme, and approves it.
    pub(crate) async fn publish(&self, kind: Kind, id: &str, fields: Value) -> Value {
        self.publish_as(&self.acme, kind, id, fields).await
    }

    /// The same by another tenant.
    pub(crate) async fn publish_as(&self, publisher: &Client, kind: Kind, id: &str, fields: Value) -> Value {
        self.send(publisher, kind, id, "public", fields).await;
        let waiting = self.admin.get("/api/admin/submissions").await.expect(200);
        let mut approved = Value::Null;
        for submission in waiting["items"].as_array().unwrap() {
            let path = format!("/api/admin/submissions/{}/approve", submission["id"].as_str().unwrap());
            approved = self.admin.post(&path, &json!({})).await.expect(200);
        }
        approved
    }

    /// Publishes for acme and those it is shared with.
    pub(crate) async fn private(&self, kind: Kind, id: &str, fields: Value) -> Value {
        self.send(&self.acme, kind, id, "private", fields).await
    }

    async fn send(&self, publisher: &Client, kind: Kind, id: &str, marketplace: &str, fields: Value) -> Value {
        let mut body = json!({
            kind.id_field(): id, "marketplace_type": marketplace, "name": format!("The {id}"), "description": "Does things.",
        });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        publisher.post(&format!("{}/{}", kind.base(), kind.collection()), &body).await.expect(201)
    }

    /// What everyone reads of a number of the component, such as `install_count`, whatever route shows it.
    pub(crate) async fn number(&self, id: &str, column: &'static str) -> i64 {
        let id = id.to_owned();
        let sql = format!("SELECT {column} FROM component WHERE slug = $1");
        self.server
            .marketplace
            .db
            .read(move |c| c.one::<i64>(&sql, atom_marketplace_db::args![&id]))
            .await
            .expect("one component of that id")
    }
}

/// `/api/skill-marketplace/skills/{id}/install`
pub(crate) fn install(kind: Kind, id: &str) -> String {
    format!("{}/install", kind.path_of(id))
}

/// The ids in a list of objects.
pub(crate) fn ids(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}
