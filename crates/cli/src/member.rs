//! `member`, `admin` and `tenant invite`: people, for an operator. Works beside a running server, which need not send mail.

use std::process::ExitCode;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::account::OneTimeLink;
use atom_marketplace_protocol::tenant::{Member, MemberAdd};
use atom_marketplace_server::accounts::operator;
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::config::Settings;
use atom_marketplace_server::error::{ApiError, ApiResult};
use atom_marketplace_server::paging::Window;
use serde_json::json;

use crate::args::{self, AdminCommand, LinkCommon, MemberCommand};
use crate::tenant::spoken;
use crate::{output, store};

/// How long a running server goes on believing what it has read.
const NOTICED: &str = "A running server notices within 5 seconds.";

pub(crate) fn member(arguments: &args::Members) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        MemberCommand::Add { email, tenant, role, name, invite, common } => {
            let settings = common.flags.settings()?;
            let request = MemberAdd { email: email.clone(), name: name.clone(), role: *role };
            let (now, tenant) = (now(), tenant.clone());
            let link = invite.then(|| operator::invitation_link(&public_url(&settings), now));
            let (member, link) = write(&settings, move |c| {
                let member = operator::add_member(c, &tenant, &request, now)?;
                let link = link.as_ref().map(|link| operator::invite(c, &tenant, &member.email, link)).transpose()?;
                Ok((member, link))
            })?;
            if common.json {
                let (url, expires_at) = link.map(|link| (link.url.expose().to_owned(), link.expires_at)).unzip();
                output::json(&json!({ "member": member, "url": url, "expires_at": expires_at }));
            } else {
                output::line(&member.user_id);
                if let Some(link) = link {
                    output::line(link.url.expose());
                }
            }
        }
        MemberCommand::List { tenant, common } => {
            let db = store::open(&common.flags.settings()?)?;
            let members = store::block_on(all_members(&db, tenant))?;
            db.close();
            let members = members.map_err(spoken)?;
            if common.json {
                output::json(&json!(members));
            } else {
                for member in members {
                    let waiting = if member.joined_at.is_none() { "  not joined yet" } else { "" };
                    output::line(&format!(
                        "{}  {:9}  {}  {}{waiting}",
                        member.user_id, member.role, member.email, member.name
                    ));
                }
            }
        }
        MemberCommand::Invite { email, tenant, common } => {
            let (settings, email, tenant) = (common.flags.settings()?, email.clone(), tenant.clone());
            let link = operator::invitation_link(&public_url(&settings), now());
            show_link(common, &write(&settings, move |c| operator::invite(c, &tenant, &email, &link))?);
        }
        MemberCommand::ResetPassword { email, tenant, common } => {
            let (settings, email, tenant) = (common.flags.settings()?, email.clone(), tenant.clone());
            let link = operator::reset_link(&public_url(&settings), now());
            show_link(common, &write(&settings, move |c| operator::reset_password(c, &tenant, &email, &link))?);
        }
        MemberCommand::Remove { email, tenant, common } => {
            let (settings, now) = (common.flags.settings()?, now());
            let (person, from) = (email.clone(), tenant.clone());
            write(&settings, move |c| operator::remove_member(c, &from, &person, now))?;
            if common.json {
                output::json(&json!({ "email": email, "tenant": tenant, "removed": true }));
            } else {
                output::line(&format!("Removed. {NOTICED}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn admin(arguments: &args::Admins) -> anyhow::Result<ExitCode> {
    let (email, grant, common) = match &arguments.command {
        AdminCommand::Grant { email, common } => (email, true, common),
        AdminCommand::Revoke { email, common } => (email, false, common),
    };
    let (settings, email, now) = (common.flags.settings()?, email.clone(), now());
    let user = write(&settings, move |c| operator::set_platform_admin(c, &email, grant, now))?;
    if common.json {
        output::json(&json!(user));
    } else {
        let now = if grant { "looks after the platform now" } else { "no longer looks after the platform" };
        output::line(&format!("{} ({}, {}) {now}. {NOTICED}", user.name, user.email, user.id));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn invite_tenant(common: &LinkCommon) -> anyhow::Result<()> {
    let settings = common.flags.settings()?;
    let link = operator::sign_up_link(&public_url(&settings), now());
    show_link(common, &write(&settings, move |c| operator::invite_tenant(c, &link))?);
    Ok(())
}

fn now() -> Timestamp {
    Clock::default().now()
}

/// Where people reach the marketplace, as far as the settings say.
fn public_url(settings: &Settings) -> String {
    settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen))
}

fn write<T: Send + 'static>(
    settings: &Settings,
    f: impl Fn(&mut Conn<'_>) -> ApiResult<T> + Send + 'static,
) -> anyhow::Result<T> {
    let db = store::open(settings)?;
    let done = store::block_on(db.write(f))?;
    db.close();
    done.map_err(spoken)
}

async fn all_members(db: &atom_marketplace_db::Db, tenant: &str) -> Result<Vec<Member>, ApiError> {
    const AT_ONCE: u64 = 1_000;
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let (window, tenant) = (Window::behind(after, AT_ONCE), tenant.to_owned());
        let (members, _) = db.read(move |c| operator::members(c, &tenant, window)).await?;
        let Some((last, _)) = members.last() else { return Ok(all) };
        after = *last;
        all.extend(members.into_iter().map(|(_, member)| member));
    }
}

fn show_link(common: &LinkCommon, link: &OneTimeLink) {
    if common.json {
        output::json(&json!(link));
    } else {
        output::line(link.url.expose());
        output::error(&format!("It is good once, until {}. Whoever has it can use it.", link.expires_at));
    }
}
