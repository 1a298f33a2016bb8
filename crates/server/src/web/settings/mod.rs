//! What the members of a tenant set: its pages share a shell with their list at the side.

mod webhooks;

use atom_marketplace_protocol::error::Code;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::request::Parts;
use maud::{Markup, html};

use super::layout::Page;
use super::sign_in::login_for;
use super::visit::Visit;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};

/// The sections: where each is, and what it is called.
const SECTIONS: [(&str, &str); 1] = [(webhooks::HOME, "Webhooks")];

pub(super) fn routes() -> Router<Marketplace> {
    Router::new().route("/settings", get(async || Redirect::to(SECTIONS[0].0))).merge(webhooks::routes())
}

/// A page of a section, beside the list of all of them.
fn page<'a>(visit: &Visit, title: &'a str, content: &Markup) -> Page<'a> {
    let here =
        |href: &str| visit.path() == href || visit.path().strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    Page::new(
        title,
        html! {
            div class="split left" {
                nav class="side" aria-label="Settings" { div class="sticky stack tight" {
                    @if let Some(tenant) = visit.tenant() { p class="label" { (tenant.name) } }
                    ul { @for (href, name) in SECTIONS { li { a href=(href) aria-current=[here(href).then_some("page")] { (name) } } } }
                } }
                div class="stack loose" { (content) }
            }
        },
    )
}

/// Lets in whom `admitted` lets in. Whoever is not signed in is sent to do that, and comes back; whose role does not suffice
/// hears `whose` it is to do.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself, once a request")]
fn admit<T>(parts: &Parts, admitted: ApiResult<T>, whose: &str) -> Result<T, Response> {
    let visit = parts.extensions.get::<Visit>();
    let signed_in = visit.is_some_and(|visit| !visit.is_anonymous());
    if !signed_in && parts.method == http::Method::GET {
        return Err(login_for(parts.uri.path()).into_response());
    }
    admitted.map_err(|error| {
        let error = if !signed_in {
            ApiError::new(Code::Unauthenticated, "Sign in, then send it once more.")
        } else if error.details.get("required_permission").is_some() {
            ApiError::new(Code::InsufficientPermissions, whose)
        } else {
            error
        };
        error.into_response()
    })
}
