//! `federation`: who this instance is among others, at its database; peers through the API. Works beside a running server.

use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use atom_marketplace_server::audit::Actor;
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::config::Keys;
use atom_marketplace_server::instance::{self, Identity};
use atom_marketplace_server::seal::Sealer;
use serde_json::json;

use crate::args::{self, FederationCommand};
use crate::{client, output, store};

pub(crate) fn run(arguments: &args::Federation) -> anyhow::Result<ExitCode> {
    let (common, lost) = match &arguments.command {
        FederationCommand::Peers(command) => return Ok(client::federation::run(command)),
        FederationCommand::Fingerprint { common } => (common, None),
        FederationCommand::RotateKey { lost, common } => (common, Some(*lost)),
    };
    let settings = common.flags.settings()?;
    let secret = Keys::existing_secret_key(&settings).map_err(anyhow::Error::msg)?;
    let secret =
        secret.ok_or_else(|| anyhow!("there is no secret key yet (ATOM_SECRET_KEY): start the server once"))?;
    let identity = Identity::new(Sealer::new(&secret.0));
    let (db, now) = (store::open(&settings)?, Clock::default().now());
    let done = store::block_on(db.write(move |c| {
        if let Some(lost) = lost {
            identity.rotate(c, &Actor::operator(), lost, now)?;
        }
        let id = identity.id(c, now)?;
        Ok::<_, atom_marketplace_db::Error>((id, instance::keys(c)?))
    }))?;
    db.close();
    let (id, keys) = done.context("the keys of this instance could not be read")?;
    if common.json {
        output::json(&json!({ "instance": id.as_ref(), "keys": keys }));
        return Ok(ExitCode::SUCCESS);
    }
    for key in keys {
        let retired = key.retired_at.map(|at| format!("  retired {at}")).unwrap_or_default();
        output::line(&format!("{}  {}  since {}{retired}", key.fingerprint, key.keyid, key.created_at));
    }
    output::error(&match lost {
        None => format!("This instance is {id}. Read the first fingerprint to whoever pairs with it."),
        Some(false) => "The first key signs from now on. Peers follow by themselves.".to_owned(),
        Some(true) => "The first key signs from now on. Nothing vouches for it: peers have to pair again.".to_owned(),
    });
    Ok(ExitCode::SUCCESS)
}
