//! What can be asked of a marketplace elsewhere.

use std::path::PathBuf;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_sdk::{ComponentRef, Kind};
use clap::{Args, Subcommand};

use super::lifecycle::{Rename, ReportArgs, TransferArgs};
use super::numbers::{ReadReviews, Stats};
use super::review_args::{Reviews, SubmissionsArgs};
use super::verify::VerifyArgs;
use super::webhook::WebhookArgs;

/// Which marketplace, and as whom.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Marketplace")]
pub(crate) struct Connection {
    /// The profile that `login` stored; the last one logged in when left out.
    #[arg(long, value_name = "NAME", env = "ATOM_PROFILE", hide_env_values = true)]
    pub(crate) profile: Option<String>,
    /// Where the marketplace is, with its /api. Another than the profile's does not get the profile's credential.
    #[arg(long, value_name = "URL", env = "ATOM_BASE_URL", hide_env_values = true)]
    pub(crate) base_url: Option<String>,
    /// The tenant to act for: a token knows its own, an admin key needs it on tenants' affairs.
    #[arg(long = "tenant", value_name = "ID", env = "ATOM_TENANT_ID", hide_env_values = true)]
    pub(crate) tenant: Option<String>,
    /// Print JSON; errors too, to standard error.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The client's commands.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Store where a marketplace is and a credential for it, once it was tried.
    Login(Login),
    /// Forget a profile.
    Logout(Logout),
    /// Say which marketplace is talked to, and as whom.
    Whoami {
        #[command(flatten)]
        connection: Connection,
    },
    /// Search the marketplace, best first.
    Search(Search),
    /// Show a component.
    Show(Show),
    /// Write a starter for a component into a folder.
    Init(Init),
    /// Publish a folder: an `atom.toml`, an Agent Skill (SKILL.md) or an A2A agent card.
    Publish(Publish),
    /// Install a component for the tenant.
    Install(Install),
    /// Uninstall a component.
    Uninstall(Uninstall),
    /// List what the tenant has installed, or has published.
    List(List),
    /// Install the latest version of what is installed.
    Upgrade(Upgrade),
    /// Write a component's files into a folder, byte for byte.
    Download(Download),
    /// Rate a component.
    Rate(Rate),
    /// Read what people say of a component, answer them, or flag it.
    Reviews(ReadReviews),
    /// Show what a component is used for, or all that the tenant has published.
    Stats(Stats),
    /// Give a component another id; the old one goes on naming it.
    Rename(Rename),
    /// Offer a component to another tenant, or take what is offered.
    Transfer(TransferArgs),
    /// Show that domains are the tenant's, which verifies it.
    Verify(VerifyArgs),
    /// Report a component to the platform.
    Report(ReportArgs),
    /// Decide on what publishers want to be public (platform admins).
    Review(Reviews),
    /// Make, try and mend webhooks, and bring events to a program on this machine.
    Webhook(WebhookArgs),
    /// See where the tenant's submissions stand, and answer the reviewers.
    Submissions(SubmissionsArgs),
    /// Show what the tenant has used of what it may.
    Usage {
        #[command(flatten)]
        connection: Connection,
    },
    /// Open a component's page, or the marketplace's, in the browser.
    Open(Open),
    /// Print a script that completes commands in a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// A component on the command line.
#[derive(Clone, Debug, Args)]
pub(crate) struct Target {
    /// agent, skill, canvas or domain.
    #[arg(value_name = "KIND", value_parser = kind)]
    pub(crate) kind: Kind,
    /// `[PUBLISHER/]ID[@VERSION]`
    #[arg(value_name = "COMPONENT", value_parser = reference)]
    pub(crate) component: ComponentRef,
}

/// A kind, or more than one of it.
pub(crate) fn kind(text: &str) -> Result<Kind, String> {
    Kind::ALL.iter().copied().find(|kind| kind.plural() == text).map_or_else(|| text.parse(), Ok)
}

pub(crate) fn reference(text: &str) -> Result<ComponentRef, String> {
    text.parse().map_err(|error: atom_marketplace_sdk::Error| error.to_string())
}

/// `login`.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The profile's name.
    #[arg(long, value_name = "NAME", env = "ATOM_PROFILE", hide_env_values = true, default_value = "default")]
    pub(crate) profile: String,
    /// Where the marketplace is, with its /api.
    #[arg(
        long,
        value_name = "URL",
        env = "ATOM_BASE_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8080/api"
    )]
    pub(crate) base_url: String,
    /// The tenant: a token knows its own.
    #[arg(long = "tenant", value_name = "ID", env = "ATOM_TENANT_ID", hide_env_values = true)]
    pub(crate) tenant: Option<String>,
    /// The credential is the platform's admin key. Never for an application: it may do everything.
    #[arg(long)]
    pub(crate) admin: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `logout`.
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// The profile's name.
    #[arg(long, value_name = "NAME", env = "ATOM_PROFILE", hide_env_values = true, default_value = "default")]
    pub(crate) profile: String,
}

