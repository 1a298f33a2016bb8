//! Hints: a peer that has asked for it is told that the feed has grown, so that a takedown reaches it in seconds. A hint says
//! nothing else, and nothing rests on it: whoever missed it finds the same by its next pull.

mod api;
mod store;

use std::time::Duration;

use atom_marketplace_bundle::{Document as _, Event, sign};
use atom_marketplace_db::{Error, Timestamp};
use atom_marketplace_protocol::ids;
use futures_util::{StreamExt as _, stream};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tokio::sync::watch;

use super::feed;
use crate::app::Marketplace;
use crate::outbound::Request;

pub(super) use api::routes;
pub(super) use store::forget;

/// A peer hears no more than one hint in this time.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a peer may take to answer; as long, nobody else tells it.
const DEADLINE: Duration = Duration::from_secs(10);
/// Tries, after which its next pull has to do.
const TRIES: u32 = 6;
/// Peers that are told at once.
const AT_ONCE: usize = 8;

/// A peer that is to be told.
#[derive(Clone, Debug)]
struct Due {
    key: i64,
    url: String,
    since: Timestamp,
    failures: i64,
}

/// Tells peers whenever the feed has grown, until the server stops.
pub(crate) async fn run(m: Marketplace, mut stopped: watch::Receiver<bool>) {
    let mut grown = m.feed.grown();
    loop {
        grown.mark_unchanged();
        if let Err(error) = tell(&m).await {
            tracing::warn!(%error, "peers could not be told that the feed has grown and will be later");
        }
        tokio::select! {
            _ = grown.changed() => {}
            () = tokio::time::sleep(PAUSE) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Tells whoever has not heard of the latest changes. Each is told by one node.
async fn tell(m: &Marketplace) -> Result<(), Error> {
    let now = m.now();
    let (due, head) =
        m.db.read(move |c| {
            let head = feed::head(c)?;
            Ok::<_, Error>((store::due(c, head, now)?, head))
        })
        .await?;
    if due.is_empty() {
        return Ok(());
    }
    let signer = feed::signer(m).await?;
    let event = Event {
        format: Event::FORMAT.to_owned(),
        instance: signer.instance.to_string(),
        sequence: head as u64,
        at: now.to_string(),
        id: ids::new_id("hnt"),
    };
    let body = sign(&event, &signer.key).map_err(|refusal| Error::Other(refusal.to_string()))?.to_bytes();
    let told = stream::iter(due).map(|due| one(m, due, head, body.clone())).buffer_unordered(AT_ONCE);
    told.fold(Ok(()), |all, one| async { all.and(one) }).await
}

async fn one(m: &Marketplace, due: Due, head: i64, body: Vec<u8>) -> Result<(), Error> {
    let (key, claimed) = (due.key, m.now().plus(DEADLINE * 2));
    if !m.db.write(move |c| store::claim(c, key, due.since, claimed)).await? {
        return Ok(());
    }
    let failure = send(m, &due.url, body).await.err();
    let now = m.now();
    let (told, due_at, failures) = match &failure {
        None => (true, now.plus(PAUSE), 0),
        Some(why) => {
            tracing::debug!(url = due.url, why, "a peer could not be told that the feed has grown");
            let failures = u32::try_from(due.failures).unwrap_or(TRIES) + 1;
            let pause = PAUSE * (1 << failures.min(TRIES));
            if failures < TRIES { (false, now.plus(pause), i64::from(failures)) } else { (true, now.plus(pause), 0) }
        }
    };
    m.db.write(move |c| store::note(c, key, told.then_some(head), due_at, failures)).await
}

async fn send(m: &Marketplace, url: &str, body: Vec<u8>) -> Result<(), String> {
    let target = m.outbound.check(url).map_err(|refusal| refusal.to_string())?;
    let request = Request::post(target, body)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .deadline(DEADLINE)
        .answer_max(0);
    let answer = m.outbound.send(request).await.map_err(|error| error.to_string())?;
    if answer.status.is_success() { Ok(()) } else { Err(format!("it answered {}", answer.status)) }
}
