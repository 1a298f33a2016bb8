//! Statistics as their readers see them: the public reads installs and ratings by day; the publisher and the platform read
//! everything. By plan, figures of fewer than three tenants are put together with others, so that they are nobody's own.

use std::collections::BTreeMap;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::statistics::{
    ComponentFigures, ComponentStatistics, Figures, PublisherStatistics, StatisticsGroup, StatisticsItem,
};

use super::MICROS_A_DAY;
use super::store::{self, Amounts, Grouped, Of};
use crate::catalog::model::ComponentRow;

/// The fewest tenants whose figures are shown by plan.
const FEWEST: i64 = 3;
/// What plans of fewer are put together as.
const OTHER: &str = "other";
/// Components shown of a publisher.
const TOP: usize = 20;
/// Components in a table.
const TABLE: u64 = 10_000;

/// The days asked for, first and last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// A day as its date.
pub(super) fn date(day: i64) -> String {
    let text = Timestamp::from_micros(day.saturating_mul(MICROS_A_DAY)).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// What was counted, and the number and sum of ratings.
type Ratings = (i64, i64);

fn figures(amounts: Amounts, active: i64, ratings: Option<Ratings>, all: bool) -> Figures {
    let count = |number: i64| Some(number.max(0).unsigned_abs()).filter(|_| all);
    let ran = all && amounts.executions > 0;
    let each = |part: i64| part as f64 / amounts.executions as f64;
    Figures {
        installs: amounts.installs.max(0).unsigned_abs(),
        uninstalls: count(amounts.uninstalls),
        active_installs: count(active),
        execution_count: count(amounts.executions),
        success_count: count(amounts.successes),
        // A success may be reported a day after its execution.
        success_rate: ran.then(|| each(amounts.successes).clamp(0.0, 1.0)),
        total_duration_ms: count(amounts.duration_ms),
        mean_duration_ms: ran.then(|| each(amounts.duration_ms)),
        rating_count: ratings.map(|(count, _)| count.max(0).unsigned_abs()),
        average_rating: ratings.filter(|(count, _)| *count > 0).map(|(count, sum)| sum as f64 / count as f64),
    }
}

fn sum<'a>(groups: impl IntoIterator<Item = &'a Grouped>) -> Amounts {
    groups.into_iter().fold(Amounts::default(), |all, group| all.plus(group.amounts))
}

/// What was counted on the days asked for, by how much what is active grew behind them, and all ratings of the days.
fn period(groups: &[Grouped], ratings: &[(i64, i64, i64)]) -> (Amounts, i64, Ratings) {
    let rated = ratings.iter().fold((0, 0), |all, (_, count, sum)| (all.0 + count, all.1 + sum));
    let (later, within): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.later);
    (sum(within), sum(later).active, rated)
}

/// Figures of a component. `all`: for those who may read everything.
pub(super) fn component(
    c: &mut Conn<'_>,
    row: &ComponentRow,
    days: Days,
    group: StatisticsGroup,
    all: bool,
) -> Result<ComponentStatistics, Error> {
    let of = Of::Component(row.id);
    let totals = store::totals(c, of, group)?;
    let groups = store::days(c, of, group, (days.from, days.to))?;
    let ratings = store::ratings(c, of, (days.from, days.to))?;
    let since_ever = sum(&totals);
    let (amounts, later, rated) = period(&groups, &ratings);
    let items = match group {
        StatisticsGroup::Day => by_day(&groups, &ratings, since_ever.active - later, days, all),
        StatisticsGroup::Version => by_key(&totals, &groups, |item, key| item.version = Some(key)),
        StatisticsGroup::Plan => {
            let shown = plans(&totals);
            let [totals, groups] = [totals, groups].map(|groups| renamed(groups, &shown));
            by_key(&totals, &groups, |item, key| item.plan = Some(key))
        }
    };
    let all_time = figures(since_ever, since_ever.active, Some((row.rating_count, 0)), all);
    Ok(ComponentStatistics {
        component_type: row.kind,
        component_id: row.slug.clone(),
        source_tenant_id: row.publisher_slug.to_string(),
        from: date(days.from),
        to: date(days.to),
        group_by: group,
        period: figures(amounts, since_ever.active - later, Some(rated), all),
        all_time: Figures { average_rating: row.average, ..all_time },
        items,
    })
}

