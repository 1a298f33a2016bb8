//! Whether a chain is whole: from the database, or from an export without one.

use std::collections::BTreeSet;

use atom_marketplace_db::{Conn, Db, Error, Timestamp};
use atom_marketplace_protocol::audit::{AuditBreak, AuditHead, AuditLine, AuditVerification};

use super::{PLATFORM, chain, store};

/// Entries that are read at once.
const BATCH: u64 = 1_000;

/// Follows a chain from its beginning, entry by entry.
#[derive(Debug)]
pub struct Verifier {
    tenant: Option<String>,
    number: i64,
    hash: Vec<u8>,
    broken: Option<AuditBreak>,
}

impl Verifier {
    /// Of a tenant's chain, or the platform's.
    pub fn new(tenant: Option<&str>) -> Self {
        Self { tenant: tenant.map(str::to_owned), number: 0, hash: chain::beginning(tenant), broken: None }
    }

    /// Looks at the next entry. After the first that is wrong, the rest says nothing.
    pub fn follow(&mut self, line: &AuditLine) {
        if self.broken.is_some() {
            return;
        }
        let expected = self.number + 1;
        if line.tenant_id != self.tenant {
            return self.break_at(expected, "it is of another chain");
        }
        let number = i64::try_from(line.number).unwrap_or(i64::MAX);
        if number != expected {
            let why = format!("entry {number} stands in its place");
            return self.break_at(expected, if number > expected { "it is missing" } else { &why });
        }
        let link = chain::Link {
            number,
            at: Timestamp::from_micros(line.at_us),
            actor: &line.actor,
            action: &line.action,
            target: &line.target,
            details: &line.details,
            request_id: line.request_id.as_deref(),
        };
        let hash = link.hash(&self.hash).to_vec();
        if hex(&hash) != line.hash {
            return self.break_at(number, "it is not what was hashed, or not behind the entry before it");
        }
        if link.at.to_string() != line.at {
            return self.break_at(number, "its two times differ");
        }
        (self.number, self.hash) = (number, hash);
    }

    /// What came of it, where the chain is known to end in `end` (a number and a hash in hexadecimal).
    pub fn finish(mut self, end: Option<(u64, &str)>) -> AuditVerification {
        if let Some((number, hash)) = end.filter(|_| self.broken.is_none()) {
            let reached = self.number as u64;
            if reached < number {
                self.break_at(self.number + 1, "it is missing: the chain ended later");
            } else if reached == number && hash != hex(&self.hash) {
                self.break_at(self.number, "it has another hash than the chain's end");
            } else if reached > number {
                self.break_at(number as i64 + 1, "it is behind the chain's end");
            }
        }
        let head = (self.number > 0).then(|| AuditHead { number: self.number as u64, hash: hex(&self.hash) });
        AuditVerification {
            tenant_id: self.tenant,
            ok: self.broken.is_none(),
            entries: self.number as u64,
            head,
            first_broken: self.broken,
        }
    }

    fn break_at(&mut self, number: i64, why: &str) {
        self.broken = Some(AuditBreak { number: number.max(1) as u64, why: why.to_owned() });
    }
}

/// A chain of the database. What is written meanwhile is not looked at.
pub async fn chain(db: &Db, chain: i64) -> Result<AuditVerification, Error> {
    let (tenant, end) = db.read(move |c| Ok::<_, Error>((store::name_of(c, chain)?, store::end(c, chain)?))).await?;
    let mut verifier = Verifier::new(tenant.as_deref());
    let last = end.as_ref().map_or(0, |(number, _)| *number);
    loop {
        // Entries behind the end are there only where the end was put back.
        let (after, upto) = (verifier.number, last);
        let lines = db.read(move |c| store::lines(c, chain, after, upto, BATCH)).await?;
        let done = lines.is_empty();
        for line in &lines {
            verifier.follow(line);
        }
        if done || verifier.broken.is_some() {
            break;
        }
    }
    if verifier.broken.is_none() && db.read(move |c| store::reaches_beyond(c, chain)).await? {
        verifier.break_at(last + 1, "it is behind the chain's end");
    }
    let end = end.map(|(number, hash)| (number as u64, hex(&hash)));
    Ok(verifier.finish(end.as_ref().map(|(number, hash)| (*number, hash.as_str()))))
}

/// The keys of all chains, in order: the platform's, those of all tenants, and whatever else there are entries of.
pub fn chains(c: &mut Conn<'_>) -> Result<Vec<i64>, Error> {
    let mut chains: BTreeSet<i64> = store::ends(c)?.into_iter().collect();
    chains.insert(PLATFORM);
    Ok(chains.into_iter().collect())
}

/// Whether the entry of a number has this hash (hexadecimal): what was kept elsewhere of a chain still holds.
pub fn holds(c: &mut Conn<'_>, chain: i64, head: &AuditHead) -> Result<bool, Error> {
    let number = i64::try_from(head.number).unwrap_or(i64::MAX);
    let found = store::lines(c, chain, number.saturating_sub(1), number, 1)?;
    Ok(found.first().is_some_and(|line| line.number == head.number && line.hash == head.hash.to_lowercase()))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}
