//! The documents: they name every route and every error code, and their links lead somewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Finding;
use super::source::File;

const API: &str = "docs/MARKETPLACE_API.md";

fn text<'a>(files: &'a [File], path: &str) -> &'a str {
    files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
}

const FEDERATION: &str = "docs/FEDERATION_API.md";

/// Every operation of openapi.json stands on the API page or that of federation, those of the four kinds once.
pub(super) fn routes(files: &[File]) -> Vec<Finding> {
    let document: Value = serde_json::from_str(text(files, "openapi.json")).unwrap_or_default();
    let mut wanted = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let others = ["/skill-marketplace", "/canvas-marketplace", "/domain-marketplace"];
        let served = ["/v1/marketplace/skills", "/v1/marketplace/canvases", "/v1/marketplace/domains"];
        if others.iter().chain(&served).any(|kind| path.contains(kind)) {
            continue;
        }
        let path = path
            .replace("/api/agent-marketplace/agents", "{C}")
            .replace("/api/agent-marketplace", "{base}")
            .replace("/v1/marketplace/agents", "/v1/marketplace/{kinds}");
        for method in item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()) {
            if ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                wanted.insert(format!("{method} {path}"));
            }
        }
    }
    let page = format!("{}{}", text(files, API), text(files, FEDERATION));
    wanted
        .iter()
        .filter(|operation| !page.contains(&format!("`{operation}`")) && !page.contains(&format!("`{operation}?")))
        .map(|operation| {
            Finding::new(
                API,
                0,
                format!("`{operation}` is not on the page: people cannot use what they do not know of"),
            )
        })
        .collect()
}

/// Every error code has its heading, which is what `#component_not_found` leads to.
pub(super) fn errors(files: &[File]) -> Vec<Finding> {
    let page = text(files, API);
    text(files, "crates/protocol/src/error.rs")
        .lines()
        .filter_map(|line| line.split_once(" = \"")?.1.split_once("\", ").map(|(code, _)| code))
        .filter(|code| code.chars().all(|char| char.is_ascii_uppercase() || char == '_'))
        .filter(|code| !page.lines().any(|line| line == format!("### {code}")))
        .map(|code| Finding::new(API, 0, format!("there is no heading `### {code}`: the error's documentation")))
        .collect()
}

/// Links within the repository lead to files, and to headings in them.
pub(super) fn links(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| std::path::Path::new(&file.path).extension().is_some_and(|e| e == "md")) {
        for (number, line) in file.text.lines().enumerate() {
            for (_, rest) in line.match_indices("](").map(|(at, found)| (at, &line[at + found.len()..])) {
                let Some((target, _)) = rest.split_once(')') else { continue };
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let path = if path.is_empty() { file.path.clone() } else { resolve(&file.path, path) };
                let there =
                    files.iter().find(|other| other.path == path || other.path.starts_with(&format!("{path}/")));
                let heading = |page: &File| {
                    page.text.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor)
                };
                if there.is_none_or(|page| page.path == path && !anchor.is_empty() && !heading(page)) {
                    findings.push(Finding::new(&file.path, number + 1, format!("the link `{target}` leads nowhere")));
                }
            }
        }
    }
    findings
}

/// A link's target from the root of the repository.
fn resolve(from: &str, link: &str) -> String {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A heading's anchor, as code hosts make it.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<File> {
        files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
    }

    #[test]
    fn a_route_without_a_word_is_found() {
        let openapi = r#"{"paths": {"/api/agent-marketplace/agents/{id}": {"get": {}, "delete": {}},
            "/api/skill-marketplace/skills/{id}": {"get": {}}, "/api/tokens": {"parameters": [], "post": {}}}}"#;
        let found = |page: &str| routes(&files(&[("openapi.json", openapi), (API, page)])).len();
        assert_eq!(found("`GET {C}/{id}`, `DELETE {C}/{id}` and `POST /api/tokens`"), 0);
        assert_eq!(found("`GET {C}/{id}`, and `POST /api/tokens`"), 1);
        assert_eq!(found(""), 3);
    }

    #[test]
    fn an_error_without_a_heading_is_found() {
        let code = "    /// Gone.\n    NotFound = \"NOT_FOUND\", 404;\n";
        let found = |page: &str| errors(&files(&[("crates/protocol/src/error.rs", code), (API, page)])).len();
        assert_eq!(found("### NOT_FOUND\n"), 0);
        assert_eq!(found("NOT_FOUND\n"), 1);
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let found = |link: &str| {
            let page = format!("# Two Words & More\n[x]({link})\n");
            links(&files(&[("docs/a.md", &page), ("README.md", "## Run it\n"), ("crates/x/y.rs", "")])).len()
        };
        for (link, expected) in [
            ("a.md", 0),
            ("../README.md#run-it", 0),
            ("#two-words--more", 0),
            ("../crates/x/", 0),
            ("https://example.com/#x", 0),
            ("b.md", 1),
            ("../README.md#walk-it", 1),
            ("#three", 1),
        ] {
            assert_eq!(found(link), expected, "{link}");
        }
    }
}
