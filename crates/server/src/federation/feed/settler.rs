//! Settling: what was committed to the log of public changes gets its place in the feed.
//!
//! A change waits until its transaction is committed and gets the next position then, so that the order is that of the
//! commits and has no gaps: a number taken early and committed late would be skipped by those who have read on. The same
//! transaction writes the records of the components as they are at that moment, signed; bundles are signed before it, since
//! they never change. So publishing waits for no signature.
//!
//! Any number of nodes may settle at once: one of them gets the numbers, and the others find nothing left to do. It is done
//! by whoever reads the feed, and by a task that a hint wakes, so that nothing waits for a reader.

use std::collections::BTreeSet;
use std::time::Duration;

use atom_marketplace_bundle::{Record, RecordStatus, Refusal, sign};
use atom_marketplace_db::{Conn, Error};
use tokio::sync::watch;

use super::record;
use super::store::{self, RecordRow, Waiting};
use crate::app::Marketplace;
use crate::catalog;
use crate::catalog::model::ComponentRow;
use crate::federation::filters::Scope;
use crate::federation::peers;
use crate::instance::Signer;

/// Changes that are settled in one transaction.
const BATCH: i64 = 100;
/// Bytes of content whose bundles are signed in one transaction, or one bundle.
const SIGNED_AT_ONCE: i64 = 4 << 20;
/// How often the task looks by itself: for hints that were lost.
const LOOK: Duration = Duration::from_secs(2);

