//! `audit`: the record of every change, read and verified beside a running server, or from an export alone.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use atom_marketplace_db::Db;
use atom_marketplace_protocol::audit::{AuditBreak, AuditHead, AuditLine, AuditVerification};
use atom_marketplace_server::audit::verify::{self, Verifier};
use atom_marketplace_server::audit::{self, Export, Filter, Of};
use atom_marketplace_server::paging::Window;
use serde_json::json;

use crate::args::{self, AuditCommand};
use crate::{output, store};

/// Entries that are read at once.
const BATCH: u64 = 1_000;

pub(crate) fn run(arguments: &args::Audit) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        AuditCommand::List { whose, actor, action, target, limit, common } => {
            let filter =
                Filter { actor: actor.clone(), action: action.clone(), target: target.clone(), ..Filter::default() };
            let db = store::open(&common.flags.settings()?)?;
            let window = Window::first((*limit).into());
            let page = store::block_on(async {
                let of = whose.find(&db).await?;
                Ok::<_, anyhow::Error>(db.read(move |c| audit::list(c, of, &filter, &window)).await?)
            })?;
            db.close();
            let page = page?;
            if common.json {
                output::json(&json!(page.items));
            } else {
                let rows: Vec<Vec<String>> = page
                    .items
                    .into_iter()
                    .map(|entry| {
                        vec![entry.at, entry.tenant_id.unwrap_or_default(), entry.actor, entry.action, entry.target]
                    })
                    .collect();
                output::table(&["when", "tenant", "who", "what", "to what"], &rows);
            }
            Ok(ExitCode::SUCCESS)
        }
        AuditCommand::Export { whose, flags } => {
            let db = store::open(&flags.settings()?)?;
            let done = store::block_on(async {
                let of = whose.find(&db).await?;
                let mut next = Some(db.read(move |c| Export::new(c, of)).await?);
                while let Some(position) = next {
                    let (lines, behind) = db.read(move |c| position.clone().next(c, BATCH)).await?;
                    for line in &lines {
                        output::line(&serde_json::to_string(line)?);
                    }
                    next = behind;
                }
                Ok::<_, anyhow::Error>(())
            })?;
            db.close();
            done.map(|()| ExitCode::SUCCESS)
        }
        AuditCommand::Verify { whose, expect_head, file, common } => {
            let head = expect_head.as_deref().map(parse_head).transpose()?;
            let mut found = if let Some(file) = file {
                of_file(file, whose.tenant.as_deref(), head.as_ref())?
            } else {
                let db = store::open(&common.flags.settings()?)?;
                let found = store::block_on(of_database(&db, whose, head.as_ref()))?;
                db.close();
                found?
            };
            found.sort_by(|a, b| a.tenant_id.cmp(&b.tenant_id));
            Ok(tell(&found, common.json))
        }
    }
}

impl args::Whose {
    async fn find(&self, db: &Db) -> anyhow::Result<Of> {
        match &self.tenant {
            None if self.all => Ok(Of::All),
            None => Ok(Of::PLATFORM),
            Some(tenant) => {
                let slug = tenant.clone();
                let chain = db.read(move |c| audit::chain_of(c, &slug)).await?;
                chain
                    .map(Of::Chain)
                    .ok_or_else(|| anyhow!("there is no tenant `{tenant}`: `atom-marketplace tenant list` shows them"))
            }
        }
    }
}

async fn of_database(db: &Db, whose: &args::Whose, head: Option<&AuditHead>) -> anyhow::Result<Vec<AuditVerification>> {
    let chains = match whose.find(db).await? {
        Of::Chain(chain) => vec![chain],
        Of::All => db.read(verify::chains).await?,
    };
    if head.is_some() && chains.len() != 1 {
        bail!("--expect-head is of one record: name it with --tenant, or leave --all out for the platform's");
    }
    let mut found = Vec::new();
    for chain in chains {
        let mut verified = verify::chain(db, chain).await?;
        if let Some(head) = head {
            let kept = head.clone();
            let holds = db.read(move |c| verify::holds(c, chain, &kept)).await?;
            expect(&mut verified, head, holds);
        }
        found.push(verified);
    }
    Ok(found)
}

/// The chains of an export, or one of them.
fn of_file(path: &Path, tenant: Option<&str>, head: Option<&AuditHead>) -> anyhow::Result<Vec<AuditVerification>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (mut verifiers, mut held) = (BTreeMap::<Option<String>, Verifier>::new(), false);
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{} cannot be read", path.display()))?;
        let line: AuditLine = serde_json::from_str(&line)
            .with_context(|| format!("line {} of {} is no entry of an audit log", index + 1, path.display()))?;
        if tenant.is_some_and(|tenant| line.tenant_id.as_deref() != Some(tenant)) {
            continue;
        }
        held |= head.is_some_and(|head| head.number == line.number && head.hash == line.hash);
        let verifier =
            verifiers.entry(line.tenant_id.clone()).or_insert_with_key(|tenant| Verifier::new(tenant.as_deref()));
        verifier.follow(&line);
    }
    if let Some(tenant) = tenant {
        verifiers.entry(Some(tenant.to_owned())).or_insert_with(|| Verifier::new(Some(tenant)));
    }
    if head.is_some() && verifiers.len() != 1 {
        bail!(
            "--expect-head is of one record, and {} holds {}: name it with --tenant",
            path.display(),
            verifiers.len()
        );
    }
    let mut found: Vec<_> = verifiers.into_values().map(|verifier| verifier.finish(None)).collect();
    if let (Some(head), Some(verified)) = (head, found.first_mut()) {
        expect(verified, head, held);
    }
    Ok(found)
}

/// Holds a head that was kept elsewhere against what was found.
fn expect(verified: &mut AuditVerification, head: &AuditHead, holds: bool) {
    if verified.ok && !holds {
        verified.ok = false;
        let why = "it is missing, or has another hash than the expected head".to_owned();
        verified.first_broken = Some(AuditBreak { number: head.number, why });
    }
}

/// `1042:9f86…`
fn parse_head(text: &str) -> anyhow::Result<AuditHead> {
    let parts = text.split_once(':').and_then(|(number, hash)| Some((number.parse().ok()?, hash.to_lowercase())));
    match parts {
        Some((number, hash)) if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Ok(AuditHead { number, hash })
        }
        _ => bail!("--expect-head: it must be a number and 64 hexadecimal digits, such as 1042:9f86d081…"),
    }
}

fn tell(found: &[AuditVerification], as_json: bool) -> ExitCode {
    if as_json {
        output::json(&json!(found));
    } else {
        for chain in found {
            let name = chain.tenant_id.as_deref().unwrap_or("platform");
            match (&chain.first_broken, &chain.head) {
                (Some(broken), _) => output::line(&format!("{name}  broken at {}: {}", broken.number, broken.why)),
                (None, Some(head)) => output::line(&format!("{name}  {}:{}", head.number, head.hash)),
                (None, None) => output::line(&format!("{name}  empty")),
            }
        }
    }
    if found.iter().all(|chain| chain.ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::parse_head;

    #[test]
    fn heads() {
        let hash = "0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789";
        let head = parse_head(&format!("7:{hash}")).unwrap();
        assert_eq!((head.number, head.hash), (7, hash.to_lowercase()));
        for wrong in ["", "7", "7:", "x:0", &format!("{hash}:7"), &format!("7:{hash}0")] {
            assert!(parse_head(wrong).is_err(), "{wrong}");
        }
    }
}
