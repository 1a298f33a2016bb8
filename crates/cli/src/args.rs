//! What can be asked for. The flags of the settings come from the settings' table.

use std::path::PathBuf;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_server::config::{self, Fallback, Mistakes, SETTINGS, Settings};
use clap::{Arg, ArgMatches, Args, CommandFactory as _, FromArgMatches, Parser, Subcommand, value_parser};

use crate::client::args::{ClientCommand, Connection};
use crate::client::federation::PeerCommand;

/// A marketplace for ATOM agents, skills, canvases and domains: find, publish and install; run one and look after it.
///
/// serve, tenant, member, admin, token, audit, federation, config, migrate, doctor, backup and restore are the operator's: they work on this machine's
/// settings and database. All other commands speak to a marketplace over HTTP, as `login` or the ATOM_BASE_URL,
/// ATOM_TENANT_ID and ATOM_API_TOKEN variables say; `token --remote` does too.
///
/// Exit codes: 0 done, 1 it failed, 2 asked for wrongly, 3 not found, 4 not allowed, 5 not reachable just now.
#[derive(Debug, Parser)]
#[command(name = "atom-marketplace", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Serve(Serve),
    /// Make, list and invite tenants.
    Tenant(Tenants),
    /// Add and remove a tenant's members, and make the links by which they sign in.
    Member(Members),
    /// Say who looks after the platform.
    Admin(Admins),
    /// Make and revoke API tokens.
    Token(Tokens),
    /// Read and verify the record of every change.
    Audit(Audit),
    /// Say who this instance is among others, change the key it signs with, and pull from others.
    Federation(Federation),
    /// Print the settings in force and where each came from, without secrets.
    Config(Config),
    /// Bring the database to this release's schema (`serve` does it too).
    Migrate(Migrate),
    /// Look for what would keep the server from running well.
    Doctor(Doctor),
    /// Copy the SQLite database while it is in use.
    Backup(Backup),
    /// Put a backup in the place of the SQLite database.
    Restore(Restore),
    /// Print the OpenAPI description of the HTTP API.
    Openapi,
    /// Print docs/CLI.md.
    #[command(hide = true)]
    CliReference,
    #[command(flatten)]
    Client(ClientCommand),
}

/// The whole command line, for what describes it.
pub(crate) fn command() -> clap::Command {
    Arguments::command()
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Fill an empty database with an example catalog, and print commands to try.
    #[arg(long)]
    pub(crate) demo: bool,
    #[command(flatten)]
    pub(crate) flags: AllFlags,
}

