//! Mail: queued in the transaction of its cause, sealed since it holds a link, sent by a job, and deleted once the operator's
//! mail server has accepted it. What it refuses for now is tried again for a day; a link is over sooner than that helps.
//! A letter may arrive twice (a node may fall between sending and noting it): its Message-ID is the same.

use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::token::Secret;
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};

use super::store;
use crate::app::Marketplace;

/// How long one try may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// While a node tries, no other one does. Longer than a try with its connection.
const LEASE: Duration = Duration::from_mins(3);
/// Letters sent in one run of the job.
const AT_ONCE: usize = 50;
/// When a letter is given up.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// The way to the operator's mail server. It prints nothing of its password.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailer(…)")
    }
}

impl Mailer {
    /// Checks the settings and makes the way; nothing is dialled yet. The error repeats no password.
    pub fn new(url: &Secret, from: &str) -> Result<Self, String> {
        let from: Mailbox =
            from.parse().map_err(|_| format!("`{from}` is no address, such as `Marketplace <noreply@example.com>`"))?;
        let why = "it must read smtps://user:password@host, smtp://user:password@host?tls=required, or smtp://host";
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose()).map_err(|_| why.to_owned())?;
        let parsed = url::Url::parse(url.expose()).map_err(|_| why.to_owned())?;
        let guarded =
            parsed.scheme() == "smtps" || parsed.query_pairs().any(|(key, tls)| key == "tls" && tls == "required");
        if parsed.password().is_some() && !guarded {
            return Err("a password goes over TLS alone: write smtps://…, or add ?tls=required".to_owned());
        }
        let hello = ClientId::Domain(from.email.domain().to_owned());
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).hello_name(hello).build(), from })
    }

    fn message(&self, uid: &str, recipient: &str, text: &Text) -> Result<Message, String> {
        let to = recipient.parse().map_err(|_| "the address cannot be written to".to_owned())?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(format!("<{uid}@{}>", self.from.email.domain())))
            .subject(&text.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.body.clone())
            .map_err(|error| error.to_string())
    }
}

/// What a letter says.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Text {
    subject: String,
    body: String,
}

/// To a person who is invited.
pub(super) fn invitation(tenant: &str, url: &str) -> Text {
    Text {
        subject: format!("Your invitation to {tenant}"),
        body: format!(
            "{tenant} has invited you to its ATOM Marketplace. Open this link and set your password:\n\n{url}\n\n\
             It can be used once, within 7 days. If you do not know what this is about, do nothing.\n"
        ),
    }
}

/// To a person who has forgotten their password.
pub(super) fn reset(url: &str) -> Text {
    Text {
        subject: "Set a new password".to_owned(),
        body: format!(
            "Somebody asked to set a new password for your account at the ATOM Marketplace. If it was you, open this link:\n\n\
             {url}\n\nIt can be used once, within an hour. If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// A letter to be queued in a transaction.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    uid: String,
    sealed: Vec<u8>,
    now: Timestamp,
}

impl Letter {
    /// Seals what it says: outside of the transaction, which may run twice.
    pub(super) fn seal(m: &Marketplace, text: &Text, now: Timestamp) -> Self {
        let uid = ids::new_id("mail");
        let plain = serde_json::to_vec(text).expect("two texts are JSON");
        let sealed = m.sealer.seal(&context(&uid), &plain);
        Self { uid, sealed, now }
    }

    /// Queues it.
    pub(super) fn queue(&self, c: &mut Conn<'_>, recipient: &str) -> Result<(), Error> {
        store::insert_letter(c, &self.uid, recipient, &self.sealed, self.now)
    }
}

fn context(uid: &str) -> String {
    format!("mail:{uid}")
}

/// What came of a try.
enum Outcome {
    Sent,
    /// The mail server took it not, and says that another try would not help.
    Refused(String),
    Later(String),
}

/// Sends what is due. A job runs it.
pub async fn send_due(m: &Marketplace) -> Result<(), Error> {
    let Some(mailer) = m.accounts.mail.clone() else { return Ok(()) };
    for _ in 0..AT_ONCE {
        let now = m.now();
        if !m.db.read(move |c| store::letter_due(c, now)).await? {
            break;
        }
        let claimed = m.db.write(move |c| store::claim_letter(c, now, now.plus(LEASE))).await?;
        let Some(letter) = claimed else { break };
        let outcome = try_to_send(m, &mailer, &letter).await;
        let (id, now) = (letter.id, m.now());
        let given_up = letter.created_at.plus(KEPT_FOR) <= now;
        match outcome {
            Outcome::Sent => tracing::info!(letter = letter.uid, "mail sent"),
            Outcome::Later(why) if !given_up => {
                tracing::warn!(letter = letter.uid, attempts = letter.attempts, why, "mail not sent yet");
                let next = now.plus(pause(letter.attempts));
                m.db.write(move |c| store::put_off_letter(c, id, next)).await?;
                // The next one would probably fare no better, and wait as long.
                break;
            }
            Outcome::Later(why) | Outcome::Refused(why) => {
                tracing::error!(letter = letter.uid, attempts = letter.attempts, why, "mail given up");
            }
        }
        m.db.write(move |c| store::delete_letter(c, id)).await?;
    }
    Ok(())
}

/// 30 s, a minute, two, … up to an hour.
fn pause(attempts: i64) -> Duration {
    Duration::from_secs(30 << (attempts.clamp(1, 8) - 1)).min(Duration::from_hours(1))
}

async fn try_to_send(m: &Marketplace, mailer: &Mailer, letter: &store::Claimed) -> Outcome {
    let text = m.sealer.open(&context(&letter.uid), &letter.sealed).map_err(|error| error.to_string());
    let text = text.and_then(|plain| serde_json::from_slice::<Text>(&plain).map_err(|error| error.to_string()));
    let message = match text.and_then(|text| mailer.message(&letter.uid, &letter.recipient, &text)) {
        Ok(message) => message,
        Err(why) => return Outcome::Refused(why),
    };
    match mailer.transport.send(message).await {
        Ok(_) => Outcome::Sent,
        Err(error) if error.is_permanent() => Outcome::Refused(error.to_string()),
        Err(error) => Outcome::Later(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked_and_passwords_guarded() {
        for (url, valid) in [
            ("smtp://localhost:25", true),
            ("smtps://user:secret@mail.example.com", true),
            ("smtp://user:secret@mail.example.com:587?tls=required", true),
            ("smtp://user:secret@mail.example.com:587", false),
            ("smtp://user:secret@mail.example.com:587?tls=opportunistic", false),
            ("https://mail.example.com", false),
            ("mail.example.com", false),
        ] {
            let made = Mailer::new(&Secret::new(url), "Marketplace <noreply@example.com>");
            assert_eq!(made.is_ok(), valid, "{url}");
            assert!(!format!("{made:?}").contains("secret"));
        }
        assert!(Mailer::new(&Secret::new("smtp://localhost"), "nobody").is_err());
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!([1, 2, 3].map(pause), [30, 60, 120].map(Duration::from_secs));
        assert_eq!(pause(100), Duration::from_hours(1));
    }
}
