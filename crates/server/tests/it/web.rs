//! The pages over HTTP: what each shows in each state, who may see it, and what a form must prove.

use std::collections::BTreeMap;
use std::sync::Mutex;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_server::accounts::{Options, SignUpMode, operator};
use atom_marketplace_testkit::{PASSWORD, TestDb, TestServer, each_db_async, http};
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::publish::agent;

pub(crate) const ADA: &str = "ada@acme.example";
pub(crate) const EVE: &str = "eve@platform.example";

/// A browser without a script: cookies, pages and forms.
pub(crate) struct Browser {
    http: reqwest::Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A page as it was answered.
pub(crate) struct Shown {
    pub(crate) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Shown {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// The text, once it has this status and holds these parts.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16, parts: &[&str]) -> &str {
        assert_eq!(self.status, status, "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "{part} in {}", self.text);
        }
        &self.text
    }

    #[track_caller]
    pub(crate) fn leads_to(&self, place: &str) {
        assert_eq!((self.status, self.header("location")), (303, Some(place)), "{}", self.text);
    }

    /// What a hidden field of its first form that has it holds.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        self.text.split_once(&field).expect(name).1.split('"').next().expect("an end").to_owned()
    }
}

impl Browser {
    pub(crate) fn open(server: &TestServer) -> Self {
        let http = http().redirect(Policy::none()).build().expect("a client");
        Self { http, url: server.url.clone(), cookies: Mutex::default() }
    }

    async fn send(&self, request: RequestBuilder) -> Shown {
        let cookies: Vec<_> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(COOKIE, cookies.join("; ")).send().await.expect("an answer");
        for set in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name)
            } else {
                cookies.insert(name.to_owned(), value.to_owned())
            };
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Shown { status, headers, text: answer.text().await.expect("text") }
    }

    pub(crate) async fn get(&self, path: &str) -> Shown {
        self.send(self.http.get(format!("{}{path}", self.url))).await
    }

    fn post_request(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = self.http.request(Method::POST, format!("{}{path}", self.url));
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.finish())
    }

    pub(crate) async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.send(self.post_request(path, fields)).await
    }

    /// Sends the form on the page `from` to `path`, with its token.
    pub(crate) async fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = self.get(from).await.hidden("csrf_token");
        let fields: Vec<_> = fields.iter().copied().chain([("csrf_token", token.as_str())]).collect();
        self.post_bare(path, &fields).await
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str, next: &str) -> Shown {
        self.post("/login", "/login", &[("email", email), ("password", password), ("next", next)]).await
    }
}

/// A marketplace with a publisher, its member, and somebody who looks after the platform.
async fn scene(db: &TestDb) -> (TestServer, atom_marketplace_testkit::Client) {
    let server = TestServer::start(db).await;
    let acme = server.tenant("acme", Plan::Enterprise).await;
    server.person("acme", ADA, Role::Owner).await;
    reviewer(&server, EVE).await;
    (server, acme)
}

