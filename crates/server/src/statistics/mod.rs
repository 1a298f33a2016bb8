//! What components are used for, by day, version and plan: small rows that are added to, so that an install or a report
//! costs the same however much history there is. Counts are of tenants, each once however often it comes and goes; who
//! they are is never told.

mod api;
mod csv;
mod read;
mod store;

use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};

use crate::app::Marketplace;
use crate::extract::TenantScope;
use crate::http::ApiRoutes;
pub(crate) use store::Amounts;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// The day of a time, UTC.
fn day_of(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(MICROS_A_DAY)
}

/// A tenant has a component installed now, at this version: newly, again, or at another one.
pub(crate) fn installed(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: i64,
    version: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (day, plan) = (day_of(now), scope.plan().code());
    let was = store::counted(c, component, scope.id())?;
    let more = Amounts { active: 1, ..Amounts::default() };
    match &was {
        None => store::add(c, component, day, (version, plan), Amounts { installs: 1, ..more })?,
        Some(was) if !was.active => store::add(c, component, day, (version, plan), more)?,
        Some(was) if was.version == version => return Ok(()),
        Some(was) => {
            store::add(c, component, day, (&was.version, was.plan), Amounts { active: -1, ..Amounts::default() })?;
            store::add(c, component, day, (version, plan), more)?;
        }
    }
    let has_left = was.is_some_and(|was| was.has_left);
    store::put_counted(
        c,
        component,
        scope.id(),
        &store::Counted { version: version.to_owned(), plan, active: true, has_left },
    )
}

/// A tenant has a component installed no more.
pub(crate) fn uninstalled(c: &mut Conn<'_>, scope: &TenantScope, component: i64, now: Timestamp) -> Result<(), Error> {
    let Some(was) = store::counted(c, component, scope.id())?.filter(|was| was.active) else { return Ok(()) };
    let gone = Amounts { active: -1, uninstalls: i64::from(!was.has_left), ..Amounts::default() };
    store::add(c, component, day_of(now), (&was.version, was.plan), gone)?;
    store::put_counted(c, component, scope.id(), &store::Counted { active: false, has_left: true, ..was })
}

/// A tenant ran a component that it has installed.
pub(crate) fn executed(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: i64,
    amounts: Amounts,
    now: Timestamp,
) -> Result<(), Error> {
    match store::counted(c, component, scope.id())? {
        Some(as_what) if amounts != Amounts::default() => {
            store::add(c, component, day_of(now), (&as_what.version, as_what.plan), amounts)
        }
        _ => Ok(()),
    }
}

/// A rating that was first given at `given` went from one value to another; none is one that does not count.
pub(crate) fn rated(
    c: &mut Conn<'_>,
    component: i64,
    given: Timestamp,
    before: Option<i64>,
    after: Option<i64>,
) -> Result<(), Error> {
    let count = i64::from(after.is_some()) - i64::from(before.is_some());
    store::add_rating(c, component, day_of(given), count, after.unwrap_or(0) - before.unwrap_or(0))
}

impl Marketplace {
    /// Forgets the days that are kept no longer, and instances that were silent as long. For a job.
    pub async fn forget_old_statistics(&self) -> Result<(), Error> {
        let horizon = self.now().minus(self.numbers.statistics_retention.max(Duration::from_hours(24)));
        // A day at a time: writers wait for no more.
        while self.db.write(move |c| store::forget_a_day(c, day_of(horizon))).await? {}
        while self.db.write(move |c| store::forget_an_instance(c, horizon)).await? {}
        Ok(())
    }
}
