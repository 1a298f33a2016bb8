//! What went wrong, as a page: what it was, and what to do next.

use atom_marketplace_protocol::error::Code;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use maud::html;
use serde_json::{Value, json};

use super::form::Typed;
use super::headers::HTML;
use super::layout::Page;
use super::parts::{code_block, spoken};
use super::visit::Visit;
use crate::error::ApiError;

/// What is answered where there is no page.
pub(super) async fn no_page() -> ApiError {
    ApiError::not_found("page")
}

/// What is answered where there is a page, but not for that method.
pub(super) async fn no_method() -> ApiError {
    ApiError::new(Code::MethodNotAllowed, "This page is not asked for in that way.")
}

/// A form without a token, or with another browser's. What was written in it comes back.
pub(super) fn stale(typed: &Typed) -> ApiError {
    let kept: Vec<_> = typed.worth_keeping().map(|(name, text)| json!({ "name": name, "text": text })).collect();
    ApiError::new(
        Code::InsufficientPermissions,
        "You were signed out meanwhile, or the form was not on a page of this marketplace, or your browser keeps no \
         cookies. Nothing was changed. Go back, load the page again, and send it once more.",
    )
    .details(json!({ "written": kept }))
}

fn title(error: &ApiError) -> &'static str {
    match error.code.status() {
        400 => "That cannot be done",
        401 => "Please sign in",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Not here",
        409 => "It has changed meanwhile",
        413 => "Too large",
        429 => "Too many attempts",
        503 => "Busy",
        _ => "Something went wrong",
    }
}

fn written(error: &ApiError) -> Vec<&str> {
    let kept = error.details.get("written").and_then(Value::as_array);
    kept.into_iter().flatten().filter_map(|field| field["text"].as_str()).collect()
}

/// The page for an error, with the headers that the answer has already.
pub(super) fn page(response: Response, visit: &Visit, error: &ApiError, request_id: &str) -> Response {
    if let Some(cause) = &error.cause {
        tracing::error!(request_id, code = error.code.as_str(), cause, "request failed");
    }
    let status = error.status();
    let body = html! {
        section class="narrow stack" {
            p class="muted number" { (status.as_u16()) }
            h1 { (title(error)) }
            p { (spoken(&error.message)) }
            @for (at, text) in written(error).iter().enumerate() {
                p class="label" { "What you wrote" }
                (code_block(&format!("written-{at}"), text))
            }
            @if status == StatusCode::NOT_FOUND { p class="muted" { "The address may be mistyped, or what was here is gone." } }
            div class="row" { a class="button primary" href="/" { "To the front page" } a class="button" href="/docs/" { "Documents" } }
            @if status.is_server_error() { p class="muted small" { "For whoever runs this marketplace: " code { (request_id) } } }
        }
    };
    let mut page = Page::new(title(error), body).status(status).respond(visit);
    for (name, value) in response.headers() {
        if name != CONTENT_LENGTH && name != CONTENT_TYPE {
            page.headers_mut().insert(name.clone(), value.clone());
        }
    }
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    page
}
