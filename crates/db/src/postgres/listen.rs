//! Notifications from other nodes, on a connection and a thread of their own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use ::postgres::fallible_iterator::FallibleIterator;

use super::{Access, Server, fault};
use crate::Error;

/// How often the thread looks whether the database was closed.
const TICK: Duration = Duration::from_millis(500);

/// The pause before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// Calls `on_notify` with each payload until `closed`; with an empty one after every connection but the first, because
/// something may have been missed.
pub(crate) fn listen(server: &Server, channel: &str, closed: &Arc<AtomicBool>, on_notify: &dyn Fn(&str)) {
    let mut missed = false;
    while !closed.load(Relaxed) {
        if let Err(error) = hear(server, channel, closed, on_notify, missed) {
            tracing::warn!(channel, %error, "listening was interrupted");
            thread::sleep(PAUSE);
        }
        missed = true;
    }
}

fn hear(
    server: &Server,
    channel: &str,
    closed: &AtomicBool,
    on_notify: &dyn Fn(&str),
    missed: bool,
) -> Result<(), Error> {
    let mut session = server.connect(Access::Read)?;
    let client = session.listen(channel)?;
    if missed && !closed.load(Relaxed) {
        on_notify("");
    }
    while !closed.load(Relaxed) {
        {
            let mut notifications = client.notifications();
            let mut heard = notifications.timeout_iter(TICK);
            while let Some(notification) = heard.next().map_err(|error| fault(&error).error)? {
                if closed.load(Relaxed) {
                    return Ok(());
                }
                on_notify(notification.payload());
            }
        }
        if client.is_closed() {
            return Err(Error::unavailable("the connection was closed"));
        }
    }
    Ok(())
}
