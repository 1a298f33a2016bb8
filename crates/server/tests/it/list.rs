//! Lists: filters, orders, pages, and whose components are in them.

use std::collections::BTreeSet;

use atom_marketplace_db::args;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::seed::{Seed, agent, seed};

const AGENTS: &str = "/api/agent-marketplace/agents";

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

async fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("{AGENTS}?{query}")).await.expect(200);
    assert_eq!(page["total"].as_u64(), Some(ids(&page).len() as u64), "{query}");
    ids(&page).into_iter().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_narrows() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        for tenant in ["acme", "beta"] {
            server.tenant(tenant, Plan::Free).await;
        }
        seed(
            &server,
            vec![
                agent("acme", "a")
                    .with("category", "sales")
                    .with("tags", json!(["CRM", "eu"]))
                    .with("capabilities", json!(["email"]))
                    .rated(&[5, 4]),
                agent("acme", "b")
                    .with("category", "sales")
                    .with("tags", json!(["crm"]))
                    .with("capabilities", json!(["email", "Calls"]))
                    .rated(&[3]),
                agent("beta", "c")
                    .with("category", "support")
                    .with("tags", json!(["crm", "eu"]))
                    .with("pricing_tier", "team"),
                agent("beta", "d").with("maturity_level", "intern").with("capabilities", json!(["calls"])).rated(&[1]),
                agent("beta", "skill").kind(Kind::Skill),
            ],
        )
        .await;
        let client = server.anonymous();
        for (query, expected) in [
            ("", "abcd"),
            ("marketplace_type=public", "abcd"),
            ("marketplace_type=private", ""),
            ("category=sales", "ab"),
            ("category=Sales", ""),
            ("tag=crm", "abc"),
            ("tag=CRM&tag=EU", "ac"),
            ("capability=email", "ab"),
            ("capability=email&capability=calls", "b"),
            ("capability=email&tag=eu", "a"),
            ("capability=fly", ""),
            ("min_rating=4.5", "a"),
            ("min_rating=3", "ab"),
            ("min_rating=0", "abd"),
            ("pricing_tier=team", "c"),
            ("maturity_level=intern", "d"),
            ("publisher=acme", "ab"),
            ("publisher=nobody", ""),
            ("publisher=beta&tag=crm", "c"),
            ("category=sales&min_rating=4", "a"),
            ("category=sales&capability=calls", "b"),
            ("tag=crm&min_rating=2&pricing_tier=free", "ab"),
        ] {
            let expected: BTreeSet<String> = expected.chars().map(String::from).collect();
            for sort in ["popular", "rating", "updated", "created", "name"] {
                let query = format!("{query}&sort={sort}");
                assert_eq!(listed(&client, &query).await.into_iter().collect::<BTreeSet<_>>(), expected, "{query}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_is_as_it_says() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        let of = |id: &str, name: &str| {
            agent("acme", id).with("name", name).with("tags", json!(["all"])).with("category", "one")
        };
        seed(
            &server,
            vec![
                of("a", "Éclair").rated(&[4]).installs(10).at(1_000_000_300),
                of("b", "apple").rated(&[5]).at(1_000_000_100),
                of("c", "Zebra").installs(100_000).at(1_000_000_200),
                of("d", "banana").rated(&[2]).at(1_000_000_100),
                of("e", "apple").at(1_000_000_400),
            ],
        )
        .await;
        for narrowing in ["", "&tag=all", "&category=one", "&publisher=acme"] {
            for (sort, expected) in [
                ("popular", "cabed"),
                ("rating", "badec"),
                ("updated", "eacdb"),
                ("created", "edcba"),
                ("name", "bedac"),
            ] {
                let found = listed(&server.anonymous(), &format!("sort={sort}{narrowing}")).await.concat();
                if sort == "popular" {
                    assert!(found.starts_with("ca"), "{found}{narrowing}");
                } else {
                    assert_eq!(found, expected, "{sort}{narrowing}");
                }
            }
        }
    })
    .await;
}

