//! The plans of the lists on SQLite: with the wrong one a page costs as much as the whole catalog.

use atom_marketplace_db::testing::TestDb;
use atom_marketplace_db::{Error, Value};
use atom_marketplace_protocol::ids::Kind;

use super::*;
use crate::app::MIGRATIONS;

/// The plan's steps, one a line.
async fn plan(db: &TestDb, text: String, args: Vec<Value>) -> String {
    let steps = db.db.read(move |c| {
        let steps: Vec<(i64, i64, i64, String)> = c.all(&format!("EXPLAIN QUERY PLAN {text}"), &args)?;
        Ok::<_, Error>(steps.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n"))
    });
    steps.await.expect("a plan")
}

async fn migrated() -> TestDb {
    let db = TestDb::sqlite();
    let store = db.db.clone();
    tokio::task::spawn_blocking(move || store.migrate(MIGRATIONS)).await.expect("no panic").expect("migrated");
    db
}

#[tokio::test]
async fn every_public_order_walks_its_index() {
    let db = migrated().await;
    let all = Filter::of(Kind::Agent);
    let category = Filter { category: Some("sales".to_owned()), ..all.clone() };
    let tag = Filter { labels: vec![Label::tag("crm")], ..all.clone() };
    let tags = Filter { labels: vec![Label::tag("crm"), Label::capability("email")], ..all.clone() };
    let tier = Filter { pricing_tier: Some(atom_marketplace_protocol::plan::Plan::Team), ..tag.clone() };
    let int = || SortKey::Int(5);
    for (filter, sort, after, steps) in [
        (&all, Sort::Popular, int(), "SEARCH c USING COVERING INDEX component_by_rank (kind=? AND (rank,seq)<(?,?))"),
        (
            &all,
            Sort::Updated,
            int(),
            "SEARCH c USING COVERING INDEX component_by_updated (kind=? AND (updated_at,seq)<(?,?))",
        ),
        (&all, Sort::Created, int(), "SEARCH c USING COVERING INDEX component_by_created (kind=? AND seq<?)"),
        (
            &all,
            Sort::Rating,
            SortKey::Real(4.5),
            "SEARCH c USING INDEX component_by_rating (kind=? AND (rating_key,seq)<(?,?))",
        ),
        (
            &all,
            Sort::Name,
            SortKey::Text("m".to_owned()),
            "SEARCH c USING COVERING INDEX component_by_name (kind=? AND (name_key,seq)>(?,?))",
        ),
        (
            &category,
            Sort::Popular,
            int(),
            "SEARCH c USING COVERING INDEX component_by_category (kind=? AND category=? AND (rank,seq)<(?,?))",
        ),
        (
            &tag,
            Sort::Popular,
            int(),
            "SEARCH l USING PRIMARY KEY (kind=? AND label_type=? AND label=? AND listed=? AND (rank,component_id)<(?,?))",
        ),
        (
            &tags,
            Sort::Popular,
            int(),
            "SEARCH l USING PRIMARY KEY (kind=? AND label_type=? AND label=? AND listed=? AND (rank,component_id)<(?,?))\n\
             CORRELATED SCALAR SUBQUERY 1\n\
             SEARCH o USING COVERING INDEX component_label_component (component_id=? AND kind=? AND label_type=? AND label=? AND listed=? AND rank=?)",
        ),
        (
            &tier,
            Sort::Popular,
            int(),
            "SEARCH l USING PRIMARY KEY (kind=? AND label_type=? AND label=? AND listed=? AND (rank,component_id)<(?,?))\n\
             SEARCH c USING INTEGER PRIMARY KEY (rowid=?)",
        ),
    ] {
        let scope = Scope { filter, exact: None, tenant: None };
        let (text, args) = positions_sql(Dialect::Sqlite, scope, sort, Some(&(after, 9)), 0, 21);
        assert_eq!(plan(&db, text, args).await, steps, "{sort:?} {filter:?}");
        // The first page has no range, but the same index and no sort either.
        let (text, args) = positions_sql(Dialect::Sqlite, scope, sort, None, 0, 21);
        let first = plan(&db, text, args).await;
        assert!(!first.contains("TEMP B-TREE") && !first.contains("SCAN"), "{sort:?}: {first}");
    }
}

#[tokio::test]
async fn what_a_tenant_sees_is_bounded_by_what_is_its_own() {
    let db = migrated().await;
    let filter = Filter::of(Kind::Agent);
    let scope = Scope { filter: &filter, exact: None, tenant: Some(7) };
    let (text, args) = positions_sql(Dialect::Sqlite, scope, Sort::Popular, None, 0, 21);
    let steps = plan(&db, text, args).await;
    for step in [
        "SEARCH c USING COVERING INDEX component_by_rank (kind=?)",
        "SEARCH c USING INDEX component_tenant (tenant_id=? AND kind=?)",
        "SEARCH s USING COVERING INDEX sqlite_autoindex_component_share_1 (tenant_id=?)",
    ] {
        assert!(steps.contains(step), "{step} in\n{steps}");
    }
    assert!(!steps.contains("SCAN c"), "{steps}");
    for (exact, step) in [
        (Exact::Name("sales"), "component_by_name (kind=? AND name_key=?)"),
        (Exact::Slug("sales"), "component_slug (kind=? AND slug=?)"),
    ] {
        let scope = Scope { filter: &filter, exact: Some(exact), tenant: None };
        let (text, args) = positions_sql(Dialect::Sqlite, scope, Sort::Popular, None, 0, 20);
        let steps = plan(&db, text, args).await;
        assert!(steps.contains(step), "{steps}");
    }
}
