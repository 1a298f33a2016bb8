//! How a webhook does, in numbers and as charts.

use std::collections::BTreeMap;
use std::time::Duration;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::webhook::{DisabledReason, Webhook, WebhookStatus};
use maud::{Markup, html};

use crate::web::chart::{Chart, Form, Series};
use crate::web::parts::{Tone, badge};
use crate::webhooks::Tried;

/// Where a webhook stands, in a word.
pub(super) fn state(webhook: &Webhook) -> Markup {
    match (webhook.status, &webhook.failing_since) {
        (WebhookStatus::Active, None) => badge(Tone::Good, "Active"),
        (WebhookStatus::Active, Some(_)) => badge(Tone::Warn, "Failing"),
        (WebhookStatus::Paused, _) => badge(Tone::Plain, "Paused"),
        (WebhookStatus::Disabled, _) => badge(Tone::Bad, "Disabled"),
    }
}

/// Why the marketplace has disabled it.
pub(super) fn disabled_because(reason: Option<DisabledReason>) -> &'static str {
    match reason {
        Some(DisabledReason::Gone) => "Its receiver answered 410 Gone, which says that it will not come back.",
        Some(DisabledReason::Failing) => "For five days nothing but failures came of its deliveries.",
        None => "Its deliveries failed.",
    }
}

/// The share of deliveries that have arrived, in per cent, rounded so that 100 means all.
pub(super) fn success(tried: &[Tried]) -> Option<String> {
    let delivered = tried.iter().filter(|delivery| delivery.delivered).count();
    (!tried.is_empty()).then(|| {
        let tenths = delivered * 1_000 / tried.len();
        if tenths.is_multiple_of(10) {
            format!("{} %", tenths / 10)
        } else {
            format!("{}.{} %", tenths / 10, tenths % 10)
        }
    })
}

/// What so many per cent of exchanges took at most.
pub(super) fn percentile(tried: impl Iterator<Item = Tried>, percent: usize) -> Option<Duration> {
    let mut took: Vec<Duration> = tried.map(|delivery| delivery.took).collect();
    took.sort_unstable();
    let at = (took.len() * percent).div_ceil(100).saturating_sub(1);
    took.get(at).copied()
}

/// A duration as people read it.
pub(super) fn duration(took: Duration) -> String {
    milliseconds(took.as_secs_f64() * 1_000.0)
}

pub(super) fn milliseconds(number: f64) -> String {
    if number >= 1_000.0 {
        format!("{:.1} s", number / 1_000.0)
    } else if number >= 10.0 || number.fract() < 0.05 {
        format!("{number:.0} ms")
    } else {
        format!("{number:.1} ms")
    }
}

/// How wide the places of the charts may be, in seconds, with their names.
const WIDTHS: [(u64, &str); 7] = [
    (60, "minute"),
    (300, "five minutes"),
    (900, "quarter of an hour"),
    (3_600, "hour"),
    (21_600, "six hours"),
    (86_400, "day"),
    (604_800, "week"),
];
/// Places in a chart, about.
const PLACES: u64 = 24;

