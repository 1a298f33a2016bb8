//! `docs/CLI.md`, from the command line's own description, so that the two cannot differ.

use std::fmt::Write as _;

use clap::{Arg, Command};

/// What no flag's help says.
const PROSE: &str = r#"# The command line

<!-- Made from the command line's own description by `cargo xtask cli`; the words are in crates/cli/src/reference.rs. -->

`atom-marketplace` is one program for two kinds of people:

- **Operators** run a marketplace: `serve`, `tenant`, `token`, `config`, `migrate`, `doctor`, `backup`, `restore`, `openapi`. These
  work on this machine's settings and database, beside a server that may be running. [OPERATIONS.md](OPERATIONS.md) is about them.
- **Everybody else** uses one: all other commands speak to a marketplace over HTTP and need no database. `token` does either:
  `token create TENANT` and `token revoke` work on this machine's database, with `--remote` they go through the API as the
  profile's own tenant; `token list` and `token rotate` always do.

## Five minutes

```sh
atom-marketplace login --base-url https://marketplace.example/api   # asks for the token, tries it, stores it
atom-marketplace search invoice
atom-marketplace install skill acme/invoice-reader --set max_pages=20
atom-marketplace list

atom-marketplace init my-skill            # a starter
atom-marketplace publish my-skill --dry-run
atom-marketplace publish my-skill         # private: for the own tenant, at once
atom-marketplace publish my-skill --public  # for everyone, once it was reviewed
```

## Who and where

`login` tries a credential and then stores it with its address as a profile, in `atom-marketplace/profiles.toml` of the directory
for settings (`$XDG_CONFIG_HOME` or `~/.config`; `~/Library/Application Support` on macOS; `%APPDATA%` on Windows), which its owner
alone can read (0600). The token is read from the terminal without being shown, from standard input, or from `ATOM_API_TOKEN`,
never from a flag, which other processes see. `--profile` (or `ATOM_PROFILE`) chooses one; otherwise it is the last one logged in.

Flags stand before variables, and variables before the profile: `--base-url` (`ATOM_BASE_URL`), `--tenant` (`ATOM_TENANT_ID`),
`ATOM_API_TOKEN`. A profile's credential goes to the profile's address and nowhere else: with another `--base-url` it is not used.

> **Never use an admin key in a production application.** `login --admin` is for the people who review and look after the
> marketplace; the program warns when it stores one.

## Naming components

A component is `KIND COMPONENT`: the kind is `agent`, `skill`, `canvas` or `domain`, and the component `[PUBLISHER/]ID[@VERSION]`,
such as `skill acme/invoice-reader@1.2.0`. Without a publisher the marketplace resolves the id, and says so when several have it.

## Folders that can be published

`publish` takes a folder that holds one of these, looked for in this order. It checks what can be checked here (fields, sizes,
numbers, names) before anything is sent, and names the file. `.git` and what `.atomignore` names (patterns as in a `.gitignore`) are left
out; symbolic links are refused. A publication may have 10 MiB as it is sent (binary files grow by a third), and 1,000 files.

- **`atom.toml`**: the fields of the API ([MARKETPLACE_API.md](MARKETPLACE_API.md)) with `kind` and `id`. `<field>_file = "path"`
  takes a field from a file (`readme_file`, `code_file`, `config_schema_file`, …); `README.md` is the readme where nothing else
  is; `files = ["scripts/**"]` says which files are published, otherwise all but these are.
- **An Agent Skill**: a `SKILL.md` with YAML front matter. `name`, `description` and `license` become the fields of that name, the
  name also the id; `version`, `category` and `tags` are read at the top or under `metadata`; the text below becomes the readme. Every
  file, the `SKILL.md` too, is published byte for byte; the whole front matter is kept in `content.agent_skill`.
- **An A2A agent card**: `agent-card.json` or `agent.json`, also under `.well-known/`. `name`, `description`, `version` and
  `documentationUrl` become fields; the skills' ids become capabilities, and their tags tags. The whole card is kept in
  `content.agent_card`.

`--id`, `--version`, `--public` and `--private` stand before what the folder says. Nothing said, a component is private.