async fn reviewer(server: &TestServer, email: &'static str) {
    let slug = email.split('@').next().unwrap();
    server.tenant(slug, Plan::Free).await;
    server.person(slug, email, Role::Owner).await;
    let now = server.marketplace.now();
    let granted = server.marketplace.db.write(move |c| operator::set_platform_admin(c, email, true, now)).await;
    granted.expect("the grant");
    server.marketplace.credentials.clear();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_protect_whoever_looks_at_them() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        let browser = Browser::open(&server);
        for (path, status) in
            [("/", 200), ("/docs/", 200), ("/login", 200), ("/nope", 404), ("/docs/no-such", 404), ("/review", 303)]
        {
            let shown = browser.get(path).await;
            assert_eq!(shown.status, status, "{path}");
            let policy = shown.header("content-security-policy").expect(path);
            assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"), "{policy}");
            assert!(policy.contains("require-trusted-types-for 'script'") && !policy.contains("unsafe"), "{policy}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
            ] {
                assert_eq!(shown.header(name), Some(value), "{path}");
            }
            assert!(shown.header("permissions-policy").is_some() && shown.header("x-request-id").is_some(), "{path}");
            assert_eq!(shown.header("strict-transport-security"), None, "{path}");
            assert_eq!(shown.header("x-ratelimit-limit"), None, "{path}");
            // Nothing inline: the policy would only refuse it.
            for inline in [" style=", "<style", " onclick=", "javascript:"] {
                assert!(!shown.text.contains(inline), "{inline} on {path}");
            }
        }
        let home = browser.get("/").await;
        let style = home.text.split_once("href=\"/assets/").unwrap().1.split('"').next().unwrap().to_owned();
        let asset = browser.get(&format!("/assets/{style}")).await;
        assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(asset.header("content-type"), Some("text/css; charset=utf-8"));
        assert!(asset.text.len() < 40_000);
        browser.get("/assets/site-0.css").await.expect(404, &["Not found"]);
        let post = browser.post("/login", "/docs/", &[]).await;
        post.expect(405, &["Not here"]);
        assert!(post.header("allow").unwrap().contains("GET"));

        let behind =
            TestServer::node(db.db.clone(), |parts| parts.public_url = "https://market.example".to_owned()).await;
        let shown = Browser::open(&behind).get("/login").await;
        assert_eq!(shown.header("strict-transport-security"), Some("max-age=63072000; includeSubDomains"));
        let cookie = shown.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-atom_form=") && cookie.contains("; Secure"), "{cookie}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_and_out() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        let browser = Browser::open(&server);
        let wrong = browser.sign_in("ada@acme.example\"><b>", "not her password", "/").await;
        let text = wrong.expect(
            401,
            &["The email address or the password is wrong.", "value=\"ada@acme.example&quot;&gt;&lt;b&gt;\""],
        );
        assert!(!text.contains("not her password"));
        // Without the token of the page, or from elsewhere, nothing happens.
        let form = [("email", ADA), ("password", PASSWORD)];
        browser.post_bare("/login", &form).await.expect(403, &["Not allowed"]);
        Browser::open(&server)
            .post_bare("/login", &[form[0], form[1], ("csrf_token", &browser.get("/login").await.hidden("csrf_token"))])
            .await
            .expect(403, &["Not allowed"]);
        let token = browser.get("/login").await.hidden("csrf_token");
        let cross = browser
            .post_request("/login", &[form[0], form[1], ("csrf_token", &token)])
            .header("sec-fetch-site", "cross-site");
        assert_eq!(browser.send(cross).await.status, 403);

        let anonymous = browser.get("/docs/").await;
        assert_eq!(anonymous.header("cache-control"), Some("public, no-cache"));
        let signed = browser.sign_in(" ADA@acme.example ", PASSWORD, "/docs/?a=b").await;
        signed.leads_to("/docs/?a=b");
        assert!(signed.header("set-cookie").unwrap().contains("HttpOnly"));
        let docs = browser.get("/docs/").await;
        docs.expect(200, &[ADA, "Sign out", "acme"]);
        assert_eq!((docs.header("cache-control"), docs.header("etag")), (Some("no-store"), None));
        assert!(!docs.text.contains("href=\"/review\""), "she does not look after the platform");
        browser.get("/login?next=/docs/").await.leads_to("/docs/");
        for elsewhere in ["//evil.example", "https://evil.example/", "/\\evil.example", "evil"] {
            let path = format!(
                "/login?next={}",
                url::form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect::<String>()
            );
            browser.get(&path).await.leads_to("/");
        }

        browser.post_bare("/logout", &[("csrf_token", "wrong")]).await.expect(403, &["Not allowed"]);
        browser.get("/docs/").await.expect(200, &["Sign out"]);
        let old = browser.cookies.lock().unwrap().clone();
        browser.post("/logout", "/logout", &[]).await.leads_to("/logout");
        browser.get("/logout").await.expect(200, &["You are signed out", "Sign in"]);
        *browser.cookies.lock().unwrap() = old;
        browser.get("/docs/").await.expect(200, &["href=\"/login\""]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_are_made_where_that_is_open() {
    each_db_async(|db| async move {
        let node = |sign_up| {
            TestServer::node(db.db.clone(), move |parts| parts.accounts = Options { sign_up, ..Options::default() })
        };
        let closed = Browser::open(&node(SignUpMode::Closed).await).get("/signup").await;
        assert!(!closed.expect(200, &["made by the operator"]).contains("<form class=\"stack\""));
        let invite = node(SignUpMode::Invite).await;
        let browser = Browser::open(&invite);
        browser.get("/signup").await.expect(200, &["by invitation"]);
        browser.get("/signup?invitation=x").await.expect(200, &["value=\"x\""]);

        let open = node(SignUpMode::Open).await;
        let browser = Browser::open(&open);
        let fields = [
            ("tenant_name", "Beta & Söhne"),
            ("tenant_id", "UPPER"),
            ("name", "Bea"),
            ("email", "bea"),
            ("password", "short"),
        ];
        let refused = browser.post("/signup", "/signup", &fields).await;
        let text = refused.expect(
            400,
            &[
                "value=\"Beta &amp; Söhne\"",
                "value=\"UPPER\"",
                "It must be an email address.",
                "id=\"f-password-wrong\"",
                "id=\"f-tenant_id-wrong\"",
            ],
        );
        assert!(!text.contains("short"));
        let fields = [
            ("tenant_name", "Beta"),
            ("tenant_id", "beta"),
            ("name", "Bea <b>"),
            ("email", "bea@beta.example"),
            ("password", PASSWORD),
        ];
        browser.post("/signup", "/signup", &fields).await.leads_to("/");
        browser.get("/docs/").await.expect(200, &["Bea &lt;b&gt;", "bea@beta.example"]);
        // Once more by somebody else.
        let other = Browser::open(&open);
        let fields = [("tenant_name", "Beta"), ("name", "Bea"), ("email", "bea@beta.example"), ("password", PASSWORD)];
        other.post("/signup", "/signup", &fields).await.expect(409, &["already", "value=\"bea@beta.example\""]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_link_sets_a_password() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        let admin = server.admin_for("acme");
        let added = admin
            .post("/api/tenant/members", &json!({"email": "new@acme.example", "role": "member"}))
            .await
            .expect(201);
        let invitation = format!("/api/tenant/members/{}/invitation", added["user_id"].as_str().unwrap());
        let link = admin.post(&invitation, &json!({})).await.expect(201);
        let path =
            link["url"].as_str().unwrap().strip_prefix(&server.url).expect("a page of this marketplace").to_owned();
        let browser = Browser::open(&server);
        let page = browser.get(&path).await;
        page.expect(200, &["Welcome", "new@acme.example", "Your name"]);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let token = page.hidden("token");
        let short =
            browser.post(&path, "/set-password", &[("token", &token), ("name", "Neo"), ("password", "short")]).await;
        assert!(!short.expect(400, &["value=\"Neo\"", "id=\"f-password-wrong\""]).contains("value=\"short\""));
        browser
            .post(&path, "/set-password", &[("token", &token), ("name", "Neo"), ("password", PASSWORD)])
            .await
            .leads_to("/");
        browser.get("/docs/").await.expect(200, &["Neo"]);
        for ended in [path.as_str(), "/set-password", "/set-password?token=at_link_x"] {
            Browser::open(&server).get(ended).await.expect(400, &["This link does not work"]);
        }
        Browser::open(&server).get("/reset").await.expect(200, &["sends no mail"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_for_those_who_look_after_the_platform() {
    each_db_async(|db| async move {
        let (server, acme) = scene(&db).await;
        let (nobody, ada, eve) = (Browser::open(&server), Browser::open(&server), Browser::open(&server));
        nobody.get("/review").await.leads_to("/login?next=%2Freview");
        nobody.get("/review/sub_x").await.leads_to("/login?next=%2Freview%2Fsub_x");
        ada.sign_in(ADA, PASSWORD, "/").await.leads_to("/");
        ada.get("/review").await.expect(403, &["not one of them"]);
        eve.sign_in(EVE, PASSWORD, "/review").await.leads_to("/review");
        eve.get("/review").await.expect(200, &["The queue is clear", "aria-current=\"page\""]);
        eve.get("/review?kind=nonsense").await.expect(400, &["kind"]);
        eve.get("/review/sub_nope").await.expect(404, &["Not found"]);

        let names = ["one", "two", "three"];
        for id in names {
            acme.post("/api/agent-marketplace/agents", &agent(id, "public", json!({}))).await.expect(201);
        }
        let queue = eve.get("/review").await;
        queue.expect(200, &["<span class=\"number\">3 waiting</span>", "by acme"]);
        let order: Vec<_> = names.map(|id| queue.text.find(&format!(">{id} <span")).expect(id)).into();
        assert!(order.is_sorted(), "the oldest of one risk come first");
        eve.get("/review?status=pending_review&kind=skill&publisher=&sort=age")
            .await
            .expect(200, &["Nothing fits these filters"]);
        eve.get("/review?publisher=acme&kind=agent&sort=age&status=").await.expect(200, &["3 waiting"]);
        let submission = queue.text.split_once("href=\"/review/").unwrap().1.split('"').next().unwrap();
        let path = format!("/review/{submission}");
        ada.get(&path).await.expect(403, &["not one of them"]);
        let decide = format!("{path}/decide");
        ada.post("/logout", &decide, &[("verdict", "approve")]).await.expect(403, &["Not allowed"]);
        nobody.post("/login", &decide, &[("verdict", "approve")]).await.expect(401, &["Sign in"]);
        eve.post_bare(
            &decide,
            &[("verdict", "approve"), ("reason", "A long reason that took somebody a while to write")],
        )
        .await
        .expect(403, &["Nothing was changed", "A long reason that took somebody a while to write"]);
        eve.get(&path).await.expect(200, &["Waiting", "name=\"digest\" value=\"sha256:"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_is_looked_at_talked_about_and_decided() {
    each_db_async(|db| async move {
        let (server, acme) = scene(&db).await;
        reviewer(&server, "bob@platform.example").await;
        let (eve, bob) = (Browser::open(&server), Browser::open(&server));
        eve.sign_in(EVE, PASSWORD, "/").await;
        bob.sign_in("bob@platform.example", PASSWORD, "/").await;
        let hostile = "<script>alert(1)</script>";
        let first = json!({"description": hostile, "readme": "One\n", "configuration": {"region": "eu"}});
        let id = submit(&acme, &server, first).await;
        let path = format!("/review/{id}");
        let shown = eve.get(&path).await;
        assert!(!shown.expect(200, &["nothing was approved before", "&lt;script&gt;"]).contains(hostile));

        // Whose it is.
        eve.post(&path, &format!("{path}/claim"), &[]).await.leads_to(&path);
        eve.get(&path).await.expect(200, &["Yours until", "Give it back"]);
        bob.get(&path).await.expect(200, &["looks at it until", "Take over"]);
        bob.post(&path, &format!("{path}/decide"), &[("verdict", "approve")]).await.expect(409, &["has claimed this submission"]);
        bob.post(&path, &format!("{path}/claim"), &[("take_over", "1")]).await.leads_to(&path);
        bob.post(&path, &format!("{path}/claim"), &[("action", "unclaim")]).await.leads_to(&path);

        // What is said.
        eve.post(&path, &format!("{path}/message"), &[("text", "Which contacts?\n<b>All</b>?")]).await.leads_to(&format!("{path}#conversation"));
        acme.post(&format!("/api/submissions/{id}/messages"), &json!({"text": "The old ones."})).await.expect(201);
        eve.get(&path).await.expect(200, &["Which contacts?\n&lt;b&gt;All&lt;/b&gt;?", "The old ones.", "Publisher</span>"]);
        eve.post(&path, &format!("{path}/message"), &[("text", " ")]).await.expect(400, &["id=\"f-text-wrong\""]);

        // What is decided.
        let digest = eve.get(&path).await.hidden("digest");
        let decide = format!("{path}/decide");
        eve.post(&path, &decide, &[("digest", &digest), ("reason", "why")]).await.expect(400, &["Choose what is to become of it.", ">\nwhy</textarea>"]);
        eve.post(&path, &decide, &[("digest", &digest), ("verdict", "reject")]).await.expect(400, &["This field is required.", "value=\"reject\" required checked"]);
        eve.post(&path, &decide, &[("digest", "sha256:00"), ("verdict", "approve")]).await.expect(409, &["not the one decided on"]);
        eve.post(&path, &decide, &[("digest", &digest), ("verdict", "approve"), ("reason", "Good.")]).await.leads_to(&path);
        let decided = eve.get(&path).await;
        assert!(!decided.expect(200, &["Approved", "by you", "Good.", "Quarantine what is public"]).contains("name=\"verdict\""));
        eve.get("/review?status=published").await.expect(200, &["1 approved"]);

        // The next version, with what nobody sees.
        let id = submit(&acme, &server, json!({"description": "Does things.", "release_notes": "More.", "readme": "One\nTwo\n", "configuration": {"region": "us"}})).await;
        tamper(&server, &id).await;
        let path = format!("/review/{id}");
        eve.get(&path).await.expect(
            200,
            &[
                "against <strong class=\"number\">1.0.0</strong>",
                "Release notes",
                "1 invisible character.",
                "<mark class=\"unseen\" title=\"zero width space\">U+200B<span class=\"hidden\"> zero width space </span></mark>",
                "<span class=\"hidden\">before: </span>eu",
                "configuration.region",
            ],
        );
        let changes = [("verdict", "request_changes"), ("reason", "Say why.")];
        eve.post(&path, &format!("{path}/decide"), &changes).await.leads_to(&path);
        eve.get(&path).await.expect(200, &["Changes were requested", "Say why."]);

        // What is public is hidden, and shown again.
        let hide = format!("{path}/hide");
        eve.post(&path, &hide, &[("action", "quarantine"), ("reason", "")]).await.expect(400, &["id=\"fhide-reason-wrong\""]);
        eve.post(&path, &hide, &[("action", "quarantine"), ("reason", "It phones home.")]).await.leads_to(&path);
        server.anonymous().get("/api/agent-marketplace/agents/a").await.expect_error(404, "COMPONENT_NOT_FOUND");
        eve.get(&path).await.expect(200, &["Quarantined", "Release from quarantine"]);
        eve.post(&path, &hide, &[("action", "release")]).await.leads_to(&path);
        server.anonymous().get("/api/agent-marketplace/agents/a").await.expect(200);
    })
    .await;
}

/// Submits the agent `a` to the public. Returns the submission's id.
async fn submit(acme: &atom_marketplace_testkit::Client, server: &TestServer, fields: Value) -> String {
    acme.post("/api/agent-marketplace/agents", &agent("a", "public", fields)).await.expect(201);
    let waiting = server.admin().get("/api/admin/submissions").await.expect(200);
    waiting["items"][0]["id"].as_str().expect("a submission waits").to_owned()
}

/// Puts a character that nobody sees into a submission's readme, as no publication could: what is looked at is what is stored.
async fn tamper(server: &TestServer, submission: &str) {
    let uid = submission.to_owned();
    let changed = server.marketplace.db.write(move |c| {
        let sql = "UPDATE component_version SET manifest = replace(manifest, 'Two', $2) WHERE uid = $1";
        c.execute(sql, atom_marketplace_db::args![&uid, "Tw\u{200b}o"])
    });
    assert_eq!(changed.await.expect("the change"), 1);
}