/// The charts of how deliveries went, and how long they took; nothing where there was none.
pub(super) fn charts(tried: &[Tried], now: Timestamp) -> Markup {
    let Some(first) = tried.iter().map(|delivery| delivery.at).min() else { return html! {} };
    let span = now.since(first).as_secs();
    let (width, name) = WIDTHS.into_iter().find(|(width, _)| span / width < PLACES).unwrap_or(WIDTHS[6]);
    let place = |at: Timestamp| at.as_micros() as u64 / 1_000_000 / width;
    let mut groups: BTreeMap<u64, Vec<Tried>> =
        (place(first)..=place(now.max(first))).map(|at| (at, Vec::new())).collect();
    for delivery in tried {
        groups.entry(place(delivery.at)).or_default().push(*delivery);
    }
    let names: Vec<String> = groups.keys().map(|at| begins(at * width, width)).collect();
    let count = |delivered: bool| -> Vec<Option<f64>> {
        let counts =
            groups.values().map(|group| group.iter().filter(|delivery| delivery.delivered == delivered).count());
        counts.map(|count| Some(count as f64)).collect()
    };
    let within = |percent: usize| -> Vec<Option<f64>> {
        let each = groups.values().map(|group| percentile(group.iter().copied(), percent));
        each.map(|took| took.map(|took| took.as_secs_f64() * 1_000.0)).collect()
    };
    let of = format!("the last {} deliveries, by {name}, from {} UTC", tried.len(), names[0]);
    let outcome = Chart {
        id: "outcome",
        title: "Deliveries",
        description: format!(
            "How many arrived and how many failed: {of}. {} arrived.",
            success(tried).unwrap_or_default()
        ),
        places: ("From (UTC)", names.clone()),
        form: Form::Stacked,
        series: vec![
            Series { name: "Delivered", class: "good", values: count(true) },
            Series { name: "Failed", class: "bad", values: count(false) },
        ],
        write: |value| format!("{}", (value * 10.0).round() / 10.0),
    };
    let latency = Chart {
        id: "latency",
        title: "Answer time",
        description: format!("How long the receiver took, half and 95 % of the time: {of}."),
        places: ("From (UTC)", names),
        form: Form::Lines,
        series: vec![
            Series { name: "p50", class: "muted", values: within(50) },
            Series { name: "p95", class: "accent", values: within(95) },
        ],
        write: milliseconds,
    };
    html! { div class="cards wide" { (outcome.draw()) (latency.draw()) } }
}

/// When a place begins: the time of day, or the day.
fn begins(seconds: u64, width: u64) -> String {
    let text = Timestamp::from_micros((seconds * 1_000_000) as i64).to_string();
    let (day, time) = (text.get(5..10).unwrap_or_default(), text.get(11..16).unwrap_or_default());
    match width {
        0..21_600 => time.to_owned(),
        21_600..86_400 => format!("{day} {time}"),
        _ => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(seconds: i64, delivered: bool, millis: u64) -> Tried {
        Tried { at: Timestamp::from_micros(seconds * 1_000_000), delivered, took: Duration::from_millis(millis) }
    }

    #[test]
    fn a_hundred_per_cent_is_all() {
        let of = |delivered: usize, all: usize| {
            success(&(0..all).map(|at| tried(0, at < delivered, 1)).collect::<Vec<_>>()).unwrap()
        };
        assert_eq!([of(1, 1), of(0, 3), of(2, 3), of(1_999, 2_000)], ["100 %", "0 %", "66.6 %", "99.9 %"]);
        assert_eq!(success(&[]), None);
    }

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let all: Vec<_> = (1..=100).map(|millis| tried(0, true, millis)).collect();
        let at = |percent| percentile(all.iter().copied(), percent).unwrap().as_millis();
        assert_eq!([at(50), at(95), at(100)], [50, 95, 100]);
        assert_eq!(percentile([].into_iter(), 95), None);
        assert_eq!([3.0, 3.25, 12.3, 1_500.0].map(milliseconds), ["3 ms", "3.2 ms", "12 ms", "1.5 s"]);
    }

    #[test]
    fn charts_have_few_places_however_long_it_was() {
        let now = 1_795_514_400;
        for (before, places) in [(30, 1..=2), (3_000, 10..=12), (86_000, 20..=25), (80 * 86_400, 11..=13)] {
            let all = [tried(now - before, false, 20), tried(now, true, 10)];
            let html = charts(&all, Timestamp::from_micros(now * 1_000_000)).into_string();
            let rows = html.matches("<th scope=\"row\"").count() / 2;
            assert!(places.contains(&rows), "{before}: {rows}");
            assert_eq!(
                (html.matches("<rect class=\"good\"").count(), html.matches("<rect class=\"bad\"").count()),
                (1, 1)
            );
        }
        assert_eq!(charts(&[], Timestamp::default()).into_string(), "");
    }
}
