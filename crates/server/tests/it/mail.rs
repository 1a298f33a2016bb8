//! Mail: invitations and resets arrive at a real mail server, and nothing secret stays behind.

use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_db::args;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_protocol::token::Secret;
use atom_marketplace_server::accounts::{self, Mailer, SignUpMode};
use atom_marketplace_server::app::Rates;
use atom_marketplace_testkit::{Client, PASSWORD, SmtpServer, TestDb, TestServer, each_db_async};
use serde_json::{Value, json};

const ADA: &str = "ada@acme.example";

async fn start(db: &TestDb, mode: SignUpMode) -> (TestServer, SmtpServer) {
    let smtp = SmtpServer::start().await;
    let mailer = Mailer::new(&Secret::new(&*smtp.url), "Marketplace <noreply@market.example>").expect("valid");
    let server = TestServer::node(db.db.clone(), |parts| {
        parts.rates = Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
        parts.accounts.mail = Some(Arc::new(mailer));
        parts.accounts.sign_up = mode;
    })
    .await;
    (server, smtp)
}

async fn send(server: &TestServer) {
    accounts::send_due(&server.marketplace).await.expect("the database answers");
}

async fn waiting(server: &TestServer) -> i64 {
    server.marketplace.db.read(|c| c.one("SELECT count(*) FROM mail", args![])).await.expect("a number")
}

async fn confirm(server: &TestServer, link: &str, password: &str) -> Client {
    let token = link.split_once("token=").expect("a token").1;
    let body = json!({ "token": token, "password": password });
    server.browser(&server.anonymous().post("/api/password-reset/confirm", &body).await)
}

