//! `serve --demo`: the lines it prints work as they are.

use atom_marketplace_testkit::each_db_async;
use serde_json::Value;

use crate::program::Machine;

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_lines_work_in_a_shell() {
    each_db_async(|db| async move {
        let machine = Machine::new().with("ATOM_DATABASE_URL", &db.url).with("ATOM_SECRET_KEY", &"07".repeat(32));
        let mut server = machine.serve(&["--demo"]).await;
        assert_eq!(server.client().get("/healthz").await.status, 200);
        let printed = server.printed_until("/approve").await;
        let lines: Vec<&String> = printed.iter().filter(|line| line.starts_with("curl ")).collect();
        assert_eq!(lines.len(), 8, "{printed:?}");
        let mut answers = Vec::new();
        for line in lines {
            let text = machine.run_other("sh", &["-c", line]).await.ok();
            let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{line}: {text}"));
            assert!(answer["error"].is_null(), "{line}: {answer}");
            answers.push(answer);
        }
        for list in [0, 1, 2, 3, 6] {
            assert!(
                answers[list]["total"].as_u64() > Some(0) || !answers[list]["items"][0].is_null(),
                "{list}: {}",
                answers[list]
            );
        }
        let good = answers[0]["items"].as_array().expect("a list");
        assert!(good.iter().all(|agent| agent["average_rating"].as_f64() >= Some(4.0)), "{good:?}");
        assert_eq!(answers[4]["id"], "sales_automation_agent");
        assert_eq!(answers[5]["id"], "salesforce_integration");
        assert_eq!(answers[7]["status"], "published");
        for path in [
            "/api/agent-marketplace/agents/atom_main",
            "/api/canvas-marketplace/components/sales_outreach_template",
            "/api/domain-marketplace/domains/sales_knowledge",
        ] {
            let component = server.client().get(path).await.expect(200);
            assert_eq!(component["source_tenant_id"], "acme");
        }
        let admin = server.admin(&machine.admin_key());
        let made = admin.get("/api/admin/stats").await.expect(200);
        let count = |stats: &Value| -> u64 {
            let counts = stats["components"].as_array().expect("counts").iter();
            counts.map(|count| count["count"].as_u64().unwrap_or(0)).sum()
        };
        assert!(count(&made) >= 200, "{made}");
        let log = server.stop().await;
        assert!(!log.contains("ERROR"), "{log}");

        let mut server = machine.serve(&["--demo"]).await;
        let again = server.printed_until("/approve").await;
        assert!(again.iter().any(|line| line.contains("there already")), "{again:?}");
        let first = again.iter().find(|line| line.starts_with("curl ")).expect("a line");
        assert!(machine.run_other("sh", &["-c", first]).await.ok().contains("sales_automation_agent"));
        let stats = server.admin(&machine.admin_key()).get("/api/admin/stats").await.expect(200);
        assert_eq!(count(&stats), count(&made), "the second start makes nothing");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_its_own_is_left_alone() {
    let machine = Machine::new();
    machine.run(&["tenant", "create", "Real Company"]).await.ok();
    let mut server = machine.serve(&["--demo"]).await;
    server.printed_until("data of its own").await;
    let tenants = server.admin(&machine.admin_key()).get("/api/admin/tenants").await.expect(200);
    assert_eq!(tenants["total"], 1);
    server.stop().await;
}
