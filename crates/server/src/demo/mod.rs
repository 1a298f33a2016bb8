//! `serve --demo`: an example catalog that is worth browsing, in an empty database.
//!
//! It goes through the API as any publisher, reviewer and installer does, so that it can hold nothing that could not have
//! come about by itself. What it makes is always the same, and every step may be repeated: a start that was cut short is
//! completed by the next one. The tenant `demo` is made last, and says that all is there.

mod api;
mod catalog;
mod content;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use atom_marketplace_protocol::ids::Kind;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use api::{Failure, collection};
use catalog::{Item, TENANTS};

pub use api::Api;

/// The tenant whose token is printed.
pub const TENANT: &str = "demo";

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeded {
    /// The catalog was made.
    Now {
        /// Components published, those that wait for review included.
        components: usize,
    },
    /// It was there.
    Before,
    /// The database has other data, and is left alone.
    NotEmpty,
}

/// The catalog, made at the first use.
static ITEMS: LazyLock<Vec<Item>> = LazyLock::new(catalog::items);

/// Fills an empty database.
pub async fn seed(api: &Api) -> Result<Seeded, Failure> {
    let tenants = api.all("/api/admin/tenants?page_size=100").await?;
    let there: BTreeSet<&str> = tenants.iter().filter_map(|tenant| tenant["id"].as_str()).collect();
    if there.contains(TENANT) {
        return Ok(Seeded::Before);
    }
    if there.iter().any(|id| TENANTS.iter().all(|(ours, _)| ours != id)) {
        return Ok(Seeded::NotEmpty);
    }
    for (id, name) in TENANTS {
        if !there.contains(id) {
            make_tenant(api, id, name, "enterprise").await?;
        }
    }
    let items: &'static [Item] = &ITEMS;
    // What others need comes first: a public component's dependencies must be public.
    let (needed, needing): (Vec<&'static Item>, Vec<&'static Item>) =
        items.iter().partition(|item| item.dependency.is_none());
    for wave in [needed, needing] {
        publish(api, wave.iter().map(|item| (*item, 0)).collect()).await?;
        approve(api, items).await?;
    }
    for version in 1..catalog::MOST_VERSIONS {
        publish(api, items.iter().filter(|item| version < item.versions).map(|item| (item, version)).collect()).await?;
        approve(api, items).await?;
    }
    use_them(api, items).await?;
    make_tenant(api, TENANT, "Demo Workspace", "team").await?;
    Ok(Seeded::Now { components: items.len() })
}

/// A new token of the demo tenant that lasts a month.
pub async fn token(api: &Api, now: atom_marketplace_db::Timestamp) -> Result<String, Failure> {
    let expires_at = now.plus(std::time::Duration::from_hours(30 * 24));
    let body = json!({ "name": "serve --demo", "expires_at": expires_at });
    let made = api.call(Method::POST, &format!("/api/admin/tenants/{TENANT}/tokens"), None, Some(&body)).await?;
    made["token"].as_str().map(str::to_owned).ok_or_else(|| "the answer holds no token".to_owned())
}

/// A submission that waits, to try approving on.
pub async fn waiting(api: &Api) -> Result<Option<String>, Failure> {
    let page = api.call(Method::GET, "/api/admin/submissions?status=pending_review&page_size=1", None, None).await?;
    Ok(page["items"][0]["id"].as_str().map(str::to_owned))
}

async fn make_tenant(api: &Api, id: &str, name: &str, plan: &str) -> Result<(), Failure> {
    let body = json!({ "id": id, "name": name, "plan": plan });
    api.call(Method::POST, "/api/admin/tenants", None, Some(&body)).await.map(drop)
}

/// Publishes a version of each; the content that is there already is no new version.
async fn publish(api: &Api, wave: Vec<(&'static Item, usize)>) -> Result<(), Failure> {
    each(api, wave, |api, (item, version)| async move {
        let body = content::publication(item, version);
        let (status, answer) = api.ask(Method::POST, &collection(item.kind), Some(item.tenant), Some(&body)).await?;
        // A later version is there already when an interrupted start is completed.
        let there = status == StatusCode::CONFLICT && answer["error"]["code"] == "VERSION_EXISTS";
        if status.is_success() || there {
            Ok(())
        } else {
            Err(format!("{} {}: {status}: {answer}", item.kind, item.id))
        }
    })
    .await
}

/// Approves what waits, except for what is to go on waiting.
async fn approve(api: &Api, items: &[Item]) -> Result<(), Failure> {
    let waiting = api.all("/api/admin/submissions?status=pending_review&page_size=100").await?;
    let stays = |submission: &Value| {
        items.iter().any(|item| {
            item.waits
                && submission["component_id"] == *item.id
                && submission["component_type"] == item.kind.as_str()
                && submission["source_tenant_id"] == item.tenant
        })
    };
    let decided = waiting.into_iter().filter(|submission| !stays(submission)).collect();
    each(api, decided, |api, submission: Value| async move {
        let id = submission["id"].as_str().unwrap_or_default();
        let body = json!({ "digest": submission["digest"] });
        api.call(Method::POST, &format!("/api/admin/submissions/{id}/approve"), None, Some(&body)).await.map(drop)
    })
    .await
}

/// The other tenants install and rate.
async fn use_them(api: &Api, items: &'static [Item]) -> Result<(), Failure> {
    let mut installs = Vec::new();
    let mut ratings = Vec::new();
    for item in items.iter().filter(|item| !item.waits) {
        for (tenant, _) in TENANTS.iter().filter(|(tenant, _)| *tenant != item.tenant) {
            if item.installed_by(tenant) {
                installs.push((item, *tenant));
            }
            if let Some(rating) = item.rated_by(tenant) {
                ratings.push((item, *tenant, rating));
            }
        }
    }
    each(api, installs, |api, (item, tenant)| async move {
        let path = format!("{}/{}/install", collection(item.kind), item.id);
        let body = json!({ "source_tenant_id": item.tenant, "auto_install_dependencies": true });
        api.call(Method::POST, &path, Some(tenant), Some(&body)).await.map(drop)
    })
    .await?;
    each(api, ratings, |api, (item, tenant, rating)| async move {
        let path = format!("{}/{}/rating?source_tenant_id={}", collection(item.kind), item.id, item.tenant);
        let body = content::rating(item, tenant, rating);
        let (status, answer) = api.ask(Method::PUT, &path, Some(tenant), Some(&body)).await?;
        // Some rate what they only tried, unless the operator wants an install first.
        if status.is_success() || answer["error"]["details"]["required"] == "installation" {
            Ok(())
        } else {
            Err(format!("{path}: {status}: {answer}"))
        }
    })
    .await
}

/// Does it for all, several at a time; the first failure ends it.
async fn each<T, Done>(api: &Api, all: Vec<T>, one: impl Fn(Api, T) -> Done) -> Result<(), Failure>
where
    Done: Future<Output = Result<(), Failure>>,
{
    let mut running = FuturesUnordered::new();
    for item in all {
        if running.len() == api.at_once {
            running.next().await.transpose()?;
        }
        running.push(one(api.clone(), item));
    }
    while let Some(done) = running.next().await {
        done?;
    }
    Ok(())
}

/// The kinds by their names in the catalog's text.
fn kind(word: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.as_str() == word)
}

#[cfg(test)]
mod tests;
