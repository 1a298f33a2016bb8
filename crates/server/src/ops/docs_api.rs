//! The Markdown of `docs/`, embedded when the binary is built, for people as plain pages and for programs as it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use sha2::{Digest, Sha256};

use super::api;

/// File names and texts.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/docs.rs"));

const HTML: &str = "text/html; charset=utf-8";
const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// The pages' only style. The policy names it by its hash, so nothing else can style or run.
const STYLE: &str = "body{margin:0 auto;max-width:48rem;padding:1rem 1.25rem 4rem;font:1rem/1.6 system-ui,sans-serif;color:#1b1f24;background:#fff}\
h1,h2,h3{line-height:1.25;margin:2rem 0 .75rem}a{color:#0b57d0}code{font:.9em ui-monospace,monospace;background:#f1f3f5;padding:.1em .3em;border-radius:3px}\
pre{background:#f1f3f5;padding:.8rem 1rem;overflow-x:auto;border-radius:6px}pre code{padding:0;background:none}\
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #d5dae0;padding:.35rem .6rem;text-align:left;vertical-align:top}\
blockquote{margin:1rem 0;padding-left:1rem;border-left:3px solid #d5dae0}img{max-width:100%}\
@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#14171a}a{color:#8ab4f8}code,pre{background:#22272c}th,td,blockquote{border-color:#3a4148}}";

/// The style's hash as a content security policy names it.
pub(super) fn style_hash() -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE))
}

struct Page {
    html: Bytes,
    html_etag: HeaderValue,
    markdown: Bytes,
    markdown_etag: HeaderValue,
}

/// The rendered pages by file name; made at the first look.
static PAGES: LazyLock<BTreeMap<&str, Page>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|&(name, text)| {
            let html = Bytes::from(frame(title(text).unwrap_or(name), &render(text)));
            let markdown = Bytes::from_static(text.as_bytes());
            let (html_etag, markdown_etag) = (api::etag_of(&html), api::etag_of(&markdown));
            (name, Page { html, html_etag, markdown, markdown_etag })
        })
        .collect()
});

/// `/docs/{file}`: with or without `.md`.
pub(super) async fn page(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(page) = PAGES.get(file.as_str()).or_else(|| PAGES.get(format!("{file}.md").as_str())) else {
        return not_found();
    };
    let mut response = if wants_markdown(&headers) {
        api::cached(&headers, page.markdown.clone(), page.markdown_etag.clone(), MARKDOWN)
    } else {
        api::cached(&headers, page.html.clone(), page.html_etag.clone(), HTML)
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// `/docs/`: what there is.
pub(super) async fn index(headers: HeaderMap) -> Response {
    static INDEX: LazyLock<(Bytes, HeaderValue)> = LazyLock::new(|| {
        let mut items = String::new();
        for (name, text) in FILES {
            // Writing to a string does not fail.
            let _ = write!(items, "<li><a href=\"/docs/{name}\">{}</a></li>", escape(title(text).unwrap_or(name)));
        }
        let body = format!(
            "<h1>Documents</h1><ul>{items}<li><a href=\"/openapi.json\">OpenAPI description of the HTTP API</a></li></ul>"
        );
        let page = Bytes::from(frame("Documents", &body));
        let etag = api::etag_of(&page);
        (page, etag)
    });
    api::cached(&headers, INDEX.0.clone(), INDEX.1.clone(), HTML)
}

/// `/`: says what this server is and where to go on.
pub(super) async fn home(headers: HeaderMap) -> Response {
    static HOME: LazyLock<(Bytes, HeaderValue)> = LazyLock::new(|| {
        let body = concat!(
            "<h1>ATOM Marketplace</h1><p>Version ",
            env!("CARGO_PKG_VERSION"),
            ". The HTTP API is at <code>/api</code>.</p><ul>",
            "<li><a href=\"/docs/\">Documents</a></li>",
            "<li><a href=\"/openapi.json\">OpenAPI description</a></li>",
            "<li><a href=\"/api/agent-marketplace/agents\">Agents</a>, ",
            "<a href=\"/api/skill-marketplace/skills\">skills</a>, ",
            "<a href=\"/api/canvas-marketplace/components\">canvases</a>, ",
            "<a href=\"/api/domain-marketplace/domains\">domains</a> as JSON</li>",
            "<li><a href=\"/healthz\">Health</a>, <a href=\"/readyz\">readiness</a>, <a href=\"/metrics\">metrics</a></li></ul>",
        );
        let page = Bytes::from(frame("ATOM Marketplace", body));
        let etag = api::etag_of(&page);
        (page, etag)
    });
    api::cached(&headers, HOME.0.clone(), HOME.1.clone(), HTML)
}

/// 404 outside the API.
pub(super) fn not_found() -> Response {
    let page = frame("Not found", "<h1>Not found</h1><p>There is no such page. <a href=\"/\">Start here.</a></p>");
    let mut response = (StatusCode::NOT_FOUND, page).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    api::secure(response.headers_mut());
    response
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

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{}</title><style>{STYLE}</style></head><body><nav><a href=\"/\">ATOM Marketplace</a> · <a href=\"/docs/\">Documents</a></nav><main>{body}</main></body></html>",
        escape(title)
    )
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
    html::push_html(&mut out, events.into_iter());
    out
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

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
