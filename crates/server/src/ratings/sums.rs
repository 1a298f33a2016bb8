//! What ratings add up to: kept as each one changes, so that a rating costs the same however many there are. Nothing here
//! decides who may rate or what is shown.

use atom_marketplace_db::{Conn, Error, Timestamp};

use super::store;
use crate::catalog::{self, Ratings, RatingsChange};
use crate::statistics;

/// What one tenant's ratings of a component come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TenantSums {
    /// The sum of those that count.
    pub(super) sum: i64,
    /// How many those are.
    pub(super) count: i64,
    /// Whether the tenant has the component installed.
    pub(super) installed: bool,
}

impl TenantSums {
    /// Sum and number of what is verified: the ratings of a tenant that has the component installed.
    fn verified(self) -> (i64, i64) {
        if self.installed { (self.sum, self.count) } else { (0, 0) }
    }

    /// The tenant's mean and the one vote it is, if it is verified.
    fn vote(self) -> (f64, i64) {
        match self.verified() {
            (_, 0) => (0.0, 0),
            (sum, count) => (mean(sum, count), 1),
        }
    }
}

/// A tenant's mean, to the nearest 2⁻²⁰. Sums and differences of such numbers are exact, so the running sum of means
/// never drifts, whatever the order of the changes.
fn mean(sum: i64, count: i64) -> f64 {
    const STEPS: f64 = (1_u64 << 20) as f64;
    (sum as f64 / count as f64 * STEPS).round() / STEPS
}

/// Goes from one rating of an author, first `given` then, to another; none is one that does not count. Answers what all come to, if that changed.
pub(super) fn replace(
    c: &mut Conn<'_>,
    component: i64,
    tenant: i64,
    given: Timestamp,
    (before, after): (Option<i64>, Option<i64>),
    now: Timestamp,
) -> Result<Option<Ratings>, Error> {
    if before == after {
        return Ok(None);
    }
    statistics::rated(c, component, given, before, after)?;
    let was = store::of_tenant(c, component, tenant)?.unwrap_or_default();
    let is = TenantSums {
        sum: was.sum + after.unwrap_or(0) - before.unwrap_or(0),
        count: was.count + i64::from(after.is_some()) - i64::from(before.is_some()),
        installed: store::installed(c, component, tenant)?,
    };
    let mut stars = [0; 5];
    for (rating, by) in [(before, -1), (after, 1)] {
        if let Some(star) = rating.and_then(|rating| stars.get_mut(usize::try_from(rating - 1).ok()?)) {
            *star += by;
        }
    }
    change(c, component, tenant, (was, is), stars, now).map(Some)
}

/// A tenant has a component installed now, or has it no more. Whether that changed what ratings come to.
pub(crate) fn installed(
    c: &mut Conn<'_>,
    component: i64,
    tenant: i64,
    installed: bool,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(was) = store::of_tenant(c, component, tenant)? else { return Ok(false) };
    let is = TenantSums { installed, ..was };
    if was == is {
        return Ok(false);
    }
    change(c, component, tenant, (was, is), [0; 5], now)?;
    Ok(was.count > 0)
}

fn change(
    c: &mut Conn<'_>,
    component: i64,
    tenant: i64,
    (was, is): (TenantSums, TenantSums),
    stars: [i64; 5],
    now: Timestamp,
) -> Result<Ratings, Error> {
    store::put_tenant(c, component, tenant, is)?;
    let ((old_sum, old_count), (sum, count)) = (was.verified(), is.verified());
    store::add_total(c, component, stars, (sum - old_sum, count - old_count))?;
    let ratings = catalog::count_rating(c, component, difference(was, is))?;
    catalog::index::refresh_rank(c, component, now)?;
    Ok(ratings)
}

/// What the component's own sums change by.
fn difference(was: TenantSums, is: TenantSums) -> RatingsChange {
    let ((old_mean, old_vote), (mean, vote)) = (was.vote(), is.vote());
    RatingsChange {
        sum: is.sum - was.sum,
        count: is.count - was.count,
        tenant_mean_sum: mean - old_mean,
        tenant_mean_count: vote - old_vote,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_means_never_drifts() {
        // Three authors of one tenant come, change their minds and go; it installs, uninstalls and installs again.
        let steps =
            [(5, 1, false), (6, 2, true), (10, 3, true), (11, 3, false), (6, 2, false), (7, 2, true), (3, 1, true)];
        let mut was = TenantSums::default();
        let mut total = RatingsChange { tenant_mean_sum: 7.5, ..RatingsChange::default() };
        for (sum, count, installed) in steps.into_iter().chain([(0, 0, true)]) {
            let is = TenantSums { sum, count, installed };
            let change = difference(was, is);
            total.tenant_mean_sum += change.tenant_mean_sum;
            total.tenant_mean_count += change.tenant_mean_count;
            was = is;
            let plain = if installed && count > 0 { sum as f64 / count as f64 } else { 0.0 };
            assert!((total.tenant_mean_sum - 7.5 - plain).abs() < 1e-6, "{is:?}");
            assert_eq!(total.tenant_mean_count, i64::from(installed && count > 0), "{is:?}");
        }
        assert!(total.tenant_mean_sum.to_bits() == 7.5_f64.to_bits(), "exactly what it was");
    }
}
