//! `atom-marketplace`: the server, what its operator does beside it, and the client of a marketplace elsewhere.
//!
//! Exit codes: 0 done, 1 it failed, 2 it was asked for wrongly (a flag, a setting); the client's have more (`failure`).

mod args;
mod audit;
mod backup;
mod client;
mod config;
mod demo;
mod doctor;
mod federation;
mod member;
mod output;
mod reference;
mod serve;
mod store;
mod tenant;

use std::process::ExitCode;

use args::{Arguments, Command};
use atom_marketplace_server::config::Mistakes;
use clap::Parser as _;

/// Requests allocate a lot of short-lived strings, which it does faster than the system's, and gives memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    atom_marketplace_server::metrics::note_start();
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            let wrong = error.downcast_ref::<Mistakes>();
            let prefix = if wrong.is_some_and(|mistakes| mistakes.0.len() > 1) { "errors:\n" } else { "error: " };
            output::error(&format!("{prefix}{error:#}"));
            ExitCode::from(if wrong.is_some() { 2 } else { 1 })
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Tenant(arguments) => tenant::tenant(&arguments),
        Command::Member(arguments) => member::member(&arguments),
        Command::Admin(arguments) => member::admin(&arguments),
        Command::Token(arguments) => tenant::token(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Federation(arguments) => federation::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Migrate(arguments) => store::migrate(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Backup(arguments) => backup::backup(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Client(command) => Ok(client::run(&command)),
        Command::CliReference => {
            output::text(&reference::markdown());
            Ok(ExitCode::SUCCESS)
        }
        Command::Openapi => {
            output::text(&atom_marketplace_server::http::openapi::json());
            Ok(ExitCode::SUCCESS)
        }
    }
}