async fn ask_reset(server: &TestServer, email: &str) -> Value {
    server.anonymous().post("/api/password-reset", &json!({ "email": email })).await.expect(202)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_and_a_reset_arrive_and_work() {
    each_db_async(|db| async move {
        let (server, smtp) = start(&db, SignUpMode::Closed).await;
        server.tenant("acme", Plan::Free).await;
        let admin = server.admin_for("acme");
        let added = admin.post("/api/tenant/members", &json!({ "email": ADA, "role": "admin" })).await.expect(201);
        let path = format!("/api/tenant/members/{}/invitation", added["user_id"].as_str().unwrap());
        let link = admin.post(&path, &json!({})).await.expect(201);
        assert_eq!(link["mailed"], true);
        assert_eq!(waiting(&server).await, 1);
        send(&server).await;
        assert_eq!(waiting(&server).await, 0, "what was sent is gone");
        let letter = &smtp.letters()[0];
        assert_eq!((letter.recipient.as_str(), letter.link()), (ADA, link["url"].as_str().unwrap()));
        assert!(letter.text.contains("From: Marketplace <noreply@market.example>"), "{}", letter.text);
        confirm(&server, letter.link(), PASSWORD).await.get("/api/tenant").await.expect(200);

        let before = server
            .browser(&server.anonymous().post("/api/session", &json!({ "email": ADA, "password": PASSWORD })).await);
        let known = ask_reset(&server, " Ada@Acme.example").await;
        assert_eq!(ask_reset(&server, "nobody@acme.example").await, known);
        send(&server).await;
        let letters = smtp.letters();
        assert_eq!(letters.len(), 2, "nobody gets none");
        confirm(&server, letters[1].link(), "a second good one").await.get("/api/tenant").await.expect(200);
        before.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");

        // Three letters an hour; the newest alone works, for an hour.
        server.marketplace.clock.advance(Duration::from_hours(1));
        for _ in 0..4 {
            ask_reset(&server, ADA).await;
        }
        send(&server).await;
        let letters = smtp.letters();
        assert_eq!(letters.len(), 5);
        server.marketplace.clock.advance(Duration::from_mins(59));
        for (letter, good) in [(&letters[3], false), (&letters[4], true)] {
            let token = letter.link().split_once("token=").unwrap().1;
            let body = json!({ "token": token, "password": "a third good one" });
            let answer = server.anonymous().post("/api/password-reset/confirm", &body).await;
            assert_eq!(answer.status, if good { 201 } else { 400 });
        }
        server.marketplace.clock.advance(Duration::from_mins(2));
        ask_reset(&server, ADA).await;
        send(&server).await;
        server.marketplace.clock.advance(Duration::from_hours(1));
        let token = smtp.letters()[5].link().split_once("token=").unwrap().1.to_owned();
        let body = json!({ "token": token, "password": "a fourth good one" });
        server.anonymous().post("/api/password-reset/confirm", &body).await.expect_error(400, "INVALID_REQUEST");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_is_not_taken_is_tried_again_for_a_day() {
    each_db_async(|db| async move {
        let (server, smtp) = start(&db, SignUpMode::Closed).await;
        server.tenant("acme", Plan::Free).await;
        server.person("acme", ADA, Role::Member).await;
        send(&server).await;
        let before = smtp.letters().len();

        smtp.refuse_next("451 try later");
        ask_reset(&server, ADA).await;
        send(&server).await;
        send(&server).await;
        assert_eq!((smtp.letters().len(), waiting(&server).await), (before, 1), "not before its time");
        server.marketplace.clock.advance(Duration::from_mins(1));
        send(&server).await;
        assert_eq!((smtp.letters().len(), waiting(&server).await), (before + 1, 0));

        smtp.refuse_next("550 no such mailbox");
        ask_reset(&server, ADA).await;
        send(&server).await;
        assert_eq!((smtp.letters().len(), waiting(&server).await), (before + 1, 0), "a final no is heeded");

        drop(smtp);
        server.marketplace.clock.advance(Duration::from_hours(1));
        ask_reset(&server, ADA).await;
        for hour in 0..26 {
            send(&server).await;
            assert_eq!(waiting(&server).await, i64::from(hour < 24), "hour {hour}");
            server.marketplace.clock.advance(Duration::from_hours(1));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_and_no_link_stays_in_the_database() {
    each_db_async(|db| async move {
        let (server, smtp) = start(&db, SignUpMode::Open).await;
        let (first, second) = ("canary-password-one", "canary-password-two");
        let owner = json!({ "tenant_name": "Acme", "email": ADA, "password": first, "name": "Ada" });
        let key = server.anonymous().with("idempotency-key", "once");
        let answer = key.post("/api/sign-up", &owner).await;
        let replayed = key.post("/api/sign-up", &owner).await;
        assert_eq!(replayed.header("set-cookie"), answer.header("set-cookie"), "the same session again");
        let ada = server.browser(&answer);
        let cookie = answer.header("set-cookie").unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
        ada.patch("/api/account", &json!({ "password": second, "current_password": first })).await.expect(200);
        let added = ada
            .post("/api/tenant/members", &json!({ "email": "bea@acme.example", "role": "viewer" }))
            .await
            .expect(201);
        let path = format!("/api/tenant/members/{}/invitation", added["user_id"].as_str().unwrap());
        let link = ada.with("idempotency-key", "link").post(&path, &json!({})).await.expect(201);
        ask_reset(&server, ADA).await;
        let invitation = link["url"].as_str().unwrap().split_once("token=").unwrap().1.to_owned();

        let csrf = ada.get("/api/session").await.expect(200)["csrf_token"].as_str().unwrap().to_owned();
        let secrets = [first.to_owned(), second.to_owned(), cookie, invitation, csrf];
        for when in ["while mail waits", "after it was sent"] {
            let everything = dump(&server).await;
            assert!(everything.contains("bea@acme.example"), "the dump reads the tables");
            for secret in &secrets {
                assert!(!everything.contains(secret.as_str()), "{when}: {secret}");
            }
            send(&server).await;
        }
        assert_eq!(smtp.letters().len(), 2);
        let reset = smtp.letters()[1].link().split_once("token=").unwrap().1.to_owned();
        assert!(!dump(&server).await.contains(&reset));
    })
    .await;
}

/// Every value of the tables that hold what people bring, as text; bytes as they are.
async fn dump(server: &TestServer) -> String {
    let tables = [
        "account",
        "account_session",
        "account_link",
        "account_throttle",
        "mail",
        "idempotency",
        "audit_log",
        "event",
        "member",
    ];
    let mut all = String::new();
    for table in tables {
        let sql = if server.marketplace.db.dialect() == atom_marketplace_db::Dialect::Postgres {
            format!("SELECT CAST(t AS TEXT) AS line FROM {table} t")
        } else {
            let columns: Vec<String> = server
                .marketplace
                .db
                .read(move |c| c.all(&format!("SELECT name FROM pragma_table_info('{table}')"), args![]))
                .await
                .expect("columns");
            let hex: Vec<_> = columns.iter().map(|column| format!("COALESCE(hex({column}), '')")).collect();
            let lines: Vec<String> = server
                .marketplace
                .db
                .read(move |c| c.all(&format!("SELECT {} AS line FROM {table}", hex.join(" || '|' || ")), args![]))
                .await
                .expect("rows");
            for line in lines {
                for cell in line.split('|') {
                    let bytes: Vec<u8> = (0..cell.len() / 2)
                        .filter_map(|at| u8::from_str_radix(&cell[at * 2..at * 2 + 2], 16).ok())
                        .collect();
                    all.push_str(&String::from_utf8_lossy(&bytes));
                    all.push('\n');
                }
            }
            continue;
        };
        let lines: Vec<String> = server.marketplace.db.read(move |c| c.all(&sql, args![])).await.expect("rows");
        for line in lines {
            // Bytes are written as hex: look at them as text, too.
            for word in line.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() > 16) {
                let bytes: Vec<u8> = (0..word.len() / 2)
                    .filter_map(|at| u8::from_str_radix(&word[at * 2..at * 2 + 2], 16).ok())
                    .collect();
                all.push_str(&String::from_utf8_lossy(&bytes));
                all.push('\n');
            }
            all.push_str(&line);
            all.push('\n');
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_is_as_open_as_the_operator_says() {
    each_db_async(|db| async move {
        let (server, _smtp) = start(&db, SignUpMode::Open).await;
        let request = |id: &str, email: &str| json!({ "tenant_id": id, "tenant_name": "Acme", "email": email, "password": PASSWORD, "name": "Ada" });
        let answer = server.anonymous().post("/api/sign-up", &request("acme", "Ada@acme.example")).await;
        let session = answer.expect(201);
        assert_eq!(session["tenants"], json!([{"tenant_id": "acme", "name": "Acme", "role": "owner", "suspended": false}]));
        assert_eq!(session["user"]["email"], ADA);
        let ada = server.browser(&answer);
        assert_eq!(ada.get("/api/tenant").await.expect(200)["plan"], "free");
        ada.post("/api/tokens", &json!({ "name": "first" })).await.expect(201);
        for (body, status, code, path) in [
            (request("acme", "bea@acme.example"), 409, "CONFLICT", None),
            (request("other", ADA), 409, "CONFLICT", None),
            (request("admin", "bea@acme.example"), 400, "INVALID_REQUEST", Some("tenant_id")),
            (request("Not an id", "bea@acme.example"), 400, "INVALID_REQUEST", Some("tenant_id")),
            (request("other", "no address"), 400, "INVALID_REQUEST", Some("email")),
            (json!({ "tenant_name": "Unusual Name", "email": "bea@acme.example", "password": "unusual name", "name": "B" }), 400, "INVALID_REQUEST", Some("password")),
            (json!({ "tenant_name": " ", "email": "bea@acme.example", "password": PASSWORD, "name": "B" }), 400, "INVALID_REQUEST", Some("tenant_name")),
        ] {
            let details = server.anonymous().post("/api/sign-up", &body).await.expect_error(status, code);
            if let Some(path) = path {
                assert_eq!(details["fields"][0]["path"], path, "{body}");
            }
        }
        // A name that is reserved as an id makes another one.
        let body = json!({ "tenant_name": "Admin", "email": "cy@acme.example", "password": PASSWORD, "name": "Cy" });
        assert_eq!(server.anonymous().post("/api/sign-up", &body).await.expect(201)["tenant_id"], "admin-2");

        let (closed, _smtp) = start(&db, SignUpMode::Closed).await;
        closed.anonymous().post("/api/sign-up", &request("late", "late@acme.example")).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");

        let (by_invitation, _smtp) = start(&db, SignUpMode::Invite).await;
        let (m, now) = (&by_invitation.marketplace, by_invitation.marketplace.now());
        let link = accounts::operator::sign_up_link(&m.public_url, now);
        let made = m.db.write(move |c| accounts::operator::invite_tenant(c, &link)).await.expect("a link");
        let token = made.url.expose().split_once("invitation=").expect("a token").1.to_owned();
        let mut invited = request("invited", "dan@acme.example");
        let nobody = by_invitation.anonymous();
        let details = nobody.post("/api/sign-up", &invited).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(details["fields"][0]["path"], "invitation");
        let body = json!({ "token": token, "password": PASSWORD });
        nobody.post("/api/password-reset/confirm", &body).await.expect_error(400, "INVALID_REQUEST");
        invited["invitation"] = json!(token);
        nobody.post("/api/sign-up", &invited).await.expect(201);
        let mut again = request("again", "eve@acme.example");
        again["invitation"] = json!(token);
        let details = nobody.post("/api/sign-up", &again).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(details["fields"][0]["path"], "invitation");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_admin_is_a_person_on_record() {
    each_db_async(|db| async move {
        let (server, _smtp) = start(&db, SignUpMode::Closed).await;
        server.tenant("acme", Plan::Free).await;
        let ada = server.person("acme", ADA, Role::Viewer).await;
        let set = async |email: &'static str, grant: bool| {
            let now = server.marketplace.now();
            let done = server
                .marketplace
                .db
                .write(move |c| accounts::operator::set_platform_admin(c, email, grant, now))
                .await;
            server.marketplace.credentials.clear();
            done
        };
        ada.get("/api/admin/tenants").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let user = set(ADA, true).await.expect("she can sign in");
        assert!(user.platform_admin);
        ada.get("/api/admin/tenants").await.expect(200);
        ada.patch("/api/admin/tenants/acme", &json!({ "verified": true })).await.expect(200);
        ada.with("x-csrf-token", "")
            .patch("/api/admin/tenants/acme", &json!({}))
            .await
            .expect_error(403, "INSUFFICIENT_PERMISSIONS");
        // Within her tenant she is still a viewer.
        ada.post("/api/tokens", &json!({ "name": "x" })).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let sql = "SELECT actor FROM audit_log WHERE action = 'tenant.update'";
        let actors: Vec<String> = server.marketplace.db.read(move |c| c.all(sql, args![])).await.unwrap();
        assert_eq!(actors, [format!("member:{}", user.id)]);
        set(ADA, false).await.expect("taken");
        ada.get("/api/admin/tenants").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        server
            .admin_for("acme")
            .post("/api/tenant/members", &json!({ "email": "new@acme.example", "role": "viewer" }))
            .await
            .expect(201);
        assert!(set("new@acme.example", true).await.is_err(), "nobody could sign in");
        assert!(set("nobody@acme.example", true).await.is_err());
    })
    .await;
}
