//! What instances say they ran. They say running totals, so that a report sent twice counts once; what is added to the
//! statistics is the difference from what the same instance said last.

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::limits::{USAGE_INSTANCES_MAX, USAGE_REPORTS_MAX};
use atom_marketplace_protocol::statistics::{RejectedReport, UsageReport, UsageReportAnswer, UsageReportRequest};
use atom_marketplace_protocol::text::{self, TextRule};

use super::store;
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::installs;
use crate::statistics::{self, Amounts};

/// More than that is no count of executions, nor a time.
const COUNT_MAX: i64 = 1_000_000_000_000;
const DURATION_MAX: i64 = 1_000_000_000_000_000;

/// Checks a request as far as it can be without the database.
pub(crate) fn check(mut request: UsageReportRequest) -> ApiResult<UsageReportRequest> {
    let mut errors = Vec::new();
    let rule = TextRule { max_chars: 128, multiline: false, required: true };
    match text::clean(&request.instance_id, rule) {
        Ok(name) => request.instance_id = name,
        Err(why) => errors.push(FieldError::new("instance_id", format!("The instance's id: {why}."))),
    }
    if request.reports.len() > USAGE_REPORTS_MAX {
        errors.push(FieldError::new("reports", format!("At most {USAGE_REPORTS_MAX} reports in a request.")));
    }
    if errors.is_empty() { Ok(request) } else { Err(ApiError::invalid(errors)) }
}

/// Takes what an instance of the tenant says; what makes no sense is refused one by one.
pub(crate) fn report(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    request: &UsageReportRequest,
    now: Timestamp,
) -> ApiResult<UsageReportAnswer> {
    let mut answer = UsageReportAnswer::default();
    if request.reports.is_empty() {
        return Ok(answer);
    }
    let Some(instance) = store::instance(c, scope, &request.instance_id, USAGE_INSTANCES_MAX, now)? else {
        let message = format!("The tenant has {USAGE_INSTANCES_MAX} instances that report: use the ids of those.");
        return Err(ApiError::field("instance_id", message));
    };
    let mut known = Vec::new();
    for report in &request.reports {
        match component(c, scope, report)? {
            Ok(component) => known.push((component, report)),
            Err(reason) => answer.rejected.push(RejectedReport {
                component_type: report.component_type,
                component_id: report.component_id.clone(),
                reason,
            }),
        }
    }
    // In one order, so that transactions that meet do not wait for one another in a circle.
    known.sort_by_key(|(component, _)| *component);
    for (component, report) in known {
        let said = Amounts {
            executions: report.execution_count,
            successes: report.success_count,
            duration_ms: report.total_duration_ms,
            ..Amounts::default()
        };
        let before = store::said(c, instance, component)?;
        store::put_said(c, instance, component, said)?;
        statistics::executed(c, scope, component, difference(before, said), now)?;
        answer.accepted += 1;
    }
    Ok(answer)
}

/// The installed component that a report is of, or why it is not taken.
fn component(c: &mut Conn<'_>, scope: &TenantScope, report: &UsageReport) -> ApiResult<Result<i64, String>> {
    let (ran, succeeded, took) = (report.execution_count, report.success_count, report.total_duration_ms);
    if ran < 0 || succeeded < 0 || took < 0 {
        return Ok(Err("The totals are never below 0.".to_owned()));
    }
    if succeeded > ran {
        return Ok(Err("`success_count` is more than `execution_count`.".to_owned()));
    }
    if ran > COUNT_MAX || took > DURATION_MAX {
        return Ok(Err("The totals are higher than can be.".to_owned()));
    }
    let source = report.source_tenant_id.as_deref();
    let found = installs::installed_as(c, scope, report.component_type, &report.component_id, source)?;
    Ok(match found.as_slice() {
        [one] => Ok(*one),
        [] => Err("It is not installed.".to_owned()),
        _ => Err("Several installed ones have that id: say which with `source_tenant_id`.".to_owned()),
    })
}

/// What came to what was said before. A total that is lower than it was means that the instance began anew.
fn difference(before: Option<Amounts>, said: Amounts) -> Amounts {
    let lower = |before: &Amounts| {
        said.executions < before.executions
            || said.successes < before.successes
            || said.duration_ms < before.duration_ms
    };
    let before = before.filter(|before| !lower(before)).unwrap_or_default();
    Amounts {
        executions: said.executions - before.executions,
        successes: said.successes - before.successes,
        duration_ms: said.duration_ms - before.duration_ms,
        ..Amounts::default()
    }
}