/// Each day with its figures; `active` is how many have it at the end of the last one.
fn by_day(
    groups: &[Grouped],
    ratings: &[(i64, i64, i64)],
    mut active: i64,
    days: Days,
    all: bool,
) -> Vec<StatisticsItem> {
    let used: BTreeMap<i64, Amounts> =
        groups.iter().filter_map(|group| Some((group.key.parse().ok()?, group.amounts))).collect();
    let rated: BTreeMap<i64, Ratings> = ratings.iter().map(|(day, count, sum)| (*day, (*count, *sum))).collect();
    let mut items = Vec::new();
    for day in (days.from..=days.to).rev() {
        let amounts = used.get(&day).copied().unwrap_or_default();
        let ratings = rated.get(&day).copied().unwrap_or_default();
        let figures = figures(amounts, active, Some(ratings), all);
        items.push(StatisticsItem { day: Some(date(day)), figures, ..StatisticsItem::default() });
        active -= amounts.active;
    }
    items.reverse();
    items
}

/// Each version, or each plan, that there ever was, with its figures; those that ran most often first.
fn by_key(totals: &[Grouped], groups: &[Grouped], name: impl Fn(&mut StatisticsItem, String)) -> Vec<StatisticsItem> {
    let mut found: BTreeMap<&str, (Amounts, i64)> = BTreeMap::new();
    for total in totals {
        found.entry(&total.key).or_default().1 += total.amounts.active;
    }
    for group in groups {
        let (amounts, active) = found.entry(&group.key).or_default();
        if group.later {
            *active -= group.amounts.active;
        } else {
            *amounts = amounts.plus(group.amounts);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, (amounts, active))| std::cmp::Reverse((amounts.executions, *active, amounts.installs)));
    let item = |(key, (amounts, active)): (&str, (Amounts, i64))| {
        let mut item = StatisticsItem { figures: figures(amounts, active, None, true), ..StatisticsItem::default() };
        name(&mut item, key.to_owned());
        item
    };
    found.into_iter().map(item).collect()
}

/// The plans whose figures are shown. Those of few tenants are put together, and with them the smallest of the rest, until
/// what is put together is not the figures of few either: it is the difference of the others from all.
fn plans(totals: &[Grouped]) -> Vec<String> {
    // Not everyone who is active in a plan came to the component with it, nor is everyone who did still active.
    let tenants = |group: &Grouped| group.amounts.installs.max(group.amounts.active);
    let mut by_size: Vec<_> = totals.iter().map(|group| (tenants(group), group.key.clone())).collect();
    by_size.sort();
    let few = by_size.iter().take_while(|(tenants, _)| *tenants < FEWEST).count();
    let (mut hidden, mut together) = (0, 0);
    for (tenants, _) in &by_size {
        if hidden >= few && (hidden == 0 || together >= FEWEST) {
            break;
        }
        hidden += 1;
        together += tenants;
    }
    by_size.split_off(hidden).into_iter().map(|(_, plan)| plan).collect()
}

/// Plans by their names, those that are not shown as one.
fn renamed(groups: Vec<Grouped>, shown: &[String]) -> Vec<Grouped> {
    let name = |key: &String| {
        let plan = key.parse().ok().and_then(Plan::from_code).filter(|_| shown.contains(key));
        plan.map_or_else(|| OTHER.to_owned(), |plan| plan.to_string())
    };
    groups.into_iter().map(|group| Grouped { key: name(&group.key), ..group }).collect()
}

