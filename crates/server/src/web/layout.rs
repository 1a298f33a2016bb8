//! The frame of every page.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, html};

use super::assets::{ICON, SCRIPT, STYLE};
use super::form::token;
use super::headers::{self, HTML};
use super::icons::{Icon, brand, icon};
use super::visit::Visit;

/// What the marketplace is called.
pub(super) const NAME: &str = "ATOM Marketplace";

/// A page to be put into the frame.
pub(super) struct Page<'a> {
    title: &'a str,
    status: StatusCode,
    body: Markup,
}

impl<'a> Page<'a> {
    pub(super) fn new(title: &'a str, body: Markup) -> Self {
        Self { title, status: StatusCode::OK, body }
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The page for one visitor, to be kept by nobody.
    pub(super) fn respond(self, visit: &Visit) -> Response {
        let html = frame(visit, self.title, &self.body).into_string();
        (self.status, [(CONTENT_TYPE, HTML), (VARY, "Cookie")], html).into_response()
    }

    /// A page that is the same for all who are not signed in, and may be kept.
    pub(super) fn respond_to_all(self, visit: &Visit, request: &HeaderMap) -> Response {
        if !visit.is_anonymous() {
            return self.respond(visit);
        }
        let html = Bytes::from(frame(visit, self.title, &self.body).into_string());
        let etag = headers::etag_of(&html);
        let mut response = headers::cached(request, html, etag, HTML);
        response.headers_mut().insert(VARY, HeaderValue::from_static("Cookie"));
        response
    }
}

fn frame(visit: &Visit, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { @if title != NAME { (title) " · " } (NAME) }
                link rel="stylesheet" href=(STYLE.href);
                // Not deferred: it sets the chosen theme before anything is painted.
                script src=(SCRIPT.href) {}
                link rel="icon" type="image/svg+xml" href=(ICON.href);
            }
            body {
                a class="skip" href="#main" { "Skip to content" }
                header class="top" { div class="inner" {
                    a class="brand" href="/" { (brand()) span { (NAME) } }
                    nav aria-label="Main" {
                        (link(visit, "/docs/", "Documents"))
                        @if visit.tenant().is_some() { (link(visit, "/settings", "Settings")) }
                        @if visit.account().is_some_and(|account| account.platform_admin) { (link(visit, "/review", "Review")) }
                    }
                    (who(visit))
                } }
                main id="main" tabindex="-1" { div class="inner" { (body) } }
                footer class="bottom" { div class="inner" {
                    span { (NAME) " " (env!("CARGO_PKG_VERSION")) }
                    a href="/docs/MARKETPLACE_API.md" { "API" }
                    a href="/openapi.json" { "OpenAPI" }
                    div class="theme" data-themes role="group" aria-label="Colours" hidden {
                        @for (value, label) in [("system", "System"), ("light", "Light"), ("dark", "Dark")] {
                            button type="button" value=(value) aria-pressed="false" { (label) }
                        }
                    }
                } }
            }
        }
    }
}

/// Who is signed in, and the way in and out.
fn who(visit: &Visit) -> Markup {
    let Some(account) = visit.account() else {
        return html! { a class="button small" href="/login" { "Sign in" } };
    };
    html! {
        details class="menu" {
            summary { (icon(Icon::Person)) span { (account.name) } }
            div {
                div {
                    strong { (account.name) }
                    div class="muted" { (account.email) }
                    @if let Some(tenant) = visit.tenant() { div class="muted" { (tenant.name) " · " code { (tenant.slug) } } }
                }
                form method="post" action="/logout" { (token(visit)) button class="button small block" { "Sign out" } }
            }
        }
    }
}

fn link(visit: &Visit, href: &str, label: &str) -> Markup {
    let here = visit.path().starts_with(href.trim_end_matches('/')).then_some("page");
    html! { a href=(href) aria-current=[here] { (label) } }
}