/// `search`.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// What to look for.
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    /// Only this kind; may be given again.
    #[arg(long, value_parser = kind)]
    pub(crate) kind: Vec<Kind>,
    /// Only what can do this; given again, all of them.
    #[arg(long)]
    pub(crate) capability: Vec<String>,
    /// Only this category.
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// Only what has this tag; given again, all of them.
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// Only what is rated so high.
    #[arg(long, value_name = "STARS")]
    pub(crate) min_rating: Option<f64>,
    /// Only this pricing tier.
    #[arg(long)]
    pub(crate) pricing_tier: Option<Plan>,
    /// How many to show.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Its readme too.
    #[arg(long)]
    pub(crate) readme: bool,
    /// Its versions too.
    #[arg(long)]
    pub(crate) versions: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder; made if it is not there.
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// agent, skill, canvas or domain.
    #[arg(long, value_parser = kind, default_value = "skill")]
    pub(crate) kind: Kind,
    /// Its id; the folder's name when left out.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// A SKILL.md, as agents read it, in the place of an atom.toml.
    #[arg(long)]
    pub(crate) agent_skill: bool,
}

/// `publish`.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The folder.
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// For everyone, once a reviewer has approved it.
    #[arg(long, conflicts_with = "private")]
    pub(crate) public: bool,
    /// For the tenant alone, at once; the default, unless atom.toml says otherwise.
    #[arg(long)]
    pub(crate) private: bool,
    /// Its id, in the place of the folder's own.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// The version; the next patch when nothing says otherwise.
    #[arg(long = "version", value_name = "VERSION")]
    pub(crate) number: Option<String>,
    /// What is new in it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) release_notes: Option<String>,
    /// Say what would happen, what the automated checks find and what would be taken out; nothing is stored.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Publish without the credentials, personal data, tenant ids and internal addresses that are found, without asking.
    #[arg(long)]
    pub(crate) accept_redactions: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `install`.
#[derive(Debug, Args)]
pub(crate) struct Install {
    #[command(flatten)]
    pub(crate) target: Target,
    /// A setting, as JSON or as text; may be given again.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) settings: Vec<(String, String)>,
    /// A key of another service that it needs; with `NAME=@FILE` from a file, out of the sight of other processes.
    #[arg(long = "api-key", value_name = "NAME=KEY", value_parser = pair)]
    pub(crate) api_keys: Vec<(String, String)>,
    /// Install the components it needs too.
    #[arg(long)]
    pub(crate) with_dependencies: bool,
    /// Whom to install it for; the own tenant when left out.
    #[arg(long, value_name = "TENANT")]
    pub(crate) target_tenant: Option<String>,
    /// Say what would happen; nothing is installed.
    #[arg(long, conflicts_with = "output")]
    pub(crate) dry_run: bool,
    /// Write its files into this folder, too.
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// `uninstall`.
#[derive(Debug, Args)]
pub(crate) struct Uninstall {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Whom to uninstall it from; the own tenant when left out.
    #[arg(long, value_name = "TENANT")]
    pub(crate) target_tenant: Option<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only this kind.
    #[arg(long, value_parser = kind)]
    pub(crate) kind: Option<Kind>,
    /// What the tenant has published, in the place of what it has installed.
    #[arg(long)]
    pub(crate) published: bool,
    /// Only what a later version is there for.
    #[arg(long, conflicts_with = "published")]
    pub(crate) outdated: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `upgrade`.
#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// agent, skill, canvas or domain.
    #[arg(value_name = "KIND", value_parser = kind, requires = "component", required_unless_present = "all")]
    pub(crate) kind: Option<Kind>,
    /// `[PUBLISHER/]ID[@VERSION]`; the latest version when none is named.
    #[arg(value_name = "COMPONENT", value_parser = reference)]
    pub(crate) component: Option<ComponentRef>,
    /// Everything that a later version is there for.
    #[arg(long, conflicts_with = "component")]
    pub(crate) all: bool,
    /// Install the components that the new version needs too.
    #[arg(long)]
    pub(crate) with_dependencies: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `download`.
#[derive(Debug, Args)]
pub(crate) struct Download {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The folder to write its files into; it must be new or empty.
    #[arg(long, short, value_name = "FOLDER", required_unless_present = "bundle")]
    pub(crate) output: Option<PathBuf>,
    /// Write the bundle itself, as it is signed, to this file; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// The version that the tenant has installed, in the place of the latest.
    #[arg(long)]
    pub(crate) installed: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `rate`.
#[derive(Debug, Args)]
pub(crate) struct Rate {
    #[command(flatten)]
    pub(crate) target: Target,
    /// 1 (poor) to 5 (excellent).
    #[arg(value_parser = clap::value_parser!(i64).range(1..=5), required_unless_present = "remove")]
    pub(crate) stars: Option<i64>,
    /// What to say about it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) review: Option<String>,
    /// Take the rating back.
    #[arg(long, conflicts_with_all = ["stars", "review"])]
    pub(crate) remove: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `open`.
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// agent, skill, canvas or domain; the marketplace itself when left out.
    #[arg(value_name = "KIND", value_parser = kind, requires = "component")]
    pub(crate) kind: Option<Kind>,
    /// `[PUBLISHER/]ID[@VERSION]`
    #[arg(value_name = "COMPONENT", value_parser = reference)]
    pub(crate) component: Option<ComponentRef>,
    /// Print the address and open nothing.
    #[arg(long)]
    pub(crate) print: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
