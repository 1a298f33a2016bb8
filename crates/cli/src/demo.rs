//! `serve --demo`: the example catalog, and lines to paste into a shell.

use std::fmt::Write as _;

use atom_marketplace_server::app::Marketplace;
use atom_marketplace_server::config::{Key, Keys};
use atom_marketplace_server::demo::{self, Api, Seeded};

/// Fills an empty database, and answers what to print once the server listens.
pub(crate) async fn prepare(m: &Marketplace, keys: &Keys, url: &str) -> String {
    let api = Api::new(m, keys.admin_key.expose());
    let tried = async {
        let made = match demo::seed(&api).await? {
            Seeded::Now { components } => format!("Made an example catalog of {components} components."),
            Seeded::Before => "The example catalog is there already.".to_owned(),
            Seeded::NotEmpty => {
                return Ok(
                    "The database has data of its own, so no example catalog is made: use another --data-dir for it.\n"
                        .to_owned(),
                );
            }
        };
        let token = demo::token(&api, m.now()).await?;
        let waiting = demo::waiting(&api).await?;
        Ok::<_, String>(format!("{made}\n{}", lines(url, &token, &keys.admin_key_from, waiting.as_deref())))
    };
    tried.await.unwrap_or_else(|error| {
        tracing::error!(error, "the example catalog could not be made; the next start with --demo goes on with it");
        String::new()
    })
}

/// The integration guide's own requests with everything filled in, and an approval.
fn lines(url: &str, token: &str, admin_key: &Key, waiting: Option<&str>) -> String {
    let tenant = demo::TENANT;
    let get = |path: &str, query: &[&str]| {
        let mut line =
            format!("curl -sS -G '{url}{path}' -H 'X-Tenant-ID: {tenant}' -H 'Authorization: Bearer {token}'");
        for pair in query {
            // Writing to a string does not fail.
            let _ = write!(line, " --data-urlencode '{pair}'");
        }
        line
    };
    let agents = "/api/agent-marketplace/agents";
    let mut lines = vec![
        format!("\nTry it as the tenant `{tenant}` (the token lasts 30 days):\n"),
        "# List agents".to_owned(),
        get(agents, &["marketplace_type=public", "capability=sales", "min_rating=4.0"]),
        "# List skills".to_owned(),
        get("/api/skill-marketplace/skills", &[]),
        "# List canvases".to_owned(),
        get("/api/canvas-marketplace/components", &[]),
        "# Search agents".to_owned(),
        get(&format!("{agents}/search"), &["query=sales automation", "capability=crm"]),
        "# An agent".to_owned(),
        get(&format!("{agents}/sales_automation_agent"), &[]),
        "# A skill".to_owned(),
        get("/api/skill-marketplace/skills/salesforce_integration", &[]),
    ];
    let admin = match admin_key {
        Key::Set => "X-Admin-Key: $ATOM_ADMIN_KEY".to_owned(),
        Key::Found(path) | Key::Made(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            format!("X-Admin-Key: $(cat {})", quoted(&path.display().to_string()))
        }
    };
    lines.push("# What waits for a reviewer".to_owned());
    lines.push(format!("curl -sS '{url}/api/admin/submissions' -H \"{admin}\""));
    if let Some(id) = waiting {
        lines.push("# Approve the first of it".to_owned());
        lines.push(format!(
            "curl -sS -X POST '{url}/api/admin/submissions/{id}/approve' -H \"{admin}\" -H 'Content-Type: application/json' -d '{{}}'"
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
