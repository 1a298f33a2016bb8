//! The OpenAPI document says all that a client needs to know of each operation.

use std::collections::BTreeSet;

use atom_marketplace_server::http::openapi;
use serde_json::Value;

#[test]
fn every_operation_is_documented_to_its_end() {
    let document: Value = serde_json::from_str(&openapi::json()).expect("the document is JSON");
    let tags: BTreeSet<&str> = texts(&document["tags"], "name");
    assert_eq!(tags.len(), texts(&document["tags"], "description").len());
    let mut lacking = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = format!("{method} {path}");
            let mut need = |what: &str, there: bool| {
                if !there {
                    lacking.push(format!("{name}: {what}"));
                }
            };
            for field in ["summary", "description", "operationId"] {
                need(field, operation[field].as_str().is_some_and(|text| !text.is_empty()));
            }
            need("security", operation["security"].is_array());
            need("a known tag", operation["tags"][0].as_str().is_some_and(|tag| tags.contains(tag)));
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&document, parameter);
                need(&format!("what {} is", parameter["name"]), parameter["description"].is_string());
            }
            let responses = operation["responses"].as_object().expect("responses");
            let mut statuses = vec!["400", "401", "429", "500", "503"];
            if operation.get("requestBody").is_some() {
                statuses.extend(["413", "415"]);
            }
            if matches!(method.as_str(), "post" | "patch") {
                statuses.extend(["409", "422"]);
            }
            for status in statuses {
                need(status, responses.contains_key(status));
            }
            for (status, response) in responses {
                let response = resolved(&document, response);
                for header in ["X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"] {
                    need(&format!("{header} of {status}"), response["headers"].get(header).is_some());
                }
                need(&format!("Retry-After of {status}"), {
                    !matches!(status.as_str(), "429" | "503") || response["headers"].get("Retry-After").is_some()
                });
                need(&format!("ETag of {status}"), status != "304" || response["headers"].get("ETag").is_some());
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// What a reference stands for.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("what is referred to"),
        None => value,
    }
}

fn texts<'a>(list: &'a Value, field: &str) -> BTreeSet<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| item[field].as_str()).collect()
}
