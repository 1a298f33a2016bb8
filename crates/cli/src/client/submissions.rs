//! `submissions`: what the tenant wants to be public, and the conversation with the reviewers.

use serde_json::json;

use super::review_args::{SubmissionsArgs, SubmissionsCommand};
use super::{profile, review};
use crate::output;

pub(super) async fn run(args: &SubmissionsArgs) -> anyhow::Result<()> {
    let connection = args.command.connection();
    let own = profile::connect(connection)?.client.submissions();
    match &args.command {
        SubmissionsCommand::List { .. } => {
            let submissions = own.list().page_size(100).all().await?;
            if connection.json {
                output::json(&json!({ "items": submissions }));
            } else if submissions.is_empty() {
                output::error("Nothing was submitted yet: `atom-marketplace publish --public` does.");
            } else {
                review::table(&submissions);
            }
        }
        SubmissionsCommand::Show(one) => {
            let detail = own.get(&one.id).await?;
            if connection.json { output::json(&json!(detail)) } else { review::show(&detail) }
        }
        SubmissionsCommand::Messages(one) => review::messages(&own.messages(&one.id).all().await?, connection.json),
        SubmissionsCommand::Reply(said) => {
            review::messages(&[own.reply(&said.id, &said.text).await?], connection.json);
        }
    }
    Ok(())
}
