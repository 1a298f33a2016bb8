//! The style, the script and the icon, embedded in the binary. Their names hold a hash of their content, so a browser keeps
//! them for good.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::headers::short_hash;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};

/// One file under `/assets/`.
pub(super) struct Asset {
    /// Where it is, with its hash.
    pub(super) href: String,
    content_type: &'static str,
    text: String,
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, text: String) -> Self {
        Self { href: format!("/assets/{stem}-{}.{extension}", short_hash(text.as_bytes())), content_type, text }
    }
}

pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("site", "css", "text/css; charset=utf-8", without_comments(include_str!("assets/site.css")))
});
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("site", "js", "text/javascript; charset=utf-8", include_str!("assets/site.js").to_owned())
});
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg").to_owned()));

pub(super) fn routes() -> Router<Marketplace> {
    Router::new().route("/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>) -> ApiResult<Response> {
    let named = |asset: &&Asset| asset.href.strip_prefix("/assets/") == Some(&name);
    let found = [&*STYLE, &*SCRIPT, &*ICON].into_iter().find(named).ok_or_else(|| ApiError::not_found("file"))?;
    let headers = [(CONTENT_TYPE, found.content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, found.text.as_str()).into_response())
}

/// A style sheet without its comments and indentation.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_not_sent() {
        assert_eq!(without_comments("/* a */ b { c: d }\n\n  /* e\n f */\n  g { }\n"), "b { c: d }\ng { }");
        assert!(!STYLE.text.contains("/*"));
    }

    #[test]
    fn names_change_with_the_content() {
        let one = Asset::new("a", "css", "", "x".to_owned());
        assert_ne!(one.href, Asset::new("a", "css", "", "y".to_owned()).href);
        assert!(one.href.starts_with("/assets/a-"));
    }
}
