//! What can be asked of reviewers' and publishers' commands.

use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::review::SubmissionSort;
use clap::{Args, Subcommand};

use super::args::Connection;
use super::lifecycle::{ReportsArgs, ResolveArgs, TakedownArgs};
use super::numbers::{HideArgs, RatingsArgs};

/// `review`.
#[derive(Debug, Args)]
pub(crate) struct Reviews {
    #[command(subcommand)]
    pub(crate) command: ReviewCommand,
}

/// One submission.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// `sub_…`
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// One submission, and what to say about it.
#[derive(Debug, Args)]
pub(crate) struct Said {
    /// `sub_…`
    pub(crate) id: String,
    /// What to say.
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// What a reviewer does.
#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    /// List submissions, the riskiest first.
    #[command(alias = "list")]
    Queue {
        /// Those that stand so: pending_review, published, changes_requested, rejected or superseded.
        #[arg(long, default_value = "pending_review")]
        status: Status,
        /// Only those of this publisher.
        #[arg(long, value_name = "TENANT")]
        publisher: Option<String>,
        /// risk, or age: the oldest first.
        #[arg(long, default_value = "risk")]
        sort: SubmissionSort,
        #[command(flatten)]
        connection: Connection,
    },
    /// Show a submission with its findings.
    Show(One),
    /// Show what it changes against the version approved last; what nobody sees is made visible.
    Diff(One),
    /// Claim it for an hour, so that no other reviewer works on it.
    Claim {
        /// `sub_…`
        id: String,
        /// Although another reviewer has.
        #[arg(long)]
        take_over: bool,
        /// Give the claim back.
        #[arg(long, conflicts_with = "take_over")]
        release: bool,
        #[command(flatten)]
        connection: Connection,
    },
    /// Publish it.
    Approve {
        /// `sub_…`
        id: String,
        /// A word to its publisher.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        decision: DecisionFlags,
    },
    /// Refuse it.
    Reject {
        /// `sub_…`
        id: String,
        /// Why; its publisher reads it.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        decision: DecisionFlags,
    },
    /// Run the automated checks again over everything public, after their rules have changed.
    Recheck {
        /// Wait until it is done, and show what was found.
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        connection: Connection,
    },
    /// Send it back to be changed.
    RequestChanges {
        /// `sub_…`
        id: String,
        /// What to change; its publisher reads it.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        decision: DecisionFlags,
    },
    /// Read what was said about it.
    Messages(One),
    /// Write to its publisher.
    Reply(Said),
    /// List reports of abuse, what most tenants have reported first.
    Reports(ReportsArgs),
    /// Say what came of a report.
    Resolve(ResolveArgs),
    /// List what members say of components.
    Ratings(RatingsArgs),
    /// Hide a review: it is neither shown nor counted.
    Hide(HideArgs),
    /// Show a review again, or go on showing what was flagged.
    Unhide(HideArgs),
    /// Take a component down for good, with the content of all its versions.
    Takedown(TakedownArgs),
}

/// What every decision takes.
#[derive(Debug, Args)]
pub(crate) struct DecisionFlags {
    /// The digest that was looked at: where the submission has another by now, nothing is decided.
    #[arg(long, value_name = "SHA256")]
    pub(crate) digest: Option<String>,
    /// Decide although another reviewer has claimed it.
    #[arg(long)]
    pub(crate) take_over: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

impl ReviewCommand {
    /// Where it is asked.
    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::Queue { connection, .. } | Self::Claim { connection, .. } | Self::Recheck { connection, .. } => {
                connection
            }
            Self::Show(one) | Self::Diff(one) | Self::Messages(one) => &one.connection,
            Self::Reply(said) => &said.connection,
            Self::Approve { decision, .. } | Self::Reject { decision, .. } | Self::RequestChanges { decision, .. } => {
                &decision.connection
            }
            Self::Reports(args) => &args.connection,
            Self::Resolve(args) => &args.connection,
            Self::Ratings(args) => &args.connection,
            Self::Hide(args) | Self::Unhide(args) => &args.connection,
            Self::Takedown(args) => &args.connection,
        }
    }
}

/// `submissions`.
#[derive(Debug, Args)]
pub(crate) struct SubmissionsArgs {
    #[command(subcommand)]
    pub(crate) command: SubmissionsCommand,
}

/// What a publisher does with its submissions.
#[derive(Debug, Subcommand)]
pub(crate) enum SubmissionsCommand {
    /// List them, the latest first.
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Show one: where it stands, what was found, what the reviewer says.
    Show(One),
    /// Read what was said about it.
    Messages(One),
    /// Answer the reviewers.
    Reply(Said),
}

impl SubmissionsCommand {
    /// Where it is asked.
    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::List { connection } => connection,
            Self::Show(one) | Self::Messages(one) => &one.connection,
            Self::Reply(said) => &said.connection,
        }
    }
}
