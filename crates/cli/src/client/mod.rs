//! The client's commands: they speak to a marketplace over HTTP, as a profile or the environment says, and never open its
//! database. The operator's commands, beside this folder, are the other way round.

mod account;
pub(crate) mod args;
pub(crate) mod failure;
pub(crate) mod federation;
mod find;
mod folder;
mod init;
mod installed;
mod lifecycle;
mod numbers;
mod profile;
mod publish;
mod review;
mod review_args;
mod review_diff;
mod submissions;
pub(crate) mod token;
mod unpack;
mod verify;
mod webhook;

use std::process::ExitCode;

use args::{ClientCommand, Connection};

/// Runs a command and says how it went.
pub(crate) fn run(command: &ClientCommand) -> ExitCode {
    finish(crate::store::block_on(dispatch(command)).flatten(), wants_json(command))
}

/// The exit code, and what is to be said of an error.
pub(crate) fn finish(result: anyhow::Result<()>, json: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            failure::report(&error, json);
            ExitCode::from(failure::exit_code(&error))
        }
    }
}

async fn dispatch(command: &ClientCommand) -> anyhow::Result<()> {
    match command {
        ClientCommand::Login(args) => account::login(args).await,
        ClientCommand::Logout(args) => account::logout(args),
        ClientCommand::Whoami { connection } => account::whoami(connection).await,
        ClientCommand::Usage { connection } => account::usage(connection).await,
        ClientCommand::Search(args) => find::search(args).await,
        ClientCommand::Show(args) => find::show(args).await,
        ClientCommand::Open(args) => find::open(args).await,
        ClientCommand::Init(args) => init::run(args),
        ClientCommand::Publish(args) => publish::run(args).await,
        ClientCommand::Install(args) => installed::install(args).await,
        ClientCommand::Uninstall(args) => installed::uninstall(args).await,
        ClientCommand::List(args) => installed::list(args).await,
        ClientCommand::Upgrade(args) => installed::upgrade(args).await,
        ClientCommand::Download(args) => unpack::download(args).await,
        ClientCommand::Rate(args) => find::rate(args).await,
        ClientCommand::Reviews(args) => numbers::reviews(args).await,
        ClientCommand::Stats(args) => numbers::stats(args).await,
        ClientCommand::Rename(args) => lifecycle::rename(args).await,
        ClientCommand::Transfer(args) => lifecycle::transfer(args).await,
        ClientCommand::Report(args) => lifecycle::report(args).await,
        ClientCommand::Verify(args) => verify::run(args).await,
        ClientCommand::Review(args) => review::run(args).await,
        ClientCommand::Webhook(args) => webhook::run(args).await,
        ClientCommand::Submissions(args) => submissions::run(args).await,
        ClientCommand::Completion { shell } => {
            crate::output::text(&completion(*shell));
            Ok(())
        }
    }
}

/// The script that completes the program's commands.
fn completion(shell: clap_complete::Shell) -> String {
    let mut command = crate::args::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "atom-marketplace", &mut script);
    String::from_utf8(script).expect("scripts are text")
}

fn connection(command: &ClientCommand) -> Option<&Connection> {
    Some(match command {
        ClientCommand::Whoami { connection } | ClientCommand::Usage { connection } => connection,
        ClientCommand::Search(args) => &args.connection,
        ClientCommand::Show(args) => &args.connection,
        ClientCommand::Open(args) => &args.connection,
        ClientCommand::Publish(args) => &args.connection,
        ClientCommand::Install(args) => &args.connection,
        ClientCommand::Uninstall(args) => &args.connection,
        ClientCommand::List(args) => &args.connection,
        ClientCommand::Upgrade(args) => &args.connection,
        ClientCommand::Download(args) => &args.connection,
        ClientCommand::Rate(args) => &args.connection,
        ClientCommand::Reviews(args) => &args.connection,
        ClientCommand::Stats(args) => &args.connection,
        ClientCommand::Rename(args) => &args.connection,
        ClientCommand::Transfer(args) => args.command.connection(),
        ClientCommand::Report(args) => &args.connection,
        ClientCommand::Verify(args) => args.command.connection(),
        ClientCommand::Webhook(args) => args.command.connection(),
        ClientCommand::Review(args) => args.command.connection(),
        ClientCommand::Submissions(args) => args.command.connection(),
        ClientCommand::Login(_)
        | ClientCommand::Logout(_)
        | ClientCommand::Init(_)
        | ClientCommand::Completion { .. } => {
            return None;
        }
    })
}

fn wants_json(command: &ClientCommand) -> bool {
    match command {
        ClientCommand::Login(args) => args.json,
        _ => connection(command).is_some_and(|connection| connection.json),
    }
}
