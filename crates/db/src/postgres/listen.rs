//! Notifications from other nodes, on a connection and a thread of their own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use super::{Access, Server};
use crate::Error;

/// How often the thread looks whether the database was closed.
const TICK: Duration = Duration::from_millis(500);

/// The pause before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// Calls `on_notify` with each payload until `closed`; with an empty one after every connection but the first, because
/// something may have been missed. While the connection stands, `name` is held.
pub(crate) fn listen(
    server: &Server,
    (channel, name): (&str, Option<i32>),
    closed: &Arc<AtomicBool>,
    on_notify: &dyn Fn(&str),
) {
    let mut missed = false;
    while !closed.load(Relaxed) {
        if let Err(error) = hear(server, (channel, name), closed, on_notify, missed) {
            tracing::warn!(channel, %error, "listening was interrupted");
            thread::sleep(PAUSE);
        }
        missed = true;
    }
}

fn hear(
    server: &Server,
    (channel, name): (&str, Option<i32>),
    closed: &AtomicBool,
    on_notify: &dyn Fn(&str),
    missed: bool,
) -> Result<(), Error> {
    let mut session = server.connect(Access::Read)?;
    session.listen(channel)?;
    if let Some(name) = name {
        session.hold(name)?;
    }
    if missed && !closed.load(Relaxed) {
        on_notify("");
    }
    while !closed.load(Relaxed) {
        match session.notification(TICK) {
            Some(payload) if !closed.load(Relaxed) => on_notify(&payload),
            _ if session.is_broken() => return Err(Error::unavailable("the connection was closed")),
            _ => {}
        }
    }
    Ok(())
}
