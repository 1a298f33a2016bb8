//! What people say of components, what these are used for, and the checks that are run again: the real binary against a real
//! server.

use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::Value;

use crate::client::{admin, json, tenant};
use crate::program::Machine;

/// Publishes a skill for everyone and approves it.
async fn published(acme: &Machine, admin: &Machine, id: &str) {
    acme.run(&["init", id, "--id", id]).await.ok();
    acme.run(&["publish", id, "--public"]).await.ok();
    let waiting = json(admin.run(&["review", "list", "--json"]).await);
    let submission = waiting["items"][0]["id"].as_str().expect("one waits");
    admin.run(&["review", "approve", submission]).await.ok();
}

/// The cells of the line of a table that begins with `name`.
fn line(table: &str, name: &str) -> Vec<String> {
    let found = table.lines().find_map(|line| line.strip_prefix(name));
    let rest = found.unwrap_or_else(|| panic!("no line of {name} in\n{table}"));
    rest.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_of_a_component() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let (acme, globex, admin) =
            (tenant(&server, "acme").await, tenant(&server, "globex").await, admin(&server).await);
        published(&acme, &admin, "lookup").await;
        let said = acme.run(&["reviews", "skill", "lookup"]).await.ok();
        assert!(said.contains("no rating by 0"), "{said}");
        globex.run(&["install", "skill", "lookup"]).await.ok();
        globex.run(&["rate", "skill", "lookup", "2", "--review", "It is slow."]).await.ok();
        let said = acme.run(&["reviews", "skill", "lookup"]).await.ok();
        assert!(said.contains("2.0 by 1; by those who have it installed: 2.0 by 1."), "{said}");
        assert!(said.contains("has it installed") && said.contains("It is slow."), "{said}");
        let found = json(acme.run(&["reviews", "skill", "lookup", "--json"]).await);
        assert_eq!((&found["rating"]["rating_count"], &found["items"][0]["rating"]), (&1.into(), &2.into()));
        let review = found["items"][0]["id"].as_str().expect("an id").to_owned();

        let reply = |text: &'static str| ["reviews", "skill", "lookup", "--reply", review.as_str(), text];
        let said = acme.run(&reply("The next version is not.")).await.ok();
        assert!(said.contains("The publisher: The next version is not."), "{said}");
        assert!(globex.run(&["reviews", "skill", "acme/lookup"]).await.ok().contains("The publisher: "));
        let said = acme.run(&reply("")).await.ok();
        assert!(!said.contains("The publisher: "), "{said}");
        let refused = globex.run(&reply("I am not its publisher.")).await;
        assert_ne!(refused.code, Some(0), "{refused:?}");

        assert!(admin.run(&["review", "ratings", "--flagged"]).await.stderr.contains("There is no such rating."));
        let said = acme.run(&["reviews", "skill", "lookup", "--flag", &review, "It is about another one."]).await.ok();
        assert!(said.contains("The platform will look at it."), "{said}");
        let table = admin.run(&["review", "ratings", "--flagged"]).await.ok();
        assert_eq!(line(&table, &review), ["skill acme/lookup", "globex", "2", "1", "no", "It is slow."]);
        let said = admin.run(&["review", "hide", &review, "--reason", "It is about another one."]).await.ok();
        assert!(said.contains("hidden and not counted"), "{said}");
        let hidden = json(admin.run(&["review", "ratings", "--hidden", "--json"]).await);
        assert_eq!(hidden["items"][0]["id"], review.as_str());
        assert!(acme.run(&["reviews", "skill", "lookup"]).await.ok().contains("no rating by 0"));
        let said = admin.run(&["review", "unhide", &review, "--reason", "It is about this one."]).await.ok();
        assert!(said.contains("shown and counted"), "{said}");
        assert!(acme.run(&["reviews", "skill", "lookup"]).await.ok().contains("2.0 by 1"));
        assert_eq!(acme.run(&["review", "ratings"]).await.code, Some(4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_component_is_used_for() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let (acme, globex, admin) =
            (tenant(&server, "acme").await, tenant(&server, "globex").await, admin(&server).await);
        published(&acme, &admin, "lookup").await;
        globex.run(&["install", "skill", "lookup"]).await.ok();
        globex.run(&["rate", "skill", "lookup", "4"]).await.ok();

        let table = acme.run(&["stats", "skill", "lookup"]).await.ok();
        assert!(
            table.lines().next().is_some_and(|head| head.starts_with("OF") && head.contains("INSTALLS")),
            "{table}"
        );
        assert_eq!(line(&table, "all time")[0], "1", "{table}");
        let found = json(acme.run(&["stats", "skill", "lookup", "--json"]).await);
        assert_eq!((&found["group_by"], &found["all_time"]["installs"]), (&"day".into(), &1.into()));
        let days = found["items"].as_array().expect("days");
        assert_eq!(days.iter().map(|day| day["installs"].as_u64().unwrap_or_default()).sum::<u64>(), 1, "{found}");

        let by_version = json(acme.run(&["stats", "skill", "lookup", "--by", "version", "--json"]).await);
        assert_eq!((&by_version["group_by"], &by_version["items"][0]["version"]), (&"version".into(), &"1.0.0".into()));
        let day = found["to"].as_str().expect("a day");
        let one = json(acme.run(&["stats", "skill", "lookup", "--from", day, "--to", day, "--json"]).await);
        assert_eq!((&one["from"], &one["to"]), (&Value::from(day), &Value::from(day)));
        let csv = acme.run(&["stats", "skill", "lookup", "--csv"]).await.ok();
        assert_eq!(csv.lines().count(), days.len() + 1, "{csv}");
        assert!(csv.lines().next().is_some_and(|head| head.contains("installs,")), "{csv}");

        let table = acme.run(&["stats"]).await.ok();
        assert_eq!(line(&table, "skill lookup")[0], "1", "{table}");
        assert_eq!(line(&table, "all 1")[0], "1", "{table}");
        let all = json(acme.run(&["stats", "--json"]).await);
        assert_eq!((&all["components"], &all["top_components"][0]["component_id"]), (&1.into(), &"lookup".into()));
        assert!(acme.run(&["stats", "--csv"]).await.ok().contains("lookup"));

        for (machine, arguments, code) in [
            (&globex, &["stats", "skill", "no-such"] as &[_], 3),
            (&acme, &["stats", "skill"], 2),
            (&acme, &["stats", "--by", "plan"], 2),
            (&acme, &["stats", "skill", "lookup", "--by", "moon"], 2),
            (&acme, &["stats", "skill", "lookup", "--csv", "--json"], 2),
        ] {
            let ended = machine.run(arguments).await;
            assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        }
        let wrong = acme.run(&["stats", "skill", "lookup", "--from", "yesterday"]).await;
        assert!(wrong.code != Some(0) && wrong.stderr.contains("from"), "{wrong:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_are_run_again() {
    each_db_async(async |db| {
        let server = TestServer::start_with_jobs(&db).await;
        let (acme, admin) = (tenant(&server, "acme").await, admin(&server).await);
        for id in ["one", "two"] {
            published(&acme, &admin, id).await;
        }
        let said = admin.run(&["review", "recheck", "--wait"]).await.ok();
        assert!(said.contains("2 versions: 0 would be refused"), "{said}");
        let found = json(admin.run(&["review", "recheck", "--wait", "--json"]).await);
        assert_eq!((&found["run"]["total"], &found["run"]["checked"]), (&2.into(), &2.into()), "{found}");
        let started = json(admin.run(&["review", "recheck", "--json"]).await);
        assert_eq!(started["total"], 2, "{started}");
        assert_eq!(acme.run(&["review", "recheck"]).await.code, Some(4));
    })
    .await;
}
