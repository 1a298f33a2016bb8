//! The Markdown of `docs/`, embedded when the binary is built, for people as plain pages and for programs as it is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::response::{Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{ACCEPT, VARY};
use http::{HeaderMap, HeaderValue};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html as markdown_html};

use super::headers;
use super::layout::Page;
use super::visit::Visit;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};

/// File names and texts.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/docs.rs"));

const MARKDOWN: &str = "text/markdown; charset=utf-8";

struct Document {
    title: &'static str,
    html: String,
    markdown: Bytes,
}

/// The rendered documents by file name; made at the first look.
static DOCUMENTS: LazyLock<BTreeMap<&str, Document>> = LazyLock::new(|| {
    let document = |&(name, text): &(&'static str, &'static str)| {
        let markdown = Bytes::from_static(text.as_bytes());
        (name, Document { title: title(text).unwrap_or(name), html: render(text), markdown })
    };
    FILES.iter().map(document).collect()
});

pub(super) fn routes() -> Router<Marketplace> {
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(index))
        .route("/docs/{file}", get(page))
}

/// `/docs/{file}`: with or without `.md`, and in lower case with dashes.
async fn page(visit: Visit, Path(file): Path<String>, headers: HeaderMap) -> ApiResult<Response> {
    let (name, document) = DOCUMENTS
        .get_key_value(file.as_str())
        .or_else(|| DOCUMENTS.get_key_value(format!("{file}.md").as_str()))
        // `review-policy` is REVIEW_POLICY.md.
        .or_else(|| DOCUMENTS.get_key_value(format!("{}.md", file.to_ascii_uppercase().replace('-', "_")).as_str()))
        .ok_or_else(|| ApiError::not_found("page"))?;
    let mut response = if wants_markdown(&headers) {
        let etag = headers::etag_of(&document.markdown);
        headers::cached(&headers, document.markdown.clone(), etag, MARKDOWN)
    } else {
        let body = html! {
            div class="split left" {
                nav class="side" aria-label="Documents" { div class="sticky" { (list(Some(name))) } }
                article class="prose" { (PreEscaped(&document.html)) }
            }
        };
        Page::new(document.title, body).respond_to_all(&visit, &headers)
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept, Cookie"));
    Ok(response)
}

fn list(here: Option<&str>) -> Markup {
    html! { ul { @for (name, document) in DOCUMENTS.iter() {
        li { a href={ "/docs/" (name) } aria-current=[(here == Some(*name)).then_some("page")] { (document.title) } }
    } } }
}

/// `/docs/`: what there is.
async fn index(visit: Visit, headers: HeaderMap) -> Response {
    let body = html! {
        header class="head" {
            h1 { "Documents" }
            p { "How to use this marketplace, how to run one, and how it is made. They belong to the release that serves them." }
        }
        div class="cards" {
            @for (name, document) in DOCUMENTS.iter() {
                a class="card" href={ "/docs/" (name) } { strong { (document.title) } span { (first_sentence(&document.markdown)) } }
            }
            a class="card" href="/openapi.json" { strong { "OpenAPI" } span { "The HTTP API for programs." } }
        }
    };
    Page::new("Documents", body).respond_to_all(&visit, &headers)
}

/// The first sentence of a document that is no heading, without its marks.
fn first_sentence(markdown: &[u8]) -> String {
    let text = std::str::from_utf8(markdown).unwrap_or_default();
    let mut words = String::new();
    let mut within = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Paragraph) => within = true,
            Event::End(TagEnd::Paragraph) if !words.trim().is_empty() => break,
            Event::Text(part) | Event::Code(part) if within => words.push_str(&part),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    let end = words.find(". ").map_or(words.len(), |at| at + 1);
    words.truncate(end);
    words.trim_end_matches(':').to_owned()
}

/// Whether the client names a text format and not HTML. Programs that take anything get the text's page.
fn wants_markdown(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let names =
        |kind: &str| accept.split(',').any(|item| item.split(';').next().is_some_and(|name| name.trim() == kind));
    !names("text/html") && (names("text/markdown") || names("text/plain"))
}

fn title(markdown: &str) -> Option<&str> {
    markdown.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim)
}

/// Markdown as HTML. Headings get the anchors that GitHub gives them; HTML in the text is left out.
fn render(markdown: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
        .filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)))
        .collect();
    let mut seen = BTreeMap::new();
    let mut start = None;
    let mut words = String::new();
    for position in 0..events.len() {
        match &events[position] {
            Event::Start(Tag::Heading { .. }) => {
                start = Some(position);
                words.clear();
            }
            Event::Text(text) | Event::Code(text) if start.is_some() => words.push_str(text),
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&words, &mut seen);
                if let Some(Event::Start(Tag::Heading { id, .. })) = start.take().map(|at| &mut events[at]) {
                    *id = Some(CowStr::from(anchor));
                }
            }
            _ => {}
        }
    }
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    markdown_html::push_html(&mut out, events.into_iter());
    // What may scroll is reached by the keyboard too.
    out.replace("<pre>", "<pre tabindex=\"0\">")
        .replace("<table>", "<div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
}

fn anchor(words: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let slug: String = words
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect();
    let count = seen.entry(slug.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_and_html_is_left_out() {
        let html = render("# A `CODE` b\n\n## Same\n\n## Same\n\n<script>alert(1)</script>\n\nx <b onclick=y>z</b>");
        for part in ["<h1 id=\"a-code-b\">", "<h2 id=\"same\">", "<h2 id=\"same-1\">", "x z"] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("script") && !html.contains("onclick"), "{html}");
    }

    #[test]
    fn markdown_goes_to_those_who_ask_for_text() {
        let table = [
            ("", false),
            ("*/*", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false),
            ("text/markdown", true),
            ("text/plain;q=0.9", true),
            ("text/markdown, text/html", false),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_markdown(&headers), expected, "{accept}");
        }
    }
}
