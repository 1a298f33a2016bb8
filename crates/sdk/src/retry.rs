//! Which failures are tried again, and when.

use std::time::Duration;

use reqwest::StatusCode;

use crate::Error;

/// The longest `Retry-After` that is waited for; beyond it the error is the caller's to deal with, at once.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// About what is waited before the second attempt; doubled for each after it.
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// The most that is waited unasked.
const MOST_UNASKED: Duration = Duration::from_secs(8);

/// How long to wait before trying again after `attempts` that failed; none where that makes no sense. Every request may
/// be sent twice: GET, PUT and DELETE by their nature, POST and PATCH by their `Idempotency-Key`.
pub(crate) fn wait(error: &Error, attempts: u32) -> Option<Duration> {
    let again = match error {
        Error::Connection(_) | Error::Timeout(_) => true,
        Error::Api(error) => match error.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => true,
            // The first request with this key is still at work. Any other conflict stays one.
            StatusCode::CONFLICT => error.retry_after.is_some(),
            status => status.is_server_error(),
        },
        Error::Invalid(_) | Error::Decode { .. } => false,
    };
    if !again {
        return None;
    }
    let unasked = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(10)).min(MOST_UNASKED);
    // Between half and the whole of it, so that those who failed together do not come back together.
    let unasked = unasked.mul_f64(0.5 + random() / 2.0);
    match error.retry_after() {
        Some(asked) if asked > LONGEST_WAIT => None,
        Some(asked) => Some(asked + unasked.mul_f64(0.1)),
        None => Some(unasked),
    }
}

/// Between 0 and 1. Jitter is no secret: without a random source there is none.
fn random() -> f64 {
    let mut bytes = [0; 4];
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

/// A key by which the server knows a repeated request.
pub(crate) fn idempotency_key() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::invalid(format!("the system has no random bytes: {error}")))?;
    Ok(atom_marketplace_protocol::digest::hex(&bytes))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::ApiError;

    fn answer(status: u16, retry_after: Option<u64>) -> Error {
        let mut error = ApiError::of(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), b"");
        error.retry_after = retry_after.map(Duration::from_secs);
        Box::new(error).into()
    }

    #[test]
    fn what_is_tried_again() {
        for (error, again) in [
            (answer(408, None), true),
            (answer(409, None), false),
            (answer(409, Some(1)), true),
            (answer(429, Some(30)), true),
            (answer(429, Some(31)), false),
            (answer(429, None), true),
            (answer(500, None), true),
            (answer(503, Some(60)), false),
            (answer(400, None), false),
            (answer(404, Some(1)), false),
            (answer(422, None), false),
            (Error::Connection("cut".into()), true),
            (Error::Timeout(Duration::from_secs(1)), true),
            (Error::invalid("no"), false),
        ] {
            assert_eq!(wait(&error, 1).is_some(), again, "{error:?}");
        }
    }

    #[test]
    fn waits_grow_to_a_limit_and_obey() {
        for (attempts, most) in [(1, 300), (2, 600), (3, 1_200), (20, 8_000)] {
            let waited = wait(&answer(500, None), attempts).unwrap();
            let most = Duration::from_millis(most);
            assert!(waited >= most / 2 && waited <= most, "{attempts}: {waited:?}");
        }
        let waited = wait(&answer(429, Some(2)), 1).unwrap();
        assert!(waited >= Duration::from_secs(2) && waited < Duration::from_secs(3), "{waited:?}");
    }
}
