//! The checks run again over what is published, after their rules have changed. It works in the background in small batches,
//! each with a transaction of its own, so that it goes on where a restart or another node left it; it changes nothing that
//! is published, since what a finding means for a component is for people to decide.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp};
use atom_marketplace_protocol::check::{CheckRun, CheckRunState, CheckRunVersion};
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::ids::{Kind, new_id};
use serde_json::json;

use super::checks::{self, Policy, StoredFile, Surface, catalog::Subject};
use super::model::{kind_from, word};
use super::store::{checks as runs, recheck as store, version_by_key, versions};
use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::paging::Window;

/// Versions looked at between two commits.
const BATCH: i64 = 20;
/// Batches before the job lets others have the time; the next tick goes on.
const BATCHES: usize = 25;

/// A run as it is stored.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Sweep {
    pub(in crate::catalog) id: i64,
    /// The version looked at last.
    pub(in crate::catalog) reached: i64,
    /// The last one to look at.
    pub(in crate::catalog) last: i64,
    run: CheckRun,
}

impl FromRow for Sweep {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let time = |name: &str| row.get::<Option<Timestamp>>(name).map(|at| at.map(|at| at.to_string()));
        let number = |name: &str| row.get::<i64>(name).map(|number| number.max(0) as u64);
        Ok(Self {
            id: row.get("id")?,
            reached: row.get("reached")?,
            last: row.get("last")?,
            run: CheckRun {
                id: row.get("uid")?,
                rules: row.get("rules")?,
                state: word(row, "state")?,
                total: number("total")?,
                checked: number("checked")?,
                blocked: number("blocked")?,
                queued: number("queued")?,
                noted: number("noted")?,
                started_by: row.get("started_by")?,
                started_at: time("started_at")?.unwrap_or_default(),
                finished_at: time("finished_at")?,
            },
        })
    }
}

/// Starts a run over everything public. One at a time: together they would only take each other's time.
pub(in crate::catalog) fn start(
    c: &mut Conn<'_>,
    policy: &Policy,
    actor: &Actor,
    now: Timestamp,
) -> ApiResult<CheckRun> {
    if let Some(running) = store::running(c)? {
        return Err(ApiError::conflict(format!("{} is running: wait until it is finished.", running.run.id)));
    }
    let uid = new_id("chk");
    store::insert(c, &uid, policy.version(), actor.as_str(), now)?;
    let details = json!({ "rules": policy.version() });
    let target = format!("check_run:{uid}");
    audit::record(c, &Entry { actor, tenant: None, action: "check_run.start", target, details }, now)?;
    Ok(find(c, &uid)?.run)
}

fn find(c: &mut Conn<'_>, uid: &str) -> ApiResult<Sweep> {
    store::find(c, uid)?.ok_or_else(|| ApiError::not_found("run of the checks"))
}

/// A run as it stands.
pub(in crate::catalog) fn get(c: &mut Conn<'_>, uid: &str) -> ApiResult<CheckRun> {
    Ok(find(c, uid)?.run)
}

/// A version with what a run found.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Found {
    id: i64,
    version: CheckRunVersion,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let findings: String = row.get("findings")?;
        Ok(Self {
            id: row.get("id")?,
            version: CheckRunVersion {
                component_type: kind_from(row.get("kind")?)?,
                component_id: row.get("slug")?,
                source_tenant_id: row.get("publisher_slug")?,
                version: row.get("version")?,
                digest: row.get("digest")?,
                findings: serde_json::from_str(&findings).map_err(|error| Error::Other(error.to_string()))?,
            },
        })
    }
}

/// The versions in which a run found something to block or to look at.
pub(in crate::catalog) fn findings(
    c: &mut Conn<'_>,
    uid: &str,
    window: &Window<i64>,
) -> ApiResult<(Vec<(i64, CheckRunVersion)>, u64)> {
    let sweep = find(c, uid)?.id;
    let rows = store::found(c, sweep, window)?.into_iter().map(|row| (row.id, row.version)).collect();
    Ok((rows, store::count_found(c, sweep)?))
}

/// A version to look at.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Target {
    id: i64,
    component: i64,
    kind: Kind,
    slug: String,
    tenant: i64,
}

impl FromRow for Target {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            component: row.get("component_id")?,
            kind: kind_from(row.get("kind")?)?,
            slug: row.get("slug")?,
            tenant: row.get("tenant_id")?,
        })
    }
}

/// Goes on with the run that is under way, if one is. Any number of nodes may try: a batch counts only where the run stands
/// as its reader saw it.
pub async fn advance(m: &Marketplace) -> Result<(), Error> {
    for _ in 0..BATCHES {
        let read = m.db.read(|c| match store::running(c)? {
            Some(sweep) => Ok::<_, Error>(Some((store::targets(c, sweep.reached, sweep.last, BATCH)?, sweep))),
            None => Ok(None),
        });
        let Some((targets, sweep)) = read.await? else { return Ok(()) };
        let mut seen = Vec::with_capacity(targets.len());
        for target in targets {
            seen.push(look(m, target).await?);
        }
        let (policy, now) = (m.checks.clone(), m.now());
        m.db.write(move |c| note(c, &policy, &sweep, &seen, now)).await?;
    }
    Ok(())
}

type Seen = (Target, Vec<Finding>, Surface);

/// Holds one version against the rules. Large ones take a moment, which no request waits for.
async fn look(m: &Marketplace, target: Target) -> Result<Seen, Error> {
    let (id, policy) = (target.id, m.checks.clone());
    let read = m.db.read(move |c| {
        let (manifest, files) = (version_by_key(c, id)?.manifest()?, versions::files(c, id)?);
        Ok::<_, Error>((manifest, files.into_iter().map(StoredFile::from).collect::<Vec<_>>()))
    });
    let (manifest, files) = read.await?;
    let checked = tokio::task::spawn_blocking(move || checks::run(&policy, true, &manifest, &files));
    let (findings, surface) = checked.await.map_err(|error| Error::Other(error.to_string()))?;
    Ok((target, findings, surface))
}

fn note(c: &mut Conn<'_>, policy: &Policy, sweep: &Sweep, seen: &[Seen], now: Timestamp) -> Result<(), Error> {
    let reached = seen.last().map_or(sweep.last, |(target, ..)| target.id);
    let state = if seen.is_empty() { CheckRunState::Finished } else { CheckRunState::Running };
    let mut counts = [0; 4];
    let mut all = Vec::with_capacity(seen.len());
    for (target, findings, surface) in seen {
        let component = Some(target.component);
        let subject = Subject { kind: target.kind, id: &target.slug, tenant: target.tenant, component };
        let mut findings = findings.clone();
        findings.extend(checks::catalog::confusable(c, policy, &subject)?);
        counts[runs::gravest(&findings) as usize] += 1;
        all.push((target.id, findings, surface));
    }
    let [_, noted, queued, blocked] = counts;
    let advance = store::Advance { reached, state, checked: seen.len() as i64, blocked, queued, noted };
    if !store::advance(c, sweep, &advance, now)? {
        // Another node was there first.
        return Ok(());
    }
    for (version, findings, surface) in all {
        let run = runs::Run { version, sweep: Some(sweep.id), rules: policy.version(), findings: &findings, surface };
        runs::insert_run(c, &run, now)?;
    }
    Ok(())
}