/// Everything a walk finds, by page and then by cursor.
async fn walk(client: &Client, query: &str, size: usize) -> [Vec<String>; 2] {
    let mut found = [Vec::new(), Vec::new()];
    let mut page = 1;
    loop {
        let answer = client.get(&format!("{AGENTS}?{query}&page_size={size}&page={page}")).await.expect(200);
        found[0].extend(ids(&answer).into_iter().map(str::to_owned));
        assert_eq!(answer["has_more"].as_bool(), Some((answer["total"].as_u64().unwrap() as usize) > found[0].len()));
        if ids(&answer).len() < size {
            break;
        }
        page += 1;
    }
    let mut cursor = String::new();
    loop {
        let answer = client.get(&format!("{AGENTS}?{query}&page_size={size}{cursor}")).await.expect(200);
        found[1].extend(ids(&answer).into_iter().map(str::to_owned));
        match answer["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_cursors_give_every_component_once() {
    each_db_async(|db| async move {
        for count in [0, 1, 99, 100, 101, 250] {
            let server = TestServer::start(&db).await;
            let tenant = format!("acme-{count}");
            let acme = server.tenant(&tenant, Plan::Free).await;
            // Many ties in every order, and a third that only the tenant sees.
            let seeds: Vec<Seed> = (0..count)
                .map(|n| {
                    let one = agent(&tenant, &format!("a{n}"))
                        .with("name", format!("n{}", n % 7))
                        .with("tags", json!(["all"]));
                    let one = one.at(1_700_000_000 + n % 5).rated(if n % 2 == 0 { &[3, 4] } else { &[] });
                    if n % 3 == 0 { one.private() } else { one }
                })
                .collect();
            let public = seeds.iter().filter(|one| one.public).count();
            seed(&server, seeds).await;
            for sort in ["popular", "rating", "updated", "created", "name"] {
                for (client, total) in [(&server.anonymous(), public), (&acme, count as usize)] {
                    for extra in ["", "&tag=all"] {
                        let query = format!("sort={sort}&publisher={tenant}{extra}");
                        for size in [100, 7] {
                            if size == 7 && count != 101 {
                                continue;
                            }
                            let [paged, walked] = walk(client, &query, size).await;
                            assert_eq!(paged, walked, "{query}");
                            assert_eq!(paged.iter().collect::<BTreeSet<_>>().len(), total, "{query}");
                            assert_eq!(paged.len(), total, "{query}");
                        }
                    }
                }
            }
            if count == 101 {
                let [paged, walked] = walk(&acme, "sort=popular", 7).await;
                assert_eq!(paged, walked);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_others_shows_anywhere() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let beta = server.tenant("beta", Plan::Free).await;
        let other = server.tenant("other", Plan::Free).await;
        let base = |id: &str| agent("acme", id).with("tags", json!(["secret"])).with("category", "secret");
        let keys = seed(
            &server,
            vec![
                agent("other", "needed"),
                base("public"),
                base("private").private(),
                base("shared").shared("beta"),
                base("waiting").status("pending_review"),
                base("hidden").status("quarantined"),
                base("gone").status("withdrawn"),
                base("gone_private").shared("beta").status("withdrawn"),
            ],
        )
        .await;
        server
            .marketplace
            .db
            .write(move |c| {
                for key in &keys[1..] {
                    c.execute(
                        "INSERT INTO component_dependency (version_id, position, component_id, target_id, target_kind, target_slug, requirement, optional)
                         SELECT c.head_version_id, 0, c.id, CAST($2 AS BIGINT), 1, 'needed', '*', 0 FROM component c WHERE c.id = $1",
                        args![*key, keys[0]],
                    )?;
                }
                Ok::<_, atom_marketplace_db::Error>(())
            })
            .await
            .unwrap();
        let all = ["public", "private", "shared", "waiting", "hidden"];
        for (client, seen) in [
            (&server.anonymous(), &["public"][..]),
            (&other, &["public"]),
            (&beta, &["public", "shared"]),
            (&acme, &all),
            (&server.admin(), &["public"]),
            (&server.admin_for("acme"), &all),
        ] {
            let seen: BTreeSet<String> = seen.iter().map(ToString::to_string).collect();
            for query in ["tag=secret", "category=secret", "publisher=acme", "publisher=acme&tag=secret"] {
                for sort in ["popular", "rating", "updated", "created", "name"] {
                    let found = listed(client, &format!("{query}&sort={sort}")).await;
                    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), seen, "{query} {sort}");
                }
            }
            let private = listed(client, "marketplace_type=private").await.into_iter().collect::<BTreeSet<_>>();
            assert_eq!(private, seen.iter().filter(|id| ["private", "shared"].contains(&id.as_str())).cloned().collect());
            let categories = client.get("/api/agent-marketplace/categories").await.expect(200);
            assert_eq!(categories, json!([{"category": "secret", "count": seen.len()}]));
            let dependents = client.get(&format!("{AGENTS}/needed/dependents?page_size=2")).await.expect(200);
            assert_eq!(dependents["total"], seen.len());
            let mut found: Vec<String> = ids(&dependents).into_iter().map(str::to_owned).collect();
            let mut next = dependents["next_cursor"].as_str().map(str::to_owned);
            while let Some(cursor) = next {
                let more = client.get(&format!("{AGENTS}/needed/dependents?page_size=2&cursor={cursor}")).await.expect(200);
                found.extend(ids(&more).into_iter().map(str::to_owned));
                next = more["next_cursor"].as_str().map(str::to_owned);
            }
            assert_eq!(found.len(), seen.len());
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), seen);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_name_the_pages_around() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        seed(&server, (0..5).map(|n| agent("acme", &format!("a{n}")).kind(Kind::Canvas)).collect()).await;
        let base = "/api/canvas-marketplace/canvases";
        let answer = server.anonymous().get(&format!("{base}?page_size=2&page=2&sort=name")).await;
        let link = answer.header("link").expect("links");
        assert_eq!(
            link,
            format!(
                "<{base}?sort=name&page_size=2&page=1>; rel=\"first\", <{base}?sort=name&page_size=2&page=1>; rel=\"prev\", \
                 <{base}?sort=name&page_size=2&page=3>; rel=\"next\""
            )
        );
        let last = server.anonymous().get(&format!("{base}?page_size=2&page=3&sort=name")).await;
        assert!(!last.header("link").expect("links").contains("next"));
        let beyond = server.anonymous().get(&format!("{base}?page_size=2&page=9")).await.expect(200);
        assert_eq!((beyond["items"].as_array().map(Vec::len), &beyond["total"]), (Some(0), &json!(5)));
        let components = server.anonymous().get("/api/canvas-marketplace/components").await.expect(200);
        assert_eq!(components["total"], 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let client = server.anonymous();
        let long = "x".repeat(65);
        let many = (0..30).map(|n| format!("tag=t{n}")).collect::<Vec<_>>().join("&");
        for (query, field) in [
            ("page_size=0", "page_size"),
            ("page_size=101", "page_size"),
            ("page_size=x", "page_size"),
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=501", "page"),
            ("page=101&page_size=100", "page"),
            ("page=4294967295&page_size=100", "page"),
            ("cursor=", "cursor"),
            ("cursor=abc", "cursor"),
            ("cursor=%00", "cursor"),
            // `popular:1:1` and `name:1:a` are no cursors of the order `rating`, nor is `rating:1:7ff8000000000000`, no number.
            ("sort=rating&cursor=cG9wdWxhcjoxOjE", "cursor"),
            ("sort=rating&cursor=cmF0aW5nOjE6N2ZmODAwMDAwMDAwMDAwMA", "cursor"),
            ("cursor=cG9wdWxhcjoxOjE&page=2", "cursor"),
            ("min_rating=5.1", "min_rating"),
            ("min_rating=-1", "min_rating"),
            ("min_rating=NaN", "min_rating"),
            ("min_rating=high", "min_rating"),
            ("sort=random", "sort"),
            ("marketplace_type=secret", "marketplace_type"),
            ("pricing_tier=gold", "pricing_tier"),
            ("maturity_level=old", "maturity_level"),
            ("publisher=A", "publisher"),
            ("publisher=%00", "publisher"),
            ("tag=%00", "tag"),
            ("tag=", "tag"),
            ("category=%00", "category"),
            (&format!("capability={long}"), "capability"),
            (&many, "tag"),
            ("colour=red", "colour"),
        ] {
            let details = client.get(&format!("{AGENTS}?{query}")).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{query}: {details}");
        }
        for query in ["cursor=cG9wdWxhcjoxOjE", "page=100&page_size=100", "min_rating=5", "tag=%E2%82%AC"] {
            client.get(&format!("{AGENTS}?{query}")).await.expect(200);
        }
    })
    .await;
}
