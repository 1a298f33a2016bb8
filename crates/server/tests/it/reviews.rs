//! What is said about ratings: replies, flags, hiding; and that sums are what a recount gives.

use std::sync::Arc;

use atom_marketplace_protocol::ids::Kind::Skill;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_server::app::Numbers;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Scene, install};

fn rating(id: &str) -> String {
    format!("{}/rating", Skill.path_of(id))
}

fn reviews(id: &str) -> String {
    format!("{}/reviews", Skill.path_of(id))
}

/// The first review that a client sees.
async fn first(client: &Client, id: &str) -> Value {
    client.get(&reviews(id)).await.expect(200)["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_publisher_replies() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let one = scene.server.tenant("one", Plan::Free).await;
        let two = scene.server.tenant("two", Plan::Free).await;
        for id in ["s", "other"] {
            scene.publish(Skill, id, json!({})).await;
        }
        one.put(&rating("s"), &json!({ "rating": 2, "review": "Slow." })).await.expect(200);
        let review = first(&one, "s").await["id"].as_str().unwrap().to_owned();
        let reply = format!("{}/{review}/reply", reviews("s"));
        let text = json!({ "text": "Version 2 is faster." });
        for stranger in [&one, &two] {
            stranger.put(&reply, &text).await.expect_error(404, "COMPONENT_NOT_FOUND");
        }
        let reader = scene.server.token("acme", ScopeSet::of(&[Scope::ComponentsRead])).await;
        reader.put(&reply, &text).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        for body in
            [json!({}), json!({ "text": " " }), json!({ "text": "x".repeat(5_001) }), json!({ "text": "a\u{202e}b" })]
        {
            let details = scene.acme.put(&reply, &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], "text", "{body}");
        }
        for elsewhere in [format!("{}/{review}/reply", reviews("other")), format!("{}/rate_0/reply", reviews("s"))] {
            scene.acme.put(&elsewhere, &text).await.expect_error(404, "NOT_FOUND");
        }
        assert_eq!(scene.acme.put(&reply, &text).await.expect(200)["reply"]["text"], "Version 2 is faster.");
        assert_eq!(first(&scene.server.anonymous(), "s").await["reply"]["text"], "Version 2 is faster.");
        scene.acme.put(&reply, &json!({ "text": "It is out." })).await.expect(200);
        assert_eq!(first(&two, "s").await["reply"]["text"], "It is out.");
        for _ in 0..2 {
            assert_eq!(scene.acme.delete(&reply).await.expect(200)["reply"], Value::Null);
        }
        assert_eq!(first(&two, "s").await["reply"], Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_flagged_is_hidden_and_shown_again() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let one = scene.server.tenant("one", Plan::Free).await;
        let two = scene.server.tenant("two", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        one.put(&rating("s"), &json!({ "rating": 1, "review": "Buy theirs." })).await.expect(200);
        two.put(&rating("s"), &json!({ "rating": 5, "review": "Fine." })).await.expect(200);
        let flagged = "/api/admin/reviews?flagged=true";
        assert_eq!(scene.admin.get(flagged).await.expect(200)["total"], 0);
        let id = one.get(&rating("s")).await.expect(200)["mine"]["id"].as_str().unwrap().to_owned();
        let flag = format!("{}/{id}/flag", reviews("s"));
        one.post(&flag, &json!({ "reason": "?" })).await.expect_error(409, "CONFLICT");
        two.post(&flag, &json!({ "reason": "" })).await.expect_error(400, "INVALID_REQUEST");
        // Twice by one member is once; the last word stands.
        two.post(&flag, &json!({ "reason": "No." })).await.expect(204);
        two.post(&flag, &json!({ "reason": "It advertises." })).await.expect(204);
        scene.acme.post(&flag, &json!({ "reason": "Not about this." })).await.expect(204);
        let listed = scene.admin.get(flagged).await.expect(200);
        let item = &listed["items"][0];
        assert_eq!((&listed["total"], &item["flag_count"], &item["id"]), (&json!(1), &json!(2), &json!(id)));
        assert_eq!(
            (&item["author_tenant_id"], &item["component_id"], &item["source_tenant_id"]),
            (&json!("one"), &json!("s"), &json!("acme"))
        );
        let mut reasons: Vec<_> = item["flags"].as_array().unwrap().iter().map(|flag| flag["reason"].clone()).collect();
        reasons.sort_by_key(ToString::to_string);
        assert_eq!(reasons, ["It advertises.", "Not about this."]);

        let (hide, show) = (format!("/api/admin/reviews/{id}/hide"), format!("/api/admin/reviews/{id}/show"));
        scene.admin.post(&hide, &json!({})).await.expect_error(400, "INVALID_REQUEST");
        scene
            .admin
            .post("/api/admin/reviews/rate_0/hide", &json!({ "reason": "x" }))
            .await
            .expect_error(404, "NOT_FOUND");
        two.post(&hide, &json!({ "reason": "x" })).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        for reason in ["Advertising.", "Advertising, again."] {
            let hidden = scene.admin.post(&hide, &json!({ "reason": reason })).await.expect(200);
            assert_eq!((&hidden["hidden"], &hidden["flag_count"]), (&json!(true), &json!(0)));
        }
        let all = scene.server.anonymous().get(&rating("s")).await.expect(200);
        assert_eq!(
            (&all["average_rating"], &all["rating_count"], &all["histogram"]["1"]),
            (&json!(5.0), &json!(1), &json!(0))
        );
        assert_eq!(scene.server.anonymous().get(&reviews("s")).await.expect(200)["total"], 1);
        assert_eq!(scene.acme.get(&reviews("s")).await.expect(200)["total"], 1);
        let own = one.get(&reviews("s")).await.expect(200);
        assert_eq!((&own["total"], own["items"].as_array().unwrap().len()), (&json!(2), 2));
        assert_eq!(one.get(&rating("s")).await.expect(200)["mine"]["hidden_reason"], "Advertising, again.");
        let seen = scene.admin.get(&format!("{}?source_tenant_id=acme", reviews("s"))).await.expect(200);
        assert_eq!(seen["total"], 2);
        assert_eq!(scene.admin.get("/api/admin/reviews?hidden=true").await.expect(200)["total"], 1);
        // Neither another text nor another rating gets around it.
        one.put(&rating("s"), &json!({ "rating": 2, "review": "Buy theirs!" })).await.expect(200);
        one.delete(&rating("s")).await.expect(200);
        let again = one.put(&rating("s"), &json!({ "rating": 1, "review": "Buy theirs." })).await.expect(200);
        assert_eq!((&again["rating"], &again["rating_count"]), (&json!(1), &json!(1)));
        assert_eq!(scene.server.anonymous().get(&reviews("s")).await.expect(200)["total"], 1);
        scene.acme.post(&flag, &json!({ "reason": "gone" })).await.expect_error(404, "NOT_FOUND");

        scene.admin.post(&show, &json!({})).await.expect_error(404, "NOT_FOUND");
        let id = one.get(&rating("s")).await.expect(200)["mine"]["id"].as_str().unwrap().to_owned();
        let show = format!("/api/admin/reviews/{id}/show");
        for _ in 0..2 {
            let shown = scene.admin.post(&show, &json!({ "reason": "An appeal." })).await.expect(200);
            assert_eq!(shown["hidden"], false);
        }
        let all = scene.server.anonymous().get(&rating("s")).await.expect(200);
        assert_eq!((&all["average_rating"], &all["rating_count"]), (&json!(3.0), &json!(2)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_verifies_a_rating_and_an_uninstall_does_not_any_more() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let one = scene.server.tenant("one", Plan::Free).await;
        let two = scene.server.tenant("two", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        one.put(&rating("s"), &json!({ "rating": 1, "review": "Never tried it." })).await.expect(200);
        two.post(&install(Skill, "s"), &json!({})).await.expect(201);
        two.put(&rating("s"), &json!({ "rating": 4, "review": "Works." })).await.expect(200);
        let verified = async || {
            let all = scene.server.anonymous().get(&rating("s")).await.expect(200);
            (
                all["verified_average"].clone(),
                all["verified_count"].clone(),
                scene.number("s", "tenant_mean_count").await,
            )
        };
        assert_eq!(verified().await, (json!(4.0), json!(1), 1));
        let page = scene.server.anonymous().get(&reviews("s")).await.expect(200);
        let installed: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|item| item["installed"].clone()).collect();
        assert_eq!(installed, [true, false]);
        one.post(&install(Skill, "s"), &json!({})).await.expect(201);
        assert_eq!(verified().await, (json!(2.5), json!(2), 2));
        for client in [&one, &two] {
            client.delete(&install(Skill, "s")).await.expect(204);
        }
        assert_eq!(verified().await, (Value::Null, json!(0), 0));
        two.post(&install(Skill, "s"), &json!({})).await.expect(201);
        assert_eq!(verified().await, (json!(4.0), json!(1), 1));
        assert_eq!(scene.server.anonymous().get(&rating("s")).await.expect(200)["average_rating"], 2.5, "of all");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_wants_an_install_first() {
    each_db_async(|db| async move {
        let server = TestServer::node(db.db.clone(), |parts| {
            parts.numbers = Numbers { rating_requires_install: true, ..Numbers::default() };
        })
        .await;
        let scene = Scene { acme: server.tenant("acme", Plan::Free).await, admin: server.admin(), server };
        let one = scene.server.tenant("one", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        let refused = one.put(&rating("s"), &json!({ "rating": 5 })).await.expect_error(409, "CONFLICT");
        assert_eq!(refused["required"], "installation");
        one.post(&install(Skill, "s"), &json!({})).await.expect(201);
        one.put(&rating("s"), &json!({ "rating": 5 })).await.expect(200);
        one.delete(&install(Skill, "s")).await.expect(204);
        one.put(&rating("s"), &json!({ "rating": 1 })).await.expect_error(409, "CONFLICT");
        one.delete(&rating("s")).await.expect(200);
    })
    .await;
}

/// What happens to one component: by which of the authors, or of the tenants.
#[derive(Clone, Debug)]
enum Step {
    Rate(usize, i64),
    Unrate(usize),
    Install(usize),
    Uninstall(usize),
    Hide(usize),
    Show(usize),
}

const TENANTS: [&str; 3] = ["one", "two", "three"];

fn step() -> impl Strategy<Value = Step> {
    let (authors, tenants) = (0..2 * TENANTS.len(), 0..TENANTS.len());
    prop_oneof![
        4 => (authors.clone(), 1..=5_i64).prop_map(|(author, stars)| Step::Rate(author, stars)),
        1 => authors.clone().prop_map(Step::Unrate),
        2 => tenants.clone().prop_map(Step::Install),
        1 => tenants.prop_map(Step::Uninstall),
        1 => authors.clone().prop_map(Step::Hide),
        1 => authors.prop_map(Step::Show),
    ]
}

/// The numbers of a component: kept, and counted anew.
async fn kept_and_counted(scene: &Scene, id: &str) -> [Vec<f64>; 2] {
    const COUNTED: &str = "SELECT r.tenant_id, r.rating,
             EXISTS (SELECT 1 FROM installation i WHERE i.tenant_id = r.tenant_id AND i.component_id = r.component_id AND i.removed_at IS NULL)
         FROM rating r JOIN component c ON c.id = r.component_id
         WHERE c.slug = $1 AND NOT EXISTS (SELECT 1 FROM rating_hidden h
             WHERE h.component_id = r.component_id AND h.tenant_id = r.tenant_id AND h.author = r.author)";
    let slug = id.to_owned();
    let read = scene.server.marketplace.db.read(move |c| {
        let rows: Vec<(i64, i64, bool)> = c.all(COUNTED, atom_marketplace_db::args![&slug])?;
        let sums: (f64, i64) = c.one(
            "SELECT tenant_mean_sum, tenant_mean_count FROM component WHERE slug = $1",
            atom_marketplace_db::args![&slug],
        )?;
        Ok::<_, atom_marketplace_db::Error>((rows, sums))
    });
    let (rows, (mean_sum, mean_count)) = read.await.unwrap();
    let all = scene.server.anonymous().get(&rating(id)).await.expect(200);
    let number = |value: &Value| value.as_f64().unwrap_or(0.0);
    let mut kept = vec![number(&all["average_rating"]), number(&all["rating_count"])];
    kept.extend((1..=5).map(|star| number(&all["histogram"][star.to_string()])));
    kept.extend([number(&all["verified_average"]), number(&all["verified_count"]), mean_sum, mean_count as f64]);

    let mean =
        |stars: &[i64]| if stars.is_empty() { 0.0 } else { stars.iter().sum::<i64>() as f64 / stars.len() as f64 };
    let of = |wanted: &dyn Fn(&(i64, i64, bool)) -> bool| -> Vec<i64> {
        rows.iter().filter(|row| wanted(row)).map(|row| row.1).collect()
    };
    let (every, verified) = (of(&|_| true), of(&|row| row.2));
    let mut counted = vec![mean(&every), every.len() as f64];
    counted.extend((1..=5).map(|star| every.iter().filter(|stars| **stars == star).count() as f64));
    let tenants: std::collections::BTreeSet<i64> = rows.iter().filter(|row| row.2).map(|row| row.0).collect();
    let means: f64 = tenants.iter().map(|tenant| mean(&of(&|row| row.0 == *tenant))).sum();
    counted.extend([mean(&verified), verified.len() as f64, means, tenants.len() as f64]);
    [kept, counted]
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_are_what_a_recount_gives() {
    each_db_async(|db| async move {
        let scene = Arc::new(Scene::open(&db).await);
        let mut authors = Vec::new();
        for tenant in TENANTS {
            authors.push(scene.server.tenant(tenant, Plan::Enterprise).await);
            authors.push(scene.server.token(tenant, ScopeSet::ALL_TENANT).await);
        }
        let authors = Arc::new(authors);
        let now = tokio::runtime::Handle::current();
        let outcome = tokio::task::spawn_blocking(move || {
            let case = std::cell::Cell::new(0);
            let mut runner = TestRunner::new(Config {
                cases: 8,
                max_shrink_iters: 40,
                failure_persistence: None,
                ..Config::default()
            });
            runner.run(&proptest::collection::vec(step(), 1..40), |steps| {
                case.set(case.get() + 1);
                now.block_on(walk(&scene, &authors, &format!("s{}", case.get()), &steps))
            })
        });
        outcome.await.unwrap().unwrap_or_else(|failure| panic!("{failure}"));
    })
    .await;
}

async fn walk(scene: &Scene, authors: &[Client], id: &str, steps: &[Step]) -> Result<(), TestCaseError> {
    scene.publish(Skill, id, json!({})).await;
    for step in steps {
        let (client, method, path, body) = match *step {
            Step::Rate(author, stars) => (&authors[author], Method::PUT, rating(id), json!({ "rating": stars })),
            Step::Unrate(author) => (&authors[author], Method::DELETE, rating(id), Value::Null),
            Step::Install(tenant) => (&authors[2 * tenant], Method::POST, install(Skill, id), json!({})),
            Step::Uninstall(tenant) => (&authors[2 * tenant], Method::DELETE, install(Skill, id), Value::Null),
            Step::Hide(author) | Step::Show(author) => {
                let mine = authors[author].get(&rating(id)).await.expect(200)["mine"]["id"].clone();
                let Some(review) = mine.as_str() else { continue };
                let verb = if matches!(step, Step::Hide(_)) { "hide" } else { "show" };
                let path = format!("/api/admin/reviews/{review}/{verb}");
                (&scene.admin, Method::POST, path, json!({ "reason": "because" }))
            }
        };
        let answer = client.send(method, &path, Some(&body).filter(|body| !body.is_null())).await;
        prop_assert!(answer.status < 300 || (answer.status == 404 && matches!(step, Step::Uninstall(_))), "{:?}", step);
        let [kept, counted] = kept_and_counted(scene, id).await;
        let same = kept.iter().zip(&counted).all(|(kept, counted)| (kept - counted).abs() < 1e-5);
        prop_assert!(same, "after {:?}: kept {:?}, counted {:?}", step, kept, counted);
    }
    Ok(())
}
