//! The front page.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use maud::html;

use super::icons::{Icon, icon};
use super::layout::{NAME, Page};
use super::parts::code_block;
use super::visit::Visit;
use crate::app::Marketplace;

pub(super) fn routes() -> Router<Marketplace> {
    Router::new().route("/", get(home))
}

/// The four marketplaces: what each holds, and where its list is.
const MARKETS: [(Icon, &str, &str, &str); 4] = [
    (
        Icon::Agent,
        "Agents",
        "Whole agents with their configuration, canvases and heuristics.",
        "/api/agent-marketplace/agents",
    ),
    (
        Icon::Skill,
        "Skills",
        "What an agent can do, with its input and output described.",
        "/api/skill-marketplace/skills",
    ),
    (
        Icon::Canvas,
        "Canvases",
        "Interfaces through which people and agents work together.",
        "/api/canvas-marketplace/components",
    ),
    (Icon::Domain, "Domains", "Knowledge, vocabulary and rules of a field.", "/api/domain-marketplace/domains"),
];

async fn home(State(m): State<Marketplace>, visit: Visit, headers: HeaderMap) -> Response {
    let search = format!("curl '{}/api/search?query=invoice'", m.public_url);
    let body = html! {
        div class="hero" {
            div class="stack loose" {
                h1 { "Agents you can trust with your work." }
                p class="lead" { "Every public version here is checked and reviewed before anyone can install it. Publish yours, install others’, and move them between instances." }
                div class="row" {
                    a class="button primary" href="/docs/" { "Read the documents" }
                    a class="button" href="/docs/MARKETPLACE_API.md" { "HTTP API" }
                }
            }
            div class="card stack" {
                h2 { "Start here" }
                p class="label" { "Search, with nothing but curl" }
                (code_block("c-curl", &search))
                p class="label" { "Python" }
                (code_block("c-python", "pip install atom-marketplace"))
                p class="label" { "TypeScript" }
                (code_block("c-npm", "npm install @atom-saas/marketplace-sdk"))
            }
        }
        section class="stack" aria-labelledby="markets" {
            h2 id="markets" { "Four marketplaces, one catalog" }
            div class="cards" {
                @for (sign, name, about, href) in MARKETS {
                    a class="card" href=(href) { strong { (icon(sign)) " " (name) } span { (about) } }
                }
            }
        }
    };
    Page::new(NAME, body).respond_to_all(&visit, &headers)
}