/// Figures of all components of a publisher.
pub(super) fn publisher(c: &mut Conn<'_>, publisher: i64, days: Days) -> Result<PublisherStatistics, Error> {
    let (of, group) = (Of::Publisher(publisher), StatisticsGroup::Day);
    let active = sum(&store::totals(c, of, group)?).active;
    let groups = store::days(c, of, group, (days.from, days.to))?;
    let ratings = store::ratings(c, of, (days.from, days.to))?;
    let (amounts, later, rated) = period(&groups, &ratings);
    Ok(PublisherStatistics {
        from: date(days.from),
        to: date(days.to),
        components: store::component_count(c, publisher)?,
        period: figures(amounts, active - later, Some(rated), true),
        items: by_day(&groups, &ratings, active - later, days, true),
        top_components: components(c, publisher, days, TOP as u64)?,
    })
}

/// A publisher's components, those that ran most often first.
fn components(c: &mut Conn<'_>, publisher: i64, days: Days, limit: u64) -> Result<Vec<ComponentFigures>, Error> {
    let rows = store::components(c, publisher, (days.from, days.to), limit)?;
    let read = |row: store::OneOf| ComponentFigures {
        component_type: row.kind,
        component_id: row.slug,
        name: row.name,
        figures: figures(row.amounts, row.active, Some((row.rating_count, row.rating_sum)), true),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The same as a table: a row for each component.
pub(super) fn publisher_table(c: &mut Conn<'_>, publisher: i64, days: Days) -> Result<Vec<Vec<String>>, Error> {
    let names = ["component_type", "component_id", "name"].map(str::to_owned).to_vec();
    let mut rows = vec![[names, columns()].concat()];
    for one in components(c, publisher, days, TABLE)? {
        let name = vec![one.component_type.to_string(), one.component_id, one.name];
        rows.push([name, cells(&one.figures)].concat());
    }
    Ok(rows)
}

/// A component's figures as a table: a row for each item.
pub(super) fn component_table(statistics: &ComponentStatistics) -> Vec<Vec<String>> {
    let mut rows = vec![[vec![statistics.group_by.to_string()], columns()].concat()];
    for item in &statistics.items {
        let name = [&item.day, &item.version, &item.plan].into_iter().flatten().cloned().collect();
        rows.push([name, cells(&item.figures)].concat());
    }
    rows
}

fn columns() -> Vec<String> {
    [
        "installs",
        "uninstalls",
        "active_installs",
        "execution_count",
        "success_count",
        "success_rate",
        "total_duration_ms",
        "mean_duration_ms",
        "rating_count",
        "average_rating",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// In the order of [`columns`]; what the reader may not see, or there is not, is empty.
fn cells(figures: &Figures) -> Vec<String> {
    let whole = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let real = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        figures.installs.to_string(),
        whole(figures.uninstalls),
        whole(figures.active_installs),
        whole(figures.execution_count),
        whole(figures.success_count),
        real(figures.success_rate),
        whole(figures.total_duration_ms),
        real(figures.mean_duration_ms),
        whole(figures.rating_count),
        real(figures.average_rating),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_plan_shows_the_figures_of_few() {
        // Tenants of each plan, from the least plan to the most, and the plans that are shown.
        for (tenants, shown) in [
            (vec![3, 4, 5, 6], vec!["1", "2", "3", "4"]),
            (vec![1, 1, 1, 6], vec!["4"]),
            (vec![2, 4, 5, 6], vec!["3", "4"]),
            (vec![2], vec![]),
            (vec![2, 9], vec![]),
            (vec![0, 3, 3], vec!["3"]),
            (vec![], vec![]),
        ] {
            let totals: Vec<_> = tenants
                .iter()
                .enumerate()
                .map(|(at, installs)| {
                    let amounts = Amounts { installs: *installs, ..Amounts::default() };
                    Grouped { key: (at + 1).to_string(), later: false, amounts }
                })
                .collect();
            let mut found = plans(&totals);
            found.sort();
            assert_eq!(found, shown, "{tenants:?}");
        }
    }
}