/// Gives all that is committed by now its place in the feed.
pub(in crate::federation) async fn settle(m: &Marketplace) -> Result<(), Error> {
    let Some(last) = m.db.read(store::last_waiting).await? else { return Ok(()) };
    // One at a time on each node: a second one would only do the same work.
    let _alone = m.feed.settling.lock().await;
    loop {
        let waiting = m.db.read(move |c| store::waiting(c, last, BATCH)).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        sign_versions(m, &waiting).await?;
        let (identity, now) = (m.identity.clone(), m.now());
        m.db.write(move |c| {
            let signer = identity.signer(c, now)?;
            place(c, &signer, &waiting)
        })
        .await?;
        m.feed.grown.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Settles whenever there is a hint, until the server stops.
pub(crate) async fn run(m: Marketplace, mut stopped: watch::Receiver<bool>) {
    let mut hints = m.feed.hints();
    loop {
        hints.mark_unchanged();
        if let Err(error) = settle(&m).await {
            tracing::warn!(%error, "the feed of changes could not be brought up to date and will be tried again");
        }
        tokio::select! {
            _ = hints.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Signs the bundles of the public versions of these components that are not signed yet, in transactions that are as short as
/// a bundle allows.
async fn sign_versions(m: &Marketplace, waiting: &[Waiting]) -> Result<(), Error> {
    let components: BTreeSet<i64> = waiting.iter().map(|change| change.component).collect();
    let read = m.db.read(move |c| {
        let mut versions = Vec::new();
        for component in &components {
            versions.extend(store::unsigned_versions(c, *component)?);
        }
        Ok::<_, Error>(versions)
    });
    let mut left = read.await?.into_iter().peekable();
    while left.peek().is_some() {
        let (mut some, mut size) = (Vec::new(), 0);
        while let Some((version, bytes)) = left.next_if(|_| size < SIGNED_AT_ONCE) {
            some.push(version);
            size += bytes;
        }
        let (identity, now) = (m.identity.clone(), m.now());
        m.db.write(move |c| {
            let signer = identity.signer(c, now)?;
            some.iter().try_for_each(|version| sign_version(c, &signer, *version))
        })
        .await?;
    }
    Ok(())
}

/// Signs a bundle. One that is larger than others accept is not offered to them.
fn sign_version(c: &mut Conn<'_>, signer: &Signer, version: i64) -> Result<(), Error> {
    let row = catalog::version(c, version)?;
    let component = catalog::component(c, row.component_id)?;
    // A statement that failed fails the transaction, whatever is made of it here.
    if let Err(error) = catalog::bundle::sign_version(c, signer, &component, &row) {
        tracing::warn!(version, %error, "the bundle of a version is not signed: peers will not get it");
    }
    Ok(())
}

/// Gives these changes their positions, and writes the records of their components. Nothing, where they are not the ones
/// that wait any more: another node was there first, or a transaction that began earlier has come to its end.
fn place(c: &mut Conn<'_>, signer: &Signer, waiting: &[Waiting]) -> Result<(), Error> {
    let Some(last) = waiting.last().map(|change| change.id) else { return Ok(()) };
    if store::waiting(c, last, BATCH + 1)? != waiting {
        return Ok(());
    }
    let mut placed = waiting.len() as i64;
    let mut records = Vec::new();
    let mut seen = BTreeSet::new();
    for change in waiting.iter().rev().filter(|change| seen.insert(change.component)) {
        let before = store::record(c, change.component)?;
        let known = before.is_some();
        let next = match next(c, signer, change, before) {
            // What cannot be read of one component must not hold up all others.
            Err(Error::Other(why)) => {
                tracing::error!(component = change.component, why, "the record of a component cannot be made");
                if known { Next::Same } else { Next::Nothing }
            }
            next => next?,
        };
        match next {
            Next::Same => {}
            Next::Record(record) => records.push((change.component, record)),
            Next::Nothing => {
                store::forget(c, change.component, last)?;
                placed -= waiting.iter().filter(|other| other.component == change.component).count() as i64;
            }
        }
    }
    if placed > 0 {
        store::place(c, placed, last)?;
    }
    records.iter().try_for_each(|(component, record)| store::set_record(c, *component, record))
}

/// What becomes of a component's record.
enum Next {
    /// It stays.
    Same,
    /// This is the new one.
    Record(RecordRow),
    /// There is none: the component was gone before anybody could read that it was there.
    Nothing,
}

fn next(c: &mut Conn<'_>, signer: &Signer, change: &Waiting, before: Option<RecordRow>) -> Result<Next, Error> {
    let row = catalog::component(c, change.component)?;
    if row.origin.is_some() {
        return next_mirrored(c, &row, before);
    }
    let document = before.as_ref().map(|before| super::document(&before.envelope)).transpose()?;
    let Some(mut record) = record::build(c, &signer.instance, &row, document.clone(), change.at)? else {
        return Ok(Next::Nothing);
    };
    let available = record.manifest.is_some();
    let scope = match &before {
        // What filters let through is what they still tell of when it is gone.
        Some(before) if !available => before.scope.clone(),
        _ => serde_json::to_string(&Scope::of(&row)).expect("a scope is JSON"),
    };
    if document.as_ref() == Some(&record) {
        return Ok(Next::Same);
    }
    record.revision += 1;
    let envelope = match sign(&record, &signer.key) {
        Err(Refusal::TooLarge { .. }) if record::shorten(&mut record) => sign(&record, &signer.key),
        signed => signed,
    };
    let envelope = match envelope {
        Ok(envelope) => envelope.to_bytes(),
        Err(refusal) => {
            tracing::warn!(component = change.component, %refusal, "the record of a component is not signed: peers keep the one before");
            return Ok(if before.is_some() { Next::Same } else { Next::Nothing });
        }
    };
    let Record { instance, source_tenant_id, id: slug, versions, .. } = record;
    let size = versions.iter().map(|version| version.bundle.size as i64).sum();
    let versions = versions.len() as i64;
    Ok(Next::Record(RecordRow {
        instance,
        source_tenant_id,
        slug,
        available,
        withheld: false,
        scope,
        versions,
        size,
        envelope,
    }))
}

/// The same of a component that came from another instance: its record is as it came.
fn next_mirrored(c: &mut Conn<'_>, row: &ComponentRow, before: Option<RecordRow>) -> Result<Next, Error> {
    let passed_on = peers::record(c, row.id)?;
    let document = passed_on.as_deref().map(super::document).transpose()?;
    let there = document.as_ref().is_some_and(|document| document.status == RecordStatus::Published);
    let available = row.listed && there;
    let (Some(envelope), Some(document)) = (passed_on, document) else {
        return Ok(before.map_or(Next::Nothing, |before| Next::Record(withheld(before))));
    };
    let gone = !there && before.is_some();
    if !available && !gone {
        return Ok(before.map_or(Next::Nothing, |before| Next::Record(withheld(before))));
    }
    let scope = match before {
        Some(before) if gone => before.scope,
        _ => serde_json::to_string(&Scope::of(row)).expect("a scope is JSON"),
    };
    let Record { instance, source_tenant_id, id: slug, versions, .. } = document;
    let size = versions.iter().map(|version| version.bundle.size as i64).sum();
    let versions = versions.len() as i64;
    let record =
        RecordRow { instance, source_tenant_id, slug, available, withheld: false, scope, versions, size, envelope };
    Ok(Next::Record(record))
}

/// What was passed on, and is not any more.
fn withheld(before: RecordRow) -> RecordRow {
    RecordRow { available: false, withheld: true, ..before }
}
