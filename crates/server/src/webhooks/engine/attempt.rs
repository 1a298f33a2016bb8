//! One exchange with a receiver, and what follows from it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::webhook::ANSWER_KEPT;
use http::{HeaderMap, StatusCode, header};

use super::Endpoint;
use crate::app::Marketplace;
use crate::events::outbox::Handed;
use crate::outbound::{self, Answer, Error, Request};
use crate::webhooks::store::deliveries::id_of;
use crate::webhooks::store::queue::Exchange;

/// The longest pause that a receiver may ask for.
const PATIENCE: Duration = Duration::from_hours(24);

/// What becomes of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It arrived.
    Delivered,
    /// It is tried again at this time.
    Retry(Timestamp),
    /// It is given up.
    GiveUp,
    /// The receiver is gone for good.
    Gone,
}

/// An exchange that was made, or refused.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) exchange: Exchange,
    pub(super) verdict: Verdict,
    /// Until when the receiver asks to be left alone.
    pub(super) quiet_until: Option<Timestamp>,
}

/// Sends one delivery.
pub(super) async fn run(m: &Marketplace, endpoint: &Endpoint, handed: &Handed) -> Attempt {
    let (at, took) = (m.now(), outbound::stopwatch());
    let sent = exchange(m, endpoint, handed, at).await;
    let (took, now) = (took(), m.now());
    m.deliveries.observe(outcome(&sent), took);
    let retry = || retry_at(&m.webhook_retry, handed.step, now);
    let (verdict, quiet_until) = match &sent {
        Ok(answer) if answer.status.is_success() => (Verdict::Delivered, None),
        Ok(answer) if answer.status == StatusCode::GONE => (Verdict::Gone, None),
        Ok(answer) => {
            let wanted = retry_after(&answer.headers, now);
            let at = retry().map(|at| wanted.map_or(at, |wanted| wanted.max(at)));
            let busy = matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            (at.map_or(Verdict::GiveUp, Verdict::Retry), wanted.filter(|_| busy))
        }
        Err(Error::Refused(_)) => (Verdict::GiveUp, None),
        Err(Error::Failed { .. }) => (retry().map_or(Verdict::GiveUp, Verdict::Retry), None),
    };
    let (status, error, answer) = match sent {
        Ok(answer) => (Some(answer.status), complaint(answer.status), text(&answer.body)),
        Err(Error::Failed { status, .. }) if status.is_some() => (status, Some(describe(&sent)), None),
        Err(_) => (None, Some(describe(&sent)), None),
    };
    let exchange = Exchange {
        at,
        url: endpoint.url.clone(),
        status: status.map(|status| status.as_u16()),
        error,
        took_us: took.as_micros() as i64,
        answer,
    };
    Attempt { exchange, verdict, quiet_until }
}

async fn exchange(m: &Marketplace, endpoint: &Endpoint, handed: &Handed, now: Timestamp) -> Result<Answer, Error> {
    let target = endpoint.target.clone()?;
    let mut request = Request::post(target, handed.message.body.clone());
    for (name, value) in endpoint.keys.headers(&handed.message, &id_of(&handed.message.uid), now) {
        request = request.header(name, value);
    }
    m.outbound.send(request).await
}

fn outcome(sent: &Result<Answer, Error>) -> &'static str {
    match sent {
        Ok(answer) if answer.status.is_success() => "delivered",
        Ok(_) => "answer",
        Err(Error::Refused(_)) => "refused",
        Err(Error::Failed { kind, .. }) => kind.as_str(),
    }
}

fn describe(sent: &Result<Answer, Error>) -> String {
    let text = sent.as_ref().err().map(ToString::to_string).unwrap_or_default();
    if matches!(sent, Err(Error::Refused(_))) { format!("not sent: {text}") } else { text }
}

fn complaint(status: StatusCode) -> Option<String> {
    if status.is_success() {
        return None;
    }
    let more = if status.is_redirection() { ": redirects are not followed" } else { "" };
    Some(format!("the receiver answered {}{more}", status.as_u16()))
}

/// The beginning of an answer as text, without what PostgreSQL does not store.
fn text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(ANSWER_KEPT)]).replace('\0', "\u{fffd}");
    Some(text).filter(|text| !text.is_empty())
}

/// When a delivery that has failed so often before is tried again; none: never. A tenth more or less, so that what failed
/// together does not come back together.
fn retry_at(pauses: &[Duration], step: i64, now: Timestamp) -> Option<Timestamp> {
    let pause = pauses.get(usize::try_from(step).ok()?)?;
    let mut random = [0; 2];
    getrandom::fill(&mut random).expect("the system has randomness");
    let share = 0.9 + 0.2 * f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX);
    Some(now.plus(pause.mul_f64(share)))
}

/// What `Retry-After` asks for: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = if let Ok(seconds) = value.parse::<u64>() {
        Duration::from_secs(seconds)
    } else {
        let date: SystemTime = httpdate::parse_http_date(value).ok()?;
        let until = date.duration_since(UNIX_EPOCH).ok()?;
        until.checked_sub(Duration::from_micros(now.as_micros().max(0) as u64))?
    };
    Some(now.plus(pause.min(PATIENCE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_follow_the_schedule() {
        let (now, pauses) = (Timestamp::from_micros(1_000_000), [5, 30].map(Duration::from_secs));
        for (step, least, most) in [(0, 4_500, 5_500), (1, 27_000, 33_000)] {
            for _ in 0..200 {
                let pause = retry_at(&pauses, step, now).unwrap().since(now).as_millis();
                assert!((least..=most).contains(&pause), "{step}: {pause}");
            }
        }
        assert_eq!(retry_at(&pauses, 2, now), None);
    }

    #[test]
    fn receivers_may_ask_for_patience() {
        let now = Timestamp::from_micros(784_111_777 * 1_000_000);
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", None),
            ("999999999", Some(86_400)),
            ("-1", None),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())]);
            let found = retry_after(&headers, now).map(|until| until.since(now).as_secs());
            assert_eq!(found, seconds, "{value}");
        }
    }

    #[test]
    fn answers_are_kept_as_text() {
        assert_eq!(text(b"").as_deref(), None);
        assert_eq!(text(b"a\0\xff").as_deref(), Some("a\u{fffd}\u{fffd}"));
        assert_eq!(text(&[b'x'; 10_000]).unwrap().len(), ANSWER_KEPT);
    }
}
