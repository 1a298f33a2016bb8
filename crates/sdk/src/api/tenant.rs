//! The tenant, its members and its API tokens.

use atom_marketplace_protocol::account::OneTimeLink;
use atom_marketplace_protocol::account_data::{TenantDelete, TenantDeletion};
use atom_marketplace_protocol::api_token::{
    ApiToken, ApiTokenCreate, ApiTokenCreated, LeakedToken, LeakedTokenOutcome,
};
use atom_marketplace_protocol::audit::{AuditEntry, AuditVerification};
use atom_marketplace_protocol::inbox::{Inbox, InboxRead, InboxState};
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_protocol::tenant::{self as wire, Member, MemberAdd, MemberUpdate, TenantUpdate};
use atom_marketplace_protocol::verification::{DomainClaim, DomainVerification, TenantVerification};
use bytes::Bytes;
use reqwest::Method;

use super::handle;
use crate::reference::segment;
use crate::{Call, Error, Listing};

handle! {
    /// The tenant itself.
    Tenant
}

impl Tenant {
    /// The tenant with its plan and limits.
    pub fn get(&self) -> Call<wire::Tenant> {
        Call::json(&self.client, Method::GET, "/tenant")
    }

    /// Changes what a tenant may change of itself.
    pub fn update(&self, update: &TenantUpdate) -> Call<wire::Tenant> {
        Call::json(&self.client, Method::PATCH, "/tenant").body(update)
    }

    /// Whether it is shown as verified, and by which domains.
    pub fn verification(&self) -> Verification {
        Verification::new(&self.client)
    }

    /// All that it has, one thing a line (NDJSON); the last line's type is `end`.
    pub fn export(&self) -> Call<Bytes> {
        Call::done(&self.client, Method::GET, "/tenant/export").raw()
    }

    /// Deletes it with all that it has, for good. `confirm` is its id.
    pub fn delete(&self, confirm: &str) -> Call<TenantDeletion> {
        Call::json(&self.client, Method::DELETE, "/tenant").body(&TenantDelete { confirm: confirm.to_owned() })
    }

    /// What asks for its attention, the latest first. The query `unread=true` leaves out what was read.
    pub fn inbox(&self) -> Call<Inbox> {
        Call::json(&self.client, Method::GET, "/tenant/inbox")
    }

    /// Marks what is in the inbox as read, up to an event, `evt_…`.
    pub fn mark_inbox_read(&self, up_to: &str) -> Call<InboxState> {
        Call::json(&self.client, Method::POST, "/tenant/inbox/read").body(&InboxRead { up_to: up_to.to_owned() })
    }

    /// The record of every change in it.
    pub fn audit_log(&self) -> AuditLog {
        AuditLog::new(&self.client)
    }

    /// Its members.
    pub fn members(&self) -> Members {
        Members::new(&self.client)
    }
}

handle! {
    /// The proof that domains are the tenant's.
    Verification
}

impl Verification {
    fn path(domain: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/tenant/verification/{}{below}", segment("domain", domain)?))
    }

    /// How it stands.
    pub fn get(&self) -> Call<TenantVerification> {
        Call::json(&self.client, Method::GET, "/tenant/verification")
    }

    /// Says that a domain is the tenant's. The answer says what to put where.
    pub fn create(&self, claim: &DomainClaim) -> Call<DomainVerification> {
        Call::json(&self.client, Method::POST, "/tenant/verification").body(claim)
    }

    /// Looks for the proof now; the answer's status says what came of it. The domain in ASCII, as it was answered.
    pub fn check(&self, domain: &str) -> Call<DomainVerification> {
        Call::json(&self.client, Method::POST, Self::path(domain, "/check"))
    }

    /// Takes a domain away.
    pub fn delete(&self, domain: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(domain, ""))
    }
}

handle! {
    /// The record of every change in the tenant.
    AuditLog
}

impl AuditLog {
    /// Lists entries, the latest first. The queries `actor`, `action`, `target`, `from` and `to` choose among them.
    pub fn list(&self) -> Listing<AuditEntry> {
        Listing::new(&self.client, "/tenant/audit-log")
    }

    /// All entries, oldest first, one [`AuditLine`](atom_marketplace_protocol::audit::AuditLine) a line (NDJSON).
    pub fn export(&self) -> Call<Bytes> {
        Call::done(&self.client, Method::GET, "/tenant/audit-log/export").raw()
    }

    /// Whether every entry is there as it was written.
    pub fn verify(&self) -> Call<AuditVerification> {
        Call::json(&self.client, Method::GET, "/tenant/audit-log/verify")
    }
}

handle! {
    /// The people of the tenant.
    Members
}

impl Members {
    fn path(user: &str) -> Result<String, Error> {
        Ok(format!("/tenant/members/{}", segment("user id", user)?))
    }

    /// Lists them.
    pub fn list(&self) -> Listing<Member> {
        Listing::new(&self.client, "/tenant/members")
    }

    /// Adds one.
    pub fn add(&self, member: &MemberAdd) -> Call<Member> {
        Call::json(&self.client, Method::POST, "/tenant/members").body(member)
    }

    /// Gives one another role.
    pub fn update(&self, user_id: &str, role: Role) -> Call<Member> {
        Call::json(&self.client, Method::PATCH, Self::path(user_id)).body(&MemberUpdate { role })
    }

    /// Makes the one-time link by which one takes up the place. It is shown this once.
    pub fn invite(&self, user_id: &str) -> Call<OneTimeLink> {
        let path = Self::path(user_id).map(|path| format!("{path}/invitation"));
        Call::json(&self.client, Method::POST, path)
    }

    /// Takes one out.
    pub fn remove(&self, user_id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(user_id))
    }
}

handle! {
    /// The tenant's API tokens.
    Tokens
}

impl Tokens {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/tokens/{}{below}", segment("token id", id)?))
    }

    /// Lists them, without their secrets.
    pub fn list(&self) -> Listing<ApiToken> {
        Listing::new(&self.client, "/tokens")
    }

    /// Makes one. Its secret is shown this once.
    pub fn create(&self, token: &ApiTokenCreate) -> Call<ApiTokenCreated> {
        Call::json(&self.client, Method::POST, "/tokens").body(token)
    }

    /// The one in use.
    pub fn current(&self) -> Call<ApiToken> {
        Call::json(&self.client, Method::GET, "/tokens/current")
    }

    /// Gives one, `tok_…`, a new secret in the place of the old.
    pub fn rotate(&self, id: &str) -> Call<ApiTokenCreated> {
        Call::json(&self.client, Method::POST, Self::path(id, "/rotate"))
    }

    /// Ends a token of whatever tenant that was found somewhere it should not be.
    pub fn revoke_leaked(&self, token: &str) -> Call<LeakedTokenOutcome> {
        Call::json(&self.client, Method::POST, "/tokens/revoke").body(&LeakedToken { token: token.into() })
    }

    /// Revokes one.
    pub fn delete(&self, id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(id, ""))
    }
}
