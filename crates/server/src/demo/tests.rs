//! The catalog itself: large enough, varied enough, and the same every time.

use std::collections::BTreeSet;

use super::catalog::{Item, TENANTS, items};
use super::content::publication;
use super::*;

#[test]
fn the_catalog_is_large_and_has_all_kinds() {
    let items = items();
    let served: Vec<&Item> = items.iter().filter(|item| !item.waits).collect();
    let waiting = items.len() - served.len();
    assert!(items.len() >= 200 && (5..=20).contains(&waiting), "{} and {waiting}", items.len());
    for kind in Kind::ALL {
        assert!(served.iter().filter(|item| item.kind == *kind).count() >= 25, "{kind}");
    }
    let names: BTreeSet<_> = items.iter().map(|item| (item.kind, item.tenant, &item.id)).collect();
    assert_eq!(names.len(), items.len());
    let publishers: BTreeSet<_> = served.iter().map(|item| item.tenant).collect();
    assert_eq!(publishers.len(), TENANTS.len());
    assert!(items.iter().filter(|item| item.dependency.is_some()).count() >= 20);
}

#[test]
fn it_is_the_same_every_time() {
    let all = || items().iter().map(|item| publication(item, 0).to_string()).collect::<Vec<_>>();
    assert_eq!(all(), all());
}

#[test]
fn some_agents_are_good_at_sales() {
    let good = items().into_iter().filter(|item| {
        let ratings: Vec<u8> = TENANTS.iter().filter_map(|(tenant, _)| item.rated_by(tenant)).collect();
        let mean = ratings.iter().map(|rating| f64::from(*rating)).sum::<f64>() / ratings.len().max(1) as f64;
        item.kind == Kind::Agent && item.capabilities.contains(&"sales") && mean >= 4.0
    });
    assert!(good.count() >= 3);
}
