//! Search: what is found, in which order, how it is shown, and whose.

use std::collections::BTreeSet;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::catalog::change::Change;
use atom_marketplace_server::catalog::{self, index};
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::seed::{Seed, agent, seed};

const SEARCH: &str = "/api/agent-marketplace/agents/search";

async fn search(client: &Client, query: &[(&str, &str)]) -> Value {
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| {
            let value = value.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            format!("{name}={value}")
        })
        .collect();
    client.get(&format!("{SEARCH}?{}", query.join("&"))).await.expect(200)
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

fn component(id: &str, name: &str, description: &str, tags: &[&str], capabilities: &[&str], installs: i64) -> Seed {
    agent("acme", id)
        .with("name", name)
        .with("description", description)
        .with("tags", json!(tags))
        .with("capabilities", json!(capabilities))
        .installs(installs)
}

/// A small catalog to judge the ranking by.
fn catalog_to_judge() -> Vec<Seed> {
    vec![
        component("sales", "Sales", "The plain one.", &[], &[], 0),
        component(
            "sales_automation",
            "Sales Automation Agent",
            "Automated sales outreach and CRM management.",
            &["crm", "sales"],
            &["email"],
            900,
        ),
        component(
            "sales_forecast",
            "Sales Forecast",
            "Forecasts revenue by quarter.",
            &["sales", "finance"],
            &["forecasting"],
            40_000,
        ),
        component(
            "lead_finder",
            "Lead Finder",
            "Finds leads for sales teams in public registers.",
            &["leads"],
            &["web_search"],
            20_000,
        ),
        component("atom_main", "ATOM", "The default agent of an instance.", &["default"], &["chat"], 90_000),
        component(
            "support_desk",
            "Support Desk",
            "Answers tickets of customers.",
            &["support", "tickets"],
            &["email"],
            5_000,
        ),
        component(
            "ticket_router",
            "Ticket Router",
            "Sends each ticket to the right team.",
            &["support"],
            &["routing"],
            300,
        ),
        component(
            "invoice_reader",
            "Invoice Reader",
            "Reads invoices and books them.",
            &["finance", "ocr"],
            &["pdf"],
            7_000,
        ),
        component("invoice_chaser", "Invoice Chaser", "Reminds of unpaid invoices.", &["finance"], &["email"], 80),
        component("pdf_tools", "PDF Tools", "Splits, joins and fills PDF documents.", &["pdf"], &["pdf"], 60_000),
        component(
            "translator",
            "Übersetzer",
            "Translates between German and English.",
            &["language"],
            &["translate"],
            2_000,
        ),
        component("cafe", "Café Planner", "Plans shifts of a café.", &["planning"], &[], 10),
        component("tokyo", "東京都の天気", "Weather of Tokyo.", &["weather"], &[], 10),
        component("weather", "Weather Report", "Weather of any place.", &["weather"], &[], 30_000),
        component("code_review", "Code Review", "Reviews pull requests.", &["code", "git"], &["review"], 50_000),
        component("git_helper", "Git Helper", "Rebases, merges and explains conflicts.", &["git"], &[], 10_000),
        component("cpp", "C++ Mentor", "Explains templates.", &["c++"], &[], 500),
        component(
            "hr_onboarding",
            "Onboarding Buddy",
            "Guides new colleagues through their first weeks.",
            &["hr"],
            &[],
            900,
        ),
        component("recruiter", "Recruiter", "Writes job posts and answers applicants.", &["hr"], &["email"], 8_000),
        component("social_media", "Social Media Manager", "Plans and posts.", &["marketing"], &["posting"], 25_000),
        component(
            "newsletter",
            "Newsletter Writer",
            "Writes newsletters for marketing.",
            &["marketing", "email"],
            &["email"],
            4_000,
        ),
        component("seo", "SEO Auditor", "Audits pages for search engines.", &["marketing", "seo"], &["crawl"], 12_000),
        component(
            "data_cleaner",
            "Data Cleaner",
            "Finds duplicates and repairs addresses.",
            &["data"],
            &["dedupe"],
            3_000,
        ),
        component("dashboard", "Dashboard Builder", "Charts from data in a minute.", &["data", "charts"], &[], 15_000),
        component("hidden_gem", "Quiet One", "Nobody knows it.", &["zebra"], &[], 0)
            .with("readme", "Some words on xylophones."),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_comes_first() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        seed(&server, catalog_to_judge()).await;
        let client = server.anonymous();
        for (query, first) in [
            // An exact name comes first, however popular the others.
            ("sales", "sales"),
            ("SALES", "sales"),
            ("atom", "atom_main"),
            ("atom_main", "atom_main"),
            ("pdf tools", "pdf_tools"),
            // All words, in a name before elsewhere.
            ("sales automation", "sales_automation"),
            ("automation sales", "sales_automation"),
            ("sales crm", "sales_automation"),
            ("invoice", "invoice_reader"),
            // The last word may be a beginning.
            ("sales auto", "sales_automation"),
            ("forec", "sales_forecast"),
            ("onb", "hr_onboarding"),
            // Tags, capabilities, descriptions, readmes.
            ("forecasting", "sales_forecast"),
            ("zebra", "hidden_gem"),
            ("xylophones", "hidden_gem"),
            ("pull requests", "code_review"),
            ("acme sales automation", "sales_automation"),
            // Accents and case do not matter, nor do spaces to scripts without them.
            ("cafe planner", "cafe"),
            ("ubersetzer", "translator"),
            ("京都", "tokyo"),
            ("c++ mentor", "cpp"),
            // Mistyped.
            ("slaes automation", "sales_automation"),
            ("newsleter", "newsletter"),
            ("autmoation", "sales_automation"),
            ("recriuter", "recruiter"),
            // Some of the words.
            ("weather qqqqqq", "weather"),
        ] {
            let found = search(&client, &[("query", query)]).await;
            assert_eq!(ids(&found).first(), Some(&first), "{query}: {:?}", ids(&found));
            let scores: Vec<f64> =
                found["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap()).collect();
            assert!(scores.is_sorted_by(|a, b| a >= b), "{query}: {scores:?}");
            assert_eq!(found["total"].as_u64(), Some(scores.len() as u64));
        }
        for nothing in ["qqqqqq", "sal%", "\u{e000}a0k1"] {
            let found = search(&client, &[("query", nothing)]).await;
            if nothing != "sal%" {
                assert_eq!((ids(&found).len(), &found["total"]), (0, &json!(0)), "{nothing}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn matches_are_highlighted_and_escaped() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        seed(
            &server,
            vec![component("x", "Sales <i>Bot</i>", "It sells & \"tracks\" sales.", &["sales", "eu"], &[], 0)],
        )
        .await;
        let found = search(&server.anonymous(), &[("query", "sale")]).await;
        assert_eq!(
            found["items"][0]["highlights"],
            json!({
                "name": "<em>Sales</em> &lt;i&gt;Bot&lt;/i&gt;",
                "description": "It sells &amp; &quot;tracks&quot; <em>sales</em>.",
                "tags": ["<em>sales</em>"],
            })
        );
        assert_eq!(found["items"][0]["name"], "Sales <i>Bot</i>");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_narrows_a_search() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        server.tenant("beta", Plan::Free).await;
        let of = |tenant: &str, id: &str| agent(tenant, id).with("name", format!("Thing {id}"));
        seed(
            &server,
            vec![
                of("acme", "a")
                    .with("category", "Sales & more")
                    .with("tags", json!(["CRM", "eu"]))
                    .with("capabilities", json!(["email"]))
                    .rated(&[5, 4]),
                of("acme", "b")
                    .with("category", "Sales & more")
                    .with("tags", json!(["crm"]))
                    .with("capabilities", json!(["email", "Calls"]))
                    .rated(&[3]),
                of("beta", "c")
                    .with("category", "support")
                    .with("tags", json!(["crm", "eu"]))
                    .with("pricing_tier", "team"),
                of("beta", "d").with("maturity_level", "intern").with("capabilities", json!(["calls"])).rated(&[1]),
                of("beta", "skill").kind(Kind::Skill),
            ],
        )
        .await;
        for (filters, expected) in [
            (&[][..], "abcd"),
            (&[("marketplace_type", "public")], "abcd"),
            (&[("marketplace_type", "private")], ""),
            (&[("category", "Sales & more")], "ab"),
            (&[("category", "sales")], ""),
            (&[("tag", "crm")], "abc"),
            (&[("tag", "CRM"), ("tag", "EU")], "ac"),
            (&[("capability", "email"), ("capability", "calls")], "b"),
            (&[("capability", "email"), ("tag", "eu")], "a"),
            (&[("capability", "crm")], ""),
            (&[("min_rating", "3")], "ab"),
            (&[("min_rating", "0")], "abd"),
            (&[("pricing_tier", "team")], "c"),
            (&[("maturity_level", "intern")], "d"),
            (&[("publisher", "acme")], "ab"),
            (&[("publisher", "beta"), ("tag", "crm")], "c"),
        ] {
            let filters: Vec<_> = [("query", "thing")].into_iter().chain(filters.iter().copied()).collect();
            let found = search(&server.anonymous(), &filters).await;
            let mut found = ids(&found);
            found.sort_unstable();
            assert_eq!(found.concat(), expected, "{filters:?}");
        }
        for (kinds, expected) in [("", 5), ("&kind=skill", 1), ("&kind=agent&kind=skill", 5), ("&kind=domain", 0)] {
            let found = server.anonymous().get(&format!("/api/search?query=thing{kinds}")).await.expect(200);
            assert_eq!((ids(&found).len(), &found["total"]), (expected, &json!(expected)), "{kinds}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_others_is_found() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let beta = server.tenant("beta", Plan::Free).await;
        let other = server.tenant("other", Plan::Free).await;
        let base = |id: &str| agent("acme", id).with("name", format!("Confidential {id}"));
        seed(
            &server,
            vec![
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
        let all = ["public", "private", "shared", "waiting", "hidden"];
        for (client, seen) in [
            (&server.anonymous(), &["public"][..]),
            (&other, &["public"]),
            (&beta, &["public", "shared"]),
            (&acme, &all),
            (&server.admin(), &["public"]),
        ] {
            let seen: BTreeSet<&str> = seen.iter().copied().collect();
            // By a word, a beginning, a typo, a name, an id; within the kind and across.
            for query in ["confidential", "confid", "confidentail", "Confidential private", "confidential zzzzzz"] {
                let found = search(client, &[("query", query)]).await;
                let found_ids: BTreeSet<&str> = ids(&found).into_iter().collect();
                assert!(found_ids.is_subset(&seen), "{query}: {found_ids:?}");
                assert_eq!(found["total"].as_u64(), Some(found_ids.len() as u64), "{query}");
                if query.starts_with("confid") {
                    assert_eq!(found_ids, seen, "{query}");
                }
            }
            for id in all {
                let found = search(client, &[("query", id)]).await;
                assert_eq!(ids(&found).contains(&id), seen.contains(id), "{id}");
            }
            let across = client.get("/api/search?query=confidential").await.expect(200);
            assert_eq!(ids(&across).into_iter().collect::<BTreeSet<_>>(), seen);
            let facet = search(client, &[("query", "\u{e000}a1k1 a1k1 k1")]).await;
            assert_eq!(facet["total"], 0);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_search_are_one_order() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let seeds = (0..250).map(|n| {
            let one = agent("acme", &format!("a{n}")).with("name", format!("Common {}", n % 9)).installs(n % 11 * 100);
            if n % 5 == 0 { one.private() } else { one }
        });
        seed(&server, seeds.collect()).await;
        for (client, total) in [(server.anonymous(), 200), (acme, 250)] {
            for size in [100, 33] {
                let (mut paged, mut walked, mut scores) = (Vec::new(), Vec::new(), Vec::new());
                let mut cursor = String::new();
                for page in 1.. {
                    let by_page =
                        client.get(&format!("{SEARCH}?query=common&page_size={size}&page={page}")).await.expect(200);
                    let by_cursor =
                        client.get(&format!("{SEARCH}?query=common&page_size={size}{cursor}")).await.expect(200);
                    assert_eq!(by_page["total"], total);
                    paged.extend(ids(&by_page).into_iter().map(str::to_owned));
                    walked.extend(ids(&by_cursor).into_iter().map(str::to_owned));
                    scores.extend(
                        by_cursor["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap()),
                    );
                    let Some(next) = by_cursor["next_cursor"].as_str() else { break };
                    cursor = format!("&cursor={next}");
                }
                assert_eq!(paged, walked);
                assert_eq!((walked.len(), walked.iter().collect::<BTreeSet<_>>().len()), (total, total));
                assert!(scores.is_sorted_by(|a, b| a >= b));
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_indexes_follow_the_row() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        let id = seed(&server, vec![agent("acme", "x").with("name", "Giraffe").with("tags", json!(["tall"]))]).await[0];
        let client = server.anonymous();
        let m = server.marketplace.clone();
        let total = async |query: &str| client.get(&format!("/api/agent-marketplace/agents{query}")).await.expect(200)["total"].clone();
        assert_eq!((total("/search?query=giraffe").await, total("?tag=tall").await), (json!(1), json!(1)));
        // A typo is found though the vocabulary was built before the word came.
        assert_eq!(total("/search?query=elephnat").await, json!(0));
        let summary = json!({"name": "Elephant", "description": "", "tags": ["heavy"], "capabilities": []}).to_string();
        m.db.write(move |c| {
            c.execute(
                "UPDATE component SET name = 'Elephant', name_key = 'elephant', summary = $2, install_count = 500 WHERE id = $1",
                atom_marketplace_db::args![id, &summary],
            )?;
            index::reindex(c, id)?;
            index::reindex(c, id)
        })
        .await
        .unwrap();
        let row = m.db.read(move |c| catalog::component(c, id)).await.unwrap();
        m.catalog_changed(Change::of(&row));
        for (query, found) in [
            ("/search?query=giraffe", 0),
            ("?tag=tall", 0),
            ("/search?query=elephant", 1),
            ("/search?query=elephnat", 1),
            ("?tag=heavy", 1),
        ] {
            assert_eq!(total(query).await, json!(found), "{query}");
        }
        // Its rank moves with its installs, and it is found as before.
        let moved = m
            .db
            .write(move |c| {
                c.execute("UPDATE component SET install_count = 90000 WHERE id = $1", atom_marketplace_db::args![id])?;
                index::refresh_rank(c, id, Timestamp::from_second(1_790_000_000))?;
                catalog::component(c, id)
            })
            .await
            .unwrap();
        assert!(moved.rank > row.rank && moved.search_key < row.search_key);
        m.catalog_changed(Change::of(&moved));
        assert_eq!((total("/search?query=elephant").await, total("?tag=heavy").await), (json!(1), json!(1)));
        // Freshness fades: a year later the job finds it, once.
        let later = Timestamp::from_second(1_790_000_000 + 365 * 86_400);
        let (faded, none) = m
            .db
            .write(move |c| Ok::<_, atom_marketplace_db::Error>((index::refresh_stale_ranks(c, later, 10)?, index::refresh_stale_ranks(c, later, 10)?)))
            .await
            .unwrap();
        assert_eq!((faded.0.len(), none.0.len(), none.1), (1, 0, false));
        // The indexes are tidied without losing or doubling anything.
        m.tidy_search().await.unwrap();
        assert_eq!((total("/search?query=elephant&page_size=2").await, total("/search?query=giraffe&page_size=2").await), (json!(1), json!(0)));
        // Withdrawn: gone from everywhere.
        m.db.write(move |c| {
            c.execute("UPDATE component SET status = 'withdrawn', listed = 0 WHERE id = $1", atom_marketplace_db::args![id])?;
            index::reindex(c, id)
        })
        .await
        .unwrap();
        m.catalog_changed(Change::of(&row));
        assert_eq!((total("/search?query=elephant").await, total("?tag=heavy").await), (json!(0), json!(0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_queries_are_harmless_or_named() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        seed(&server, vec![agent("acme", "sales"), agent("acme", "or"), agent("acme", "not_and_near")]).await;
        let client = server.anonymous();
        for odd in [
            "sales\"",
            "sales'",
            "sales* OR",
            "NOT sales",
            "NEAR(sales, 2)",
            "sales AND (",
            "head:sales",
            "^sales",
            "sales\\",
            "sales & | ! :*",
            "\u{202e}sales",
            "sales <->",
            "'); DROP TABLE component; --",
            "नमस्ते",
            "🤖 sales",
            "ก็",
            "\u{300}a",
            "Ⓐ",
            "🅰 b",
            "a b c d e f g h i j k l m n o p q r s t u v w x y z",
        ] {
            search(&client, &[("query", odd)]).await;
        }
        assert_eq!(ids(&search(&client, &[("query", "or")]).await), ["or"]);
        let long = "x".repeat(201);
        for (query, field) in [
            ("", "query"),
            ("?query=", "query"),
            ("?query=%20%20", "query"),
            ("?query=!!!", "query"),
            ("?query=sales%00", "query"),
            ("?query=%F0%9F%A4%96", "query"),
            (&format!("?query={long}"), "query"),
            ("?query=a&sort=name", "sort"),
            ("?query=a&cursor=x", "cursor"),
            ("?query=a&cursor=c2VhcmNoOi0xOg", "cursor"),
            ("?query=a&page=0", "page"),
            ("?query=a&page_size=101", "page_size"),
            ("?query=a&min_rating=6", "min_rating"),
            ("?query=a&tag=%00", "tag"),
        ] {
            let details = client.get(&format!("{SEARCH}{query}")).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{query}: {details}");
        }
        let details = client.get("/api/search?query=a&kind=robot").await.expect_error(400, "INVALID_REQUEST");
        assert!(details["fields"][0]["path"].as_str().is_some_and(|path| path.starts_with("kind")), "{details}");
        client.get(&format!("{SEARCH}?query=a&cursor=c2VhcmNoOjk5OTk6")).await.expect(200);
    })
    .await;
}

/// Publishes to the public and approves it.
async fn publish(server: &TestServer, tenant: &Client, collection: &str, body: Value) {
    tenant.post(collection, &body).await.expect(201);
    let admin = server.admin();
    for waiting in admin.get("/api/admin/submissions").await.expect(200)["items"].as_array().expect("items") {
        let id = waiting["id"].as_str().expect("an id");
        admin.post(&format!("/api/admin/submissions/{id}/approve"), &json!({})).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_found_at_once_and_what_is_taken_back_is_not() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let beta = server.tenant("beta", Plan::Free).await;
        let anyone = server.anonymous();
        let (agents, skills) = ("/api/agent-marketplace/agents", "/api/skill-marketplace/skills");
        let total = async |client: &Client, path: &str| client.get(path).await.expect(200)["total"].clone();
        let skill = json!({"skill_id": "crm_link", "marketplace_type": "public", "name": "CRM Link", "description": "Links.", "capabilities": ["crm"]});
        publish(&server, &acme, skills, skill).await;
        let agent = json!({
            "agent_id": "seller", "marketplace_type": "public", "name": "Seller", "description": "Sells.", "category": "sales", "tags": ["Deals"],
            "dependencies": [{"component_type": "skill", "id": "crm_link", "version": "^1"}],
        });
        // Before: whatever was kept in memory must go.
        for (client, count) in [(&anyone, 0), (&acme, 0)] {
            for path in ["?tag=deals", "/search?query=seller", "/search?query=selelr"] {
                assert_eq!(total(client, &format!("{agents}{path}")).await, count, "{path}");
            }
        }
        assert_eq!(total(&anyone, &format!("{skills}/crm_link/dependents")).await, 0);
        acme.post(agents, &agent).await.expect(201);
        assert_eq!((total(&anyone, agents).await, total(&acme, agents).await), (json!(0), json!(1)));
        publish(&server, &acme, agents, json!({"agent_id": "other", "marketplace_type": "public", "name": "Other", "description": "Else."})).await;
        for client in [&anyone, &acme, &beta] {
            for path in ["?tag=deals", "/search?query=seller", "/search?query=selelr", "?category=sales", "/search?query=sells&tag=deals"] {
                assert_eq!(total(client, &format!("{agents}{path}")).await, 1, "{path}");
            }
            let listed = client.get(&format!("{agents}?tag=deals")).await.expect(200)["items"][0].clone();
            let detail = client.get(&format!("{agents}/seller")).await.expect(200);
            for seen in [listed, detail] {
                assert_eq!(seen["dependencies"][0]["source_tenant_id"], "acme", "{seen}");
            }
            assert_eq!(total(client, &format!("{skills}/crm_link/dependents")).await, 1);
        }
        // A private one is seen by its publisher and whom it is shared with, then by its publisher alone.
        let private = json!({"agent_id": "hush", "marketplace_type": "private", "name": "Hush", "description": "Quiet.", "shared_with": ["beta"]});
        acme.post(agents, &private).await.expect(201);
        let seen = async || {
            let mut seen = Vec::new();
            for client in [&anyone, &acme, &beta] {
                seen.push(total(client, &format!("{agents}/search?query=hush")).await);
                seen.push(total(client, &format!("{agents}?marketplace_type=private")).await);
            }
            serde_json::to_string(&seen).expect("JSON")
        };
        assert_eq!(seen().await, "[0,0,1,1,1,1]");
        acme.patch(&format!("{agents}/hush"), &json!({"shared_with": []})).await.expect(200);
        assert_eq!(seen().await, "[0,0,1,1,0,0]");
        // Taken back.
        assert_eq!(acme.delete(&format!("{agents}/seller")).await.status, 204);
        for client in [&anyone, &acme, &beta] {
            for path in ["?tag=deals", "/search?query=seller"] {
                assert_eq!(total(client, &format!("{agents}{path}")).await, 0, "{path}");
            }
            assert_eq!(total(client, &format!("{skills}/crm_link/dependents")).await, 0);
        }
    })
    .await;
}