`download`, and `install --output`, write a component's files into a new or empty folder: byte for byte, checked against the
digests that were published, and never outside of it.

## For programs

`--json` prints JSON, lists as `{"items": […]}`; an error goes to standard error as the API's envelope,
`{"error": {"code", "message", "details", "request_id"}}`. Progress is shown on a terminal alone, and colours obey `NO_COLOR`.

| exit code | |
|---|---|
| 0 | done |
| 1 | it failed: the message says why |
| 2 | it was asked for wrongly: a flag, a setting, a folder |
| 3 | not found, or not for the caller to see |
| 4 | not allowed: no credential, a wrong one, or one that does not reach; or the plan does not |
| 5 | not reachable, or overloaded, or the quota is used up: later it may work |

`atom-marketplace completion bash > /etc/bash_completion.d/atom-marketplace` (also zsh, fish, powershell, elvish) completes commands.
"#;

/// Flags that stand in many commands and are told once.
const SHARED: [&str; 2] = ["Settings", "Marketplace"];

/// The page.
pub(crate) fn markdown() -> String {
    let mut page = PROSE.to_owned();
    let mut root = crate::args::command();
    root.build();
    page.push_str("\n## Flags of every command that speaks to a marketplace\n\n");
    let any = root.find_subcommand("whoami").expect("it is there");
    table(&mut page, any.get_arguments().filter(|arg| arg.get_help_heading() == Some("Marketplace")));
    page.push_str("\nThe operator's commands take flags for settings: see [CONFIGURATION.md](CONFIGURATION.md).\n");
    page.push_str("\n## Commands\n");
    for command in root.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()) {
        describe(&mut page, command, "atom-marketplace");
    }
    page
}

fn describe(page: &mut String, command: &Command, above: &str) {
    let name = format!("{above} {}", command.get_name());
    let mut subcommands = command.get_subcommands().filter(|command| command.get_name() != "help").peekable();
    if subcommands.peek().is_none() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let words: Vec<_> = std::iter::once(name.clone()).chain(command.get_positionals().map(placed)).collect();
        let _ = write!(page, "\n### `{}`\n\n{}.\n", words.join(" "), about.trim_end_matches('.'));
        let own: Vec<_> = command.get_arguments().filter(|arg| is_own(arg)).collect();
        if !own.is_empty() {
            page.push('\n');
            table(page, own.into_iter());
        }
    }
    for subcommand in subcommands {
        describe(page, subcommand, &name);
    }
}

fn is_own(arg: &Arg) -> bool {
    !["help", "version"].contains(&arg.get_id().as_str())
        && arg.get_help_heading().is_none_or(|heading| !SHARED.contains(&heading))
}

/// A positional argument as usage shows it.
fn placed(arg: &Arg) -> String {
    let name =
        arg.get_value_names().and_then(<[_]>::first).map_or_else(|| arg.get_id().to_string(), ToString::to_string);
    let many = if arg.get_num_args().is_some_and(|range| range.max_values() > 1) { "…" } else { "" };
    if arg.is_required_set() { format!("{name}{many}") } else { format!("[{name}{many}]") }
}

fn table<'a>(page: &mut String, args: impl Iterator<Item = &'a Arg>) {
    page.push_str("| | |\n|---|---|\n");
    for arg in args {
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values()).and_then(<[_]>::first);
        let mut names: Vec<_> = arg.get_short().map(|short| format!("-{short}")).into_iter().collect();
        names.extend(arg.get_long().map(|long| format!("--{long}")));
        let name = if names.is_empty() { placed(arg) } else { names.join(", ") };
        let value = value.filter(|_| !names.is_empty()).map(|value| format!(" {value}")).unwrap_or_default();
        let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() && arg.get_action().takes_values() {
            let _ = write!(help, " [default: {}]", defaults.join(", "));
        }
        if let Some(variable) = arg.get_env() {
            let _ = write!(help, " [env: {}]", variable.to_string_lossy());
        }
        let _ = writeln!(page, "| `{name}{value}` | {} |", help.replace('|', "\\|"));
    }
}
