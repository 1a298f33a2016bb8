//! `config`: what is in force and where it came from.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::{args, output};

pub(crate) fn run(arguments: &args::Config) -> anyhow::Result<ExitCode> {
    let settings = arguments.flags.settings()?;
    if arguments.json {
        let entries: Map<String, Value> = settings
            .in_force
            .iter()
            .map(|entry| {
                let source = entry.source.to_string();
                (
                    entry.setting.key.to_owned(),
                    json!({ "value": entry.shown, "source": source, "variable": entry.setting.variable }),
                )
            })
            .collect();
        output::json(&Value::Object(entries));
        return Ok(ExitCode::SUCCESS);
    }
    let width = settings.in_force.iter().map(|entry| entry.setting.key.len()).max().unwrap_or(0);
    for entry in &settings.in_force {
        let value = if entry.shown.is_empty() { "none" } else { &entry.shown };
        output::line(&format!("{:width$}  {value}  ({})", entry.setting.key, entry.source));
    }
    settings.warnings.iter().for_each(|warning| output::error(&format!("warning: {warning}")));
    Ok(ExitCode::SUCCESS)
}