#[derive(Debug, Args)]
pub(crate) struct Tenants {
    #[command(subcommand)]
    pub(crate) command: TenantCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant and print its id.
    Create {
        /// Its name, such as "Acme Inc".
        name: String,
        /// Its id: 2–63 of a–z, 0–9 and -; made from the name when left out.
        #[arg(long)]
        id: Option<String>,
        /// Its plan: free, solo, team or enterprise.
        #[arg(long, default_value = "free")]
        plan: Plan,
        /// Make an API token with every tenant scope too, and print it.
        #[arg(long)]
        token: bool,
        #[command(flatten)]
        common: Common,
    },
    /// List the tenants.
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Print all that a tenant has, one thing a line (NDJSON).
    Export {
        /// The tenant's id.
        id: String,
        #[command(flatten)]
        flags: StoreFlags,
    },
    /// Print a one-time link by which somebody makes a tenant, good for 7 days.
    Invite {
        #[command(flatten)]
        common: LinkCommon,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Members {
    #[command(subcommand)]
    pub(crate) command: MemberCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// Add a person, and print their id.
    Add {
        /// Their email address.
        email: String,
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
        /// What they may do: viewer, member, publisher, admin or owner.
        #[arg(long, default_value = "member")]
        role: Role,
        /// Their name; what stands before the @ when left out.
        #[arg(long)]
        name: Option<String>,
        /// Print the one-time link by which they set a password, too.
        #[arg(long)]
        invite: bool,
        #[command(flatten)]
        common: LinkCommon,
    },
    /// List the members.
    List {
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        common: Common,
    },
    /// Print a one-time link by which a member takes up their place, good for 7 days.
    Invite {
        /// Their email address.
        email: String,
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        common: LinkCommon,
    },
    /// Print a one-time link that sets a new password, good for an hour.
    ResetPassword {
        /// Their email address.
        email: String,
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        common: LinkCommon,
    },
    /// Take a person out of the tenant; the tokens they made there end.
    Remove {
        /// Their email address.
        email: String,
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Admins {
    #[command(subcommand)]
    pub(crate) command: AdminCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Let a person who can sign in look after the platform: tenants, review, quarantine.
    Grant {
        /// Their email address.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        common: Common,
    },
    /// Take that from a person.
    Revoke {
        /// Their email address.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Tokens {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make an API token and print it, once: in this machine's database, or with --remote through the API.
    Create {
        /// The tenant's id; with --remote it is the profile's own.
        #[arg(value_name = "TENANT", required_unless_present = "remote", conflicts_with = "remote")]
        tenant_id: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        name: String,
        /// What it may do, between commas, such as components:read,components:install; everything when left out.
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// When it ends: in 90d, 12h or 30m from now, or at 2027-01-31T00:00:00Z; never when left out.
        #[arg(long)]
        expires: Option<String>,
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        flags: StoreFlags,
    },
    /// Revoke an API token: in this machine's database, or with --remote through the API.
    Revoke {
        /// The token's id, `tok_…`.
        id: String,
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        flags: StoreFlags,
    },
    /// List the tenant's API tokens, through the API.
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Give an API token a new secret in the place of the old, through the API.
    Rotate {
        /// The token's id, `tok_…`.
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
}

/// Where a token is made or revoked.
#[derive(Debug, Args)]
pub(crate) struct Remote {
    /// Through the API, as the profile's tenant, in the place of this machine's database.
    #[arg(long)]
    pub(crate) remote: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Federation {
    #[command(subcommand)]
    pub(crate) command: FederationCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FederationCommand {
    #[command(flatten)]
    Peers(PeerCommand),
    /// Print the fingerprints of the keys this instance signs with, the present one first.
    Fingerprint {
        #[command(flatten)]
        common: Common,
    },
    /// Put a new key in the place of the present one, which vouches for it. A running server signs with it at once.
    RotateKey {
        /// The present key cannot be opened any more (another ATOM_SECRET_KEY): nothing vouches for the new one.
        #[arg(long)]
        lost: bool,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Show entries, the latest first.
    List {
        #[command(flatten)]
        whose: Whose,
        /// By whom, such as token:tok_….
        #[arg(long)]
        actor: Option<String>,
        /// What was done, such as component.publish; `component.` stands for all that is done to components.
        #[arg(long)]
        action: Option<String>,
        /// To what, such as skill:acme/crm-lookup.
        #[arg(long)]
        target: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        common: Common,
    },
    /// Print all entries, oldest first, one a line (NDJSON).
    Export {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        flags: StoreFlags,
    },
    /// Look whether every entry is there as it was written, and print where the record ends. Exit code 1 when not.
    Verify {
        #[command(flatten)]
        whose: Whose,
        /// An end that was printed before, NUMBER:HASH: fails unless it is still there.
        #[arg(long, value_name = "NUMBER:HASH")]
        expect_head: Option<String>,
        /// An export to verify, in the place of the database.
        #[arg(long, conflicts_with = "all")]
        file: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
}

/// Whose record.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// A tenant's, by its id; the platform's own when left out.
    #[arg(long, conflicts_with = "all")]
    pub(crate) tenant: Option<String>,
    /// All.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Config {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) flags: AllFlags,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) flags: AllFlags,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to make; `PATH.json` beside it describes it.
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file that `backup` made.
    pub(crate) path: PathBuf,
    /// Where there is a database already, keep it aside under another name and go on.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What most commands take.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) flags: StoreFlags,
}

/// What commands take that print a link.
#[derive(Debug, Args)]
pub(crate) struct LinkCommon {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) flags: LinkFlags,
}

/// A flag for every setting that is no secret.
#[derive(Debug)]
pub(crate) struct AllFlags(Flags);

/// The flags that say where the data is.
#[derive(Debug)]
pub(crate) struct StoreFlags(Flags);

/// The same, and where people reach the marketplace.
#[derive(Debug)]
pub(crate) struct LinkFlags(Flags);

#[derive(Debug)]
struct Flags {
    file: Option<PathBuf>,
    set: Vec<(&'static str, String)>,
}

impl AllFlags {
    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<Settings, Mistakes> {
        self.0.settings()
    }
}

impl StoreFlags {
    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<Settings, Mistakes> {
        self.0.settings()
    }
}

impl LinkFlags {
    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<Settings, Mistakes> {
        self.0.settings()
    }
}

impl Flags {
    fn augment(command: clap::Command, taken: fn(&str) -> bool) -> clap::Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help_heading("Settings")
            .help("The TOML file of settings; atom-marketplace.toml is read if it is there [env: ATOM_CONFIG]");
        let settings = SETTINGS.iter().filter(|setting| taken(setting.key)).filter_map(|setting| {
            let default = match setting.default {
                Fallback::Value("") => String::new(),
                Fallback::Value(value) => format!(" [default: {value}]"),
                Fallback::Described(words) => format!(" [default: {}]", words.replace('`', "")),
            };
            let help = format!("{}{default} [env: {}]", setting.doc.replace('`', ""), setting.variable);
            Some(
                Arg::new(setting.key).long(setting.flag?).value_name(setting.value).help_heading("Settings").help(help),
            )
        });
        command.arg(file).args(settings)
    }

    fn from(matches: &ArgMatches, taken: fn(&str) -> bool) -> Self {
        let set = SETTINGS
            .iter()
            .filter(|setting| setting.flag.is_some() && taken(setting.key))
            .filter_map(|setting| Some((setting.key, matches.get_one::<String>(setting.key)?.clone())))
            .collect();
        Self { file: matches.get_one::<PathBuf>("config").cloned(), set }
    }

    fn settings(&self) -> Result<Settings, Mistakes> {
        config::load(&self.set, self.file.as_deref(), std::env::vars_os())
    }
}

macro_rules! flags {
    ($name:ident, $taken:expr) => {
        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(Flags::from(matches, $taken)))
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = Flags::from(matches, $taken);
                Ok(())
            }
        }

        impl Args for $name {
            fn augment_args(command: clap::Command) -> clap::Command {
                Flags::augment(command, $taken)
            }

            fn augment_args_for_update(command: clap::Command) -> clap::Command {
                Self::augment_args(command)
            }
        }
    };
}

flags!(AllFlags, |_| true);
flags!(StoreFlags, |key| key == "data_dir");
flags!(LinkFlags, |key| matches!(key, "data_dir" | "public_url"));
