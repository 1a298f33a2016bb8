//! What runs without being asked: a table of periodic jobs and the supervisor that runs them until the server stops.
//!
//! A job keeps no state here and the database is its only schedule, so that any number of nodes may run it and a missed
//! run does no harm. A failure is logged and tried again; it never ends the job.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use atom_marketplace_db::{Dialect, Error};
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::app::Marketplace;

type Running = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// One periodic job.
struct Job {
    name: &'static str,
    every: Duration,
    /// Only where several nodes share one database.
    among_nodes: bool,
    run: fn(Marketplace) -> Running,
}

/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

const JOBS: &[Job] = &[
    Job {
        name: "forget ended quota windows",
        every: Duration::from_mins(1),
        among_nodes: false,
        run: |m| Box::pin(async move { m.limiter.sweep().await }),
    },
    Job {
        name: "note when credentials were last used",
        every: Duration::from_mins(1),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::tokens::flush_last_used(&m).await }),
    },
    Job {
        name: "forget ended sessions and links",
        every: Duration::from_mins(10),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::accounts::sweep(&m).await }),
    },
    Job {
        name: "send mail",
        every: Duration::from_secs(2),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::accounts::send_due(&m).await }),
    },
    Job {
        name: "let ranks fade",
        every: Duration::from_mins(1),
        among_nodes: false,
        run: |m| Box::pin(async move { m.refresh_ranks().await }),
    },
    Job {
        name: "tidy the search indexes",
        every: Duration::from_hours(1),
        among_nodes: false,
        run: |m| Box::pin(async move { m.tidy_search().await }),
    },
    Job {
        name: "forget words that are gone",
        every: Duration::from_mins(10),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::catalog::vocabulary::rebuild(&m).await }),
    },
    Job {
        name: "forget old statistics",
        every: Duration::from_hours(1),
        among_nodes: false,
        run: |m| Box::pin(async move { m.forget_old_statistics().await }),
    },
    Job {
        name: "look at verified domains again",
        every: Duration::from_mins(10),
        among_nodes: false,
        run: |m| Box::pin(async move { m.check_due_domains().await }),
    },
    Job {
        name: "go on deleting tenants",
        every: Duration::from_mins(1),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::account_data::finish_all(&m).await }),
    },
    Job {
        name: "forget old events",
        every: Duration::from_hours(1),
        among_nodes: false,
        run: |m| Box::pin(async move { forget_events(&m).await }),
    },
    Job {
        name: "forget old idempotency keys",
        every: Duration::from_mins(10),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::http::idempotency::sweep(&m).await }),
    },
    Job {
        name: "tell other nodes what changed",
        every: Duration::from_millis(25),
        among_nodes: true,
        run: |m| Box::pin(async move { m.announce_changes().await }),
    },
    Job {
        name: "run changed checks over what is published",
        every: Duration::from_secs(1),
        among_nodes: false,
        run: |m| Box::pin(async move { crate::catalog::recheck::advance(&m).await }),
    },
    Job {
        name: "pull from peers",
        every: Duration::from_secs(1),
        among_nodes: false,
        run: |m| Box::pin(async move { m.pull_from_peers().await }),
    },
    // The backstop of the notifications: one that was lost with its sender is made good within this time.
    Job {
        name: "drop finished answers",
        every: Duration::from_secs(30),
        among_nodes: true,
        run: |m| {
            m.generations.bump_all();
            Box::pin(std::future::ready(Ok(())))
        },
    },
];

/// Deletes events that are older than they are kept, a batch after the other.
pub async fn forget_events(m: &Marketplace) -> Result<(), Error> {
    let before = m.now().minus(m.event_retention);
    while m.db.write(move |c| crate::events::forget(c, before)).await? > 0 {}
    Ok(())
}

/// The running jobs of one marketplace.
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Jobs {
    /// Starts them all.
    pub fn start(m: &Marketplace) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let several_nodes = m.db.dialect() == Dialect::Postgres;
        for job in JOBS.iter().filter(|job| several_nodes || !job.among_nodes) {
            tasks.spawn(repeat(job, m.clone(), stopped.clone()));
        }
        tasks.spawn(crate::federation::run_feed(m.clone(), stopped.clone()));
        tasks.spawn(crate::federation::tell_peers(m.clone(), stopped.clone()));
        tasks.spawn(crate::webhooks::engine::run(m.clone(), stopped));
        m.listen_to_other_nodes();
        Self { stop, tasks }
    }

    /// Lets each finish what it is doing, and starts nothing more.
    pub async fn stop(mut self) {
        // No receiver left means that every task has ended already.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn repeat(job: &'static Job, m: Marketplace, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(job.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    let mut failures = 0_u32;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.changed() => return,
        }
        let outcome = AssertUnwindSafe((job.run)(m.clone())).catch_unwind().await;
        let failure = match outcome {
            Ok(Ok(())) => {
                failures = 0;
                continue;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it panicked".to_owned(),
        };
        failures += 1;
        tracing::warn!(job = job.name, failures, error = failure, "a job failed and will be tried again");
        ticks.reset_after(pause(job.every, failures));
    }
}

/// Doubles with every failure, so that a lost database does not fill the log.
fn pause(every: Duration, failures: u32) -> Duration {
    let doubled = Duration::from_millis(500).saturating_mul(1 << failures.min(10));
    doubled.min(LONGEST_PAUSE).max(every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute_and_never_shorten_the_interval() {
        let (short, long) = (Duration::from_millis(25), Duration::from_mins(10));
        assert_eq!(pause(short, 1), Duration::from_secs(1));
        assert_eq!(pause(short, 3), Duration::from_secs(4));
        assert_eq!(pause(short, 40), LONGEST_PAUSE);
        assert_eq!(pause(long, 1), long);
    }
}
