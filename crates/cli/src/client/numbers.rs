//! `reviews` and `stats`, and what the platform's admins do about reviews: what people say of components, and what these are
//! used for.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::rating::{ModeratedReview, Review};
use atom_marketplace_protocol::statistics::{Figures, StatisticsGroup};
use clap::Args;
use serde_json::json;

use super::args::{Connection, Target, kind, reference};
use super::profile;
use crate::output;
use atom_marketplace_sdk::ComponentRef;

/// `reviews`.
#[derive(Debug, Args)]
pub(crate) struct ReadReviews {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Answer one, as the component's publisher; an empty text takes the answer back.
    #[arg(long, num_args = 2, value_names = ["REVIEW_ID", "TEXT"])]
    pub(crate) reply: Option<Vec<String>>,
    /// Tell the platform what is wrong with one.
    #[arg(long, num_args = 2, value_names = ["REVIEW_ID", "REASON"], conflicts_with = "reply")]
    pub(crate) flag: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn reviews(args: &ReadReviews) -> anyhow::Result<()> {
    let collection = profile::connect(&args.connection)?.client.kind(args.target.kind);
    let component = &args.target.component;
    if let Some([review, reason]) = args.flag.as_deref() {
        collection.flag(component, review, reason).await?;
        if args.connection.json {
            output::json(&json!({}));
        } else {
            output::line("The platform will look at it.");
        }
        return Ok(());
    }
    let (mut all, mut rating) = (Vec::new(), None);
    match args.reply.as_deref() {
        Some([review, text]) if text.is_empty() => all.push(collection.delete_reply(component, review).await?),
        Some([review, text]) => all.push(collection.reply(component, review, text).await?),
        _ => {
            rating = Some(collection.rating(component).await?);
            all = collection.reviews(component).all().await?;
        }
    }
    if args.connection.json {
        output::json(&json!({ "rating": rating, "items": all }));
        return Ok(());
    }
    if let Some(rating) = rating {
        let mean = |mean: Option<f64>| mean.map_or_else(|| "no rating".to_owned(), |mean| format!("{mean:.1}"));
        let (mean, verified) = (mean(rating.average_rating), mean(rating.verified_average));
        let (all, installers) = (rating.rating_count, rating.verified_count);
        output::line(&format!("{mean} by {all}; by those who have it installed: {verified} by {installers}."));
    }
    all.iter().for_each(show);
    Ok(())
}

fn show(review: &Review) {
    let installed = if review.installed { ", has it installed" } else { "" };
    let head = format!("{} of 5, {}{installed}, {} ({})", review.rating, review.author, review.updated_at, review.id);
    output::line(&format!("\n{}", output::bold(&output::plain(&head))));
    output::line(&output::plain_lines(&review.review));
    if let Some(reason) = &review.hidden_reason {
        output::line(&output::plain(&format!("Hidden by the platform: {reason}")));
    }
    if let Some(reply) = &review.reply {
        output::line(&output::plain_lines(&format!("The publisher: {}", reply.text)));
    }
}

/// `review ratings`.
#[derive(Debug, Args)]
pub(crate) struct RatingsArgs {
    /// Only those that members have flagged.
    #[arg(long)]
    pub(crate) flagged: bool,
    /// Only those that are hidden.
    #[arg(long)]
    pub(crate) hidden: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn ratings(args: &RatingsArgs) -> anyhow::Result<()> {
    let mut list = profile::connect(&args.connection)?.client.admin().reviews().page_size(100);
    for (name, _) in [("flagged", args.flagged), ("hidden", args.hidden)].into_iter().filter(|(_, wanted)| *wanted) {
        list = list.query(name, true);
    }
    let found = list.all().await?;
    if args.connection.json {
        output::json(&json!({ "items": found }));
    } else if found.is_empty() {
        output::error("There is no such rating.");
    } else {
        let rows: Vec<_> = found.iter().map(row).collect();
        output::table(&["REVIEW", "COMPONENT", "BY", "STARS", "FLAGS", "HIDDEN", "TEXT"], &rows);
    }
    Ok(())
}

fn row(review: &ModeratedReview) -> Vec<String> {
    vec![
        review.id.clone(),
        format!("{} {}/{}", review.component_type, review.source_tenant_id, review.component_id),
        review.author_tenant_id.clone(),
        review.rating.to_string(),
        review.flag_count.to_string(),
        if review.hidden { "yes" } else { "no" }.to_owned(),
        review.review.clone().unwrap_or_default(),
    ]
}

/// `review hide` and `review unhide`.
#[derive(Debug, Args)]
pub(crate) struct HideArgs {
    /// `rate_…`
    pub(crate) id: String,
    /// Why; its author reads it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn hide(args: &HideArgs, hide: bool) -> anyhow::Result<()> {
    let admin = profile::connect(&args.connection)?.client.admin();
    let review = if hide {
        admin.hide_review(&args.id, &args.reason).await?
    } else {
        admin.show_review(&args.id, Some(&args.reason)).await?
    };
    if args.connection.json {
        output::json(&json!(review));
    } else {
        output::line(if review.hidden { "It is hidden and not counted." } else { "It is shown and counted." });
    }
    Ok(())
}

/// `stats`.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// agent, skill, canvas or domain; left out with the component: all that the tenant has published.
    #[arg(value_name = "KIND", value_parser = kind, requires = "component")]
    pub(crate) kind: Option<Kind>,
    /// `[PUBLISHER/]ID`
    #[arg(value_name = "COMPONENT", value_parser = reference)]
    pub(crate) component: Option<ComponentRef>,
    /// The first day, UTC: 2026-11-24. Left out: the last 30 days.
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<String>,
    /// The last day, UTC. Left out: today.
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<String>,
    /// day, version or plan.
    #[arg(long, value_name = "GROUP", default_value = "day", requires = "component")]
    pub(crate) by: StatisticsGroup,
    /// Print a table for spreadsheets.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

const COLUMNS: [&str; 8] = ["INSTALLS", "GONE", "ACTIVE", "RUNS", "SUCCESS", "MEAN MS", "RATINGS", "STARS"];

pub(super) async fn stats(args: &Stats) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let days = [("from", args.from.clone()), ("to", args.to.clone())];
    let (head, rows): (&str, Vec<Vec<String>>) = if let (Some(kind), Some(component)) = (args.kind, &args.component) {
        let mut call = client.kind(kind).stats(component).query("group_by", args.by);
        for (name, day) in days {
            call = day.into_iter().fold(call, |call, day| call.query(name, day));
        }
        if args.csv {
            output::bytes(&call.query("format", "csv").raw().await?);
            return Ok(());
        }
        let found = call.await?;
        if args.connection.json {
            output::json(&json!(found));
            return Ok(());
        }
        let name = |item: &atom_marketplace_protocol::statistics::StatisticsItem| {
            [&item.day, &item.version, &item.plan].into_iter().flatten().next().cloned().unwrap_or_default()
        };
        let mut rows: Vec<_> = found.items.iter().map(|item| cells(name(item), &item.figures)).collect();
        rows.push(cells("these days".to_owned(), &found.period));
        rows.push(cells("all time".to_owned(), &found.all_time));
        ("OF", rows)
    } else {
        let mut call = client.publisher_stats();
        for (name, day) in days {
            call = day.into_iter().fold(call, |call, day| call.query(name, day));
        }
        if args.csv {
            output::bytes(&call.query("format", "csv").raw().await?);
            return Ok(());
        }
        let found = call.await?;
        if args.connection.json {
            output::json(&json!(found));
            return Ok(());
        }
        let name = |one: &atom_marketplace_protocol::statistics::ComponentFigures| {
            format!("{} {}", one.component_type, one.component_id)
        };
        let mut rows: Vec<_> = found.top_components.iter().map(|one| cells(name(one), &one.figures)).collect();
        rows.push(cells(format!("all {}", found.components), &found.period));
        ("COMPONENT", rows)
    };
    let heads: Vec<_> = std::iter::once(head).chain(COLUMNS).collect();
    output::table(&heads, &rows);
    Ok(())
}

fn cells(name: String, figures: &Figures) -> Vec<String> {
    let whole = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        name,
        figures.installs.to_string(),
        whole(figures.uninstalls),
        whole(figures.active_installs),
        whole(figures.execution_count),
        or_dash(figures.success_rate.map(|rate| format!("{:.1} %", rate * 100.0))),
        or_dash(figures.mean_duration_ms.map(|mean| format!("{mean:.0}"))),
        whole(figures.rating_count),
        or_dash(figures.average_rating.map(|mean| format!("{mean:.1}"))),
    ]
}
