//! The curl samples of the integration guide, taken from the guide as it was given to users, against `serve --demo`.
//! Only the host, the ids and the credentials are replaced.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::process::Server;

/// The guide as this repository adapts it.
const ADAPTED: &str = include_str!("../../../../docs/INTEGRATION_GUIDE.md");

/// The guide's text, which lies beside the repository.
fn guide() -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/guide/integration-guide-v13.txt");
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("NO GUIDE AT {}: THE ADAPTED ONE STANDS IN FOR IT.", path.display());
    }
    text
}

/// Each `curl` with the lines it goes on for. The text runs on after a sample's last quote: that is cut.
fn samples(guide: &str) -> Vec<String> {
    let mut samples = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with("curl ") {
            continue;
        }
        let mut sample = String::new();
        let mut line = Some(line);
        while let Some(part) = line {
            let part = part.trim_start();
            if let Some(part) = part.strip_suffix('\\') {
                sample.push_str(part);
                line = lines.next();
            } else {
                let end = part.rfind(['"', '\'']).map_or(part.len(), |at| at + 1);
                sample.push_str(&part[..end]);
                break;
            }
        }
        samples.push(sample);
    }
    samples
}

#[test]
fn the_guides_samples_work() {
    // Beside the repository on the machines that have it; a clone has the guide as it was adapted, with the same samples.
    let guide = guide().unwrap_or_else(|| ADAPTED.to_owned());
    let samples = catalog_samples(&guide);
    assert_eq!(samples.len(), 6, "{samples:#?}");

    let server = Server::start(&["--demo"], &[]);
    let token = server.tenant("guide-reader");
    let first = |path: &str| {
        let page = server.admin("GET", path, None);
        page["items"][0]["id"].as_str().expect("the demo has one").to_owned()
    };
    let agent = first("/api/agent-marketplace/agents?marketplace_type=public");
    let skill = first("/api/skill-marketplace/skills?marketplace_type=public");
    for sample in samples {
        let command = sample
            .replace("https://atom-saas.fly.dev", &server.url())
            .replace("http://127.0.0.1:8080", &server.url())
            .replace("your-tenant-id", "guide-reader")
            .replace("your-api-token", &token)
            .replace("{agent_id}", &agent)
            .replace("{skill_id}", &skill);
        let output =
            Command::new("sh").args(["-c", &format!("{command} --silent --show-error --fail-with-body")]).output();
        let output = output.expect("a shell");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{sample}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{sample}\n{error}: {said}"));
        let found = answer["items"].as_array().map_or_else(|| usize::from(answer["id"].is_string()), Vec::len);
        assert!(found > 0, "the demo has nothing to show for\n{sample}\n{said}");
    }
}

#[test]
fn the_adapted_guide_has_the_same_samples() {
    let Some(guide) = guide() else { return };
    let there: Vec<_> = catalog_samples(&guide)
        .iter()
        .map(|sample| sample.replace("https://atom-saas.fly.dev", "http://127.0.0.1:8080"))
        .collect();
    assert_eq!(catalog_samples(ADAPTED), there);
}

/// The samples of the test environment, for the tests of that.
pub(crate) fn samples_of_the_test_environment() -> Vec<String> {
    let guide = guide().unwrap_or_else(|| ADAPTED.to_owned());
    samples(&guide).into_iter().filter(|sample| sample.contains("/api/test")).collect()
}

/// The samples of the catalog; the one of the test environment is for that to run.
fn catalog_samples(guide: &str) -> Vec<String> {
    samples(guide).into_iter().filter(|sample| !sample.contains("/api/test")).collect()
}

#[test]
fn samples_end_where_the_text_goes_on() {
    let text = "# a\ncurl -X GET \"u\" \\\n-H \"a: b\" \\\n-G\n# c\ncurl \"v\" \\\n-H \"c\"Next Heading\nprose\n";
    assert_eq!(samples(text), ["curl -X GET \"u\" -H \"a: b\" -G", "curl \"v\" -H \"c\""]);
}
