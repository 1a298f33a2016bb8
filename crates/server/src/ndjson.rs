//! Long answers, line by line: a batch is read, sent and forgotten before the next, so that memory does not grow with the
//! answer, and no transaction lasts as long as a slow client.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::header::CONTENT_TYPE;

use crate::error::{ApiError, ApiResult};

/// The media type.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// An answer of lines. `read` turns a position into the lines from there and the position behind them, or none at the end.
/// The first batch is read before the answer begins, so that its failure is an error like any other; a later one cuts the
/// answer off, which every client notices.
pub(crate) async fn respond<P, F, R>(start: P, read: F) -> ApiResult<Response>
where
    P: Send + 'static,
    F: Fn(P) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = ApiResult<(Vec<u8>, Option<P>)>> + Send,
{
    let (first, next) = read(start).await?;
    let rest = stream::unfold(next, move |position| {
        let read = read.clone();
        async move {
            match read(position?).await {
                Ok((lines, next)) => Some((Ok(Bytes::from(lines)), next)),
                Err(error) => Some((Err(cut_off(&error)), None)),
            }
        }
    });
    let body = Body::from_stream(stream::once(async { Ok::<_, std::io::Error>(Bytes::from(first)) }).chain(rest));
    Ok(([(CONTENT_TYPE, NDJSON)], body).into_response())
}

fn cut_off(error: &ApiError) -> std::io::Error {
    tracing::warn!(error = error.cause.as_deref().unwrap_or(&error.message), "a long answer was cut off");
    std::io::Error::other("the answer could not be read to its end")
}

/// Adds a line.
pub(crate) fn push(lines: &mut Vec<u8>, line: &impl serde::Serialize) {
    serde_json::to_writer(&mut *lines, line).expect("a line is JSON");
    lines.push(b'\n');
}
