//! Ratings and reviews.

use atom_marketplace_protocol::ids::Kind::{self, Agent, Skill};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::each_db_async;
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Scene, ids, install};

fn rating(kind: Kind, id: &str) -> String {
    format!("{}/rating", kind.path_of(id))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_takes_the_place_of_the_one_before() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (one, two) = (scene.server.tenant("one", Plan::Free).await, scene.server.tenant("two", Plan::Free).await);
        for &kind in Kind::ALL {
            let id = format!("the_{kind}");
            scene.publish(kind, &id, json!({})).await;
            let path = rating(kind, &id);
            let alias = format!("{}/rate", kind.path_of(&id));
            let steps = [
                (
                    &one,
                    Method::PUT,
                    &path,
                    json!({ "rating": 5 }),
                    json!({ "rating": 5, "average_rating": 5.0, "rating_count": 1 }),
                ),
                (
                    &two,
                    Method::POST,
                    &alias,
                    json!({ "rating": 2 }),
                    json!({ "rating": 2, "average_rating": 3.5, "rating_count": 2 }),
                ),
                (
                    &one,
                    Method::PUT,
                    &path,
                    json!({ "rating": 3 }),
                    json!({ "rating": 3, "average_rating": 2.5, "rating_count": 2 }),
                ),
                (
                    &two,
                    Method::DELETE,
                    &path,
                    Value::Null,
                    json!({ "rating": null, "average_rating": 3.0, "rating_count": 1 }),
                ),
                (
                    &two,
                    Method::DELETE,
                    &path,
                    Value::Null,
                    json!({ "rating": null, "average_rating": 3.0, "rating_count": 1 }),
                ),
                (
                    &one,
                    Method::DELETE,
                    &path,
                    Value::Null,
                    json!({ "rating": null, "average_rating": null, "rating_count": 0 }),
                ),
            ];
            for (at, (client, method, path, body, expected)) in steps.into_iter().enumerate() {
                let answer = client.send(method, path, Some(&body).filter(|body| !body.is_null())).await;
                assert_eq!(answer.expect(200), expected, "{kind} step {at}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_rate_what() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let one = scene.server.tenant("one", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        scene.private(Skill, "hidden", json!({})).await;
        let path = rating(Skill, "s");
        scene.acme.put(&path, &json!({ "rating": 5 })).await.expect_error(409, "CONFLICT");
        scene.server.anonymous().put(&path, &json!({ "rating": 5 })).await.expect_error(401, "UNAUTHENTICATED");
        let reader = scene.server.token("one", ScopeSet::of(&[Scope::ComponentsRead])).await;
        let details = reader.put(&path, &json!({ "rating": 5 })).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["required_permission"], "components:rate");
        one.put(&rating(Skill, "hidden"), &json!({ "rating": 5 })).await.expect_error(404, "COMPONENT_NOT_FOUND");
        one.put(&rating(Agent, "s"), &json!({ "rating": 5 })).await.expect_error(404, "COMPONENT_NOT_FOUND");
        for (body, field) in [
            (json!({}), "rating"),
            (json!({ "rating": 0 }), "rating"),
            (json!({ "rating": 6 }), "rating"),
            (json!({ "rating": 4.5 }), "rating"),
            (json!({ "rating": "5" }), "rating"),
            (json!({ "rating": 5, "review": "x".repeat(5_001) }), "review"),
            (json!({ "rating": 5, "review": "in\u{202e}visible" }), "review"),
            (json!({ "rating": 5, "stars": 5 }), "stars"),
        ] {
            let details = one.put(&path, &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{body}");
        }
        one.put(&path, &json!({ "rating": 5, "review": "x".repeat(5_000) })).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_ratings_add_up_exactly() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.publish(Skill, "s", json!({})).await;
        let path = rating(Skill, "s");
        // A thousand changes of one mind, fifty at a time.
        let one = scene.server.tenant("one", Plan::Free).await;
        let tasks: Vec<_> = (0..50)
            .map(|task| {
                let (one, path) = (one.clone(), path.clone());
                tokio::spawn(async move {
                    for n in 0..20 {
                        let answer = loop {
                            let answer = one.put(&path, &json!({ "rating": (task + n) % 5 + 1 })).await;
                            // On PostgreSQL, where all write one row, some are told to come again.
                            if answer.status != 503 {
                                break answer.expect(200);
                            }
                        };
                        assert_eq!(answer["rating_count"], 1);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let rows = scene.server.marketplace.db.read(|c| c.one::<i64>("SELECT count(*) FROM rating", &[])).await;
        assert_eq!(rows.unwrap(), 1, "one member, one rating");
        let held = scene.server.anonymous().get(&path).await.expect(200);
        let (sum, count) = (1..=5_i64).fold((0, 0), |(sum, count), star| {
            let n = held["histogram"][star.to_string()].as_i64().unwrap();
            (sum + star * n, count + n)
        });
        assert_eq!((count, held["average_rating"].as_f64().unwrap()), (1, sum as f64), "{held}");
        one.post(&install(Skill, "s"), &json!({})).await.expect(201);
        let last = one.put(&path, &json!({ "rating": 4 })).await.expect(200);
        assert_eq!(last, json!({ "rating": 4, "average_rating": 4.0, "rating_count": 1 }));
        // And ten more authors of three tenants at once.
        let mut tasks = Vec::new();
        for n in 0..10 {
            let tenant = ["one", "two", "three"][n % 3];
            if n == 1 || n == 2 {
                let new = scene.server.tenant(tenant, Plan::Free).await;
                new.post(&install(Skill, "s"), &json!({})).await.expect(201);
            }
            let author = scene.server.token(tenant, ScopeSet::ALL_TENANT).await;
            let path = path.clone();
            tasks.push(tokio::spawn(async move {
                author.put(&path, &json!({ "rating": 1 })).await.expect(200);
                author.put(&path, &json!({ "rating": n % 5 + 1, "review": "fine" })).await.expect(200);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        // 4, and 1 2 3 4 5 1 2 3 4 5.
        assert_eq!((scene.number("s", "rating_sum").await, scene.number("s", "rating_count").await), (34, 11));
        assert_eq!(scene.number("s", "tenant_mean_count").await, 3);
        let means = scene
            .server
            .marketplace
            .db
            .read(|c| c.one::<(f64, f64)>("SELECT average, tenant_mean_sum FROM component", &[]))
            .await
            .unwrap();
        assert_eq!(means.0.to_bits(), (34.0_f64 / 11.0).to_bits());
        // One: 4 1 4 2 5; two: 2 5 3; three: 3 1 4.
        let expected = 16.0 / 5.0 + 10.0 / 3.0 + 8.0 / 3.0;
        assert!((means.1 - expected).abs() < 1e-5, "{means:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_tell_the_tenant_and_nothing_more() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.publish(Skill, "s", json!({})).await;
        let path = rating(Skill, "s");
        let mut authors = Vec::new();
        for (n, tenant) in ["one", "two", "three"].into_iter().enumerate() {
            let author = scene.server.tenant(tenant, Plan::Free).await;
            author.put(&path, &json!({ "rating": n + 1, "review": format!("Review\nof {tenant}") })).await.expect(200);
            authors.push(author);
        }
        scene.server.tenant("silent", Plan::Free).await.put(&path, &json!({ "rating": 5 })).await.expect(200);
        let reviews = format!("{}/reviews", Skill.path_of("s"));
        let page = scene.server.anonymous().get(&reviews).await.expect(200);
        assert_eq!(page["total"], 3);
        let authors_shown: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|item| item["author"].clone()).collect();
        assert_eq!(authors_shown, ["three", "two", "one"], "the latest first");
        assert!(page["items"].as_array().unwrap().iter().all(|item| item["mine"] == false));
        let text = page.to_string();
        assert!(!text.contains("token:") && !text.contains("tok_") && !text.contains("usr_"), "{text}");
        let mine = authors[1].get(&reviews).await.expect(200);
        let mine: Vec<_> =
            mine["items"].as_array().unwrap().iter().map(|item| item["mine"].as_bool().unwrap()).collect();
        assert_eq!(mine, [false, true, false]);
        // A change moves it to the front; a rating without words takes the review back.
        authors[0].put(&path, &json!({ "rating": 2, "review": "Changed my mind" })).await.expect(200);
        authors[1].put(&path, &json!({ "rating": 2, "review": " " })).await.expect(200);
        let page = scene.server.anonymous().get(&reviews).await.expect(200);
        assert_eq!((page["total"].clone(), page["items"][0]["review"].clone()), (json!(2), json!("Changed my mind")));
        let first = scene.server.anonymous().get(&format!("{reviews}?page_size=1")).await.expect(200);
        let next = format!("{reviews}?page_size=1&cursor={}", first["next_cursor"].as_str().unwrap());
        let second = scene.server.anonymous().get(&next).await.expect(200);
        assert_eq!((ids(&first["items"]).len(), ids(&second["items"]).len()), (1, 1));
        assert_ne!(ids(&first["items"]), ids(&second["items"]));
        scene.server.anonymous().get(&format!("{reviews}?page_size=0")).await.expect_error(400, "INVALID_REQUEST");
    })
    .await;
}
