//! What reviewers and a publisher say to each other about a submission.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::review::{Message, MessageSide};
use atom_marketplace_protocol::text::{TextRule, clean};
use serde_json::json;

use super::model::word;
use super::record;
use super::review::SubmissionRow;
use super::store::{self as catalog, review as store};
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult};
use crate::paging::Window;

const TEXT: TextRule = TextRule { max_chars: 4_000, multiline: true, required: true };
/// Messages of one submission: where there are as many, writing is not what helps.
const THREAD_MAX: u64 = 500;

/// A message and its key.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct MessageRow {
    id: i64,
    message: Message,
}

impl FromRow for MessageRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            message: Message {
                id: row.get("uid")?,
                from: word(row, "side")?,
                author: row.get("author")?,
                text: row.get("body")?,
                created_at: row.get::<Timestamp>("created_at")?.to_string(),
            },
        })
    }
}

/// A page of a submission's messages, the oldest first.
pub(crate) fn list(c: &mut Conn<'_>, submission: &SubmissionRow, window: &Window<i64>) -> ApiResult<Page<Message>> {
    let rows = store::messages(c, submission.id, window)?;
    Ok(window.page(rows, submission.submission.message_count, |row| row.id, |row| row.message))
}

/// A message's text, checked.
pub(crate) fn check(text: &str) -> ApiResult<String> {
    clean(text, TEXT).map_err(|message| ApiError::field("text", message))
}

/// Says something. `text` has been checked.
pub(crate) fn post(
    c: &mut Conn<'_>,
    actor: &Actor,
    side: MessageSide,
    submission: &SubmissionRow,
    text: &str,
    now: Timestamp,
) -> ApiResult<Message> {
    if submission.submission.message_count >= THREAD_MAX {
        return Err(ApiError::conflict(format!("There are {THREAD_MAX} messages already, and no room for more.")));
    }
    let message = Message {
        id: ids::new_id("msg"),
        from: side,
        author: actor.to_string(),
        text: text.to_owned(),
        created_at: now.to_string(),
    };
    store::insert_message(c, submission.id, &message, now)?;
    let key = store::component_of(c, submission.id)?;
    let component = catalog::component_by_key(c, key)?;
    let details = json!({ "submission": submission.submission.id, "message": message.id, "from": side });
    record::note(c, actor, &component, "submission.message", details, now)?;
    Ok(message)
}
