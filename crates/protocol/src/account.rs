//! People: how they sign in, and what they may change of themselves (contract §3).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::scope::Role;

/// Characters in a password, at least.
pub const PASSWORD_MIN: usize = 8;
/// Characters in a password, at most.
pub const PASSWORD_MAX: usize = 200;

/// A password or the token of a one-time link: it goes out as it is, and prints as nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidential(String);

impl Confidential {
    /// Wraps what must not be printed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

impl From<&str> for Confidential {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Confidential {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Who signs in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@acme.example", "password": "a long and unusual one"}))]
pub struct SessionCreate {
    /// The account's email address.
    pub email: String,
    /// Its password.
    #[schema(value_type = String, format = Password)]
    pub password: Confidential,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The person's id.
    #[schema(example = "usr_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Where they are reached, lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they look after the platform: review, quarantine, tenants.
    pub platform_admin: bool,
}

/// A tenant that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The tenant's id.
    #[schema(example = "acme")]
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// What the person may do there.
    pub role: Role,
    /// Whether the platform has suspended it: nothing can be done there.
    pub suspended: bool,
}

/// A signed-in browser, as it sees itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The session's id.
    #[schema(example = "ses_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Who is signed in.
    pub user: User,
    /// Where they belong, in the order the tenants were made.
    pub tenants: Vec<Membership>,
    /// The tenant it acts for where a request names none in `X-Tenant-ID`.
    pub tenant_id: Option<String>,
    /// To be sent as `X-CSRF-Token` with everything but reads. It is the session's own and stays the same.
    pub csrf_token: String,
    /// When it ends at the latest, RFC 3339 UTC; without use it ends after 14 days.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: String,
}

/// What a session may change of itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tenant_id": "acme"}))]
pub struct SessionUpdate {
    /// The tenant to act for from now on: one of the person's.
    pub tenant_id: String,
}

/// One of a person's sessions, in the list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionSummary {
    /// The session's id.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The address it was begun from.
    pub address: String,
    /// What the browser called itself then, at most 255 characters.
    pub user_agent: String,
    /// When it was begun, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last used, to about a minute, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub last_used_at: String,
    /// When it ends if it is not used again, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: String,
}

/// What a person may change of themselves. What is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace"}))]
pub struct AccountUpdate {
    /// Their name, up to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A new password of 8–200 characters, which ends all other sessions. It needs `current_password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<Confidential>,
    /// The password so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Password)]
    pub current_password: Option<Confidential>,
}

/// A link that is good for one use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OneTimeLink {
    /// The page to open. Whoever has it can use it, so hand it to nobody else. Shown here and, where mail is set up, sent.
    #[schema(value_type = String, example = "https://marketplace.example.com/set-password?token=at_link_…")]
    pub url: Confidential,
    /// When it ends, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: String,
    /// Whether it is on its way to the person by mail too.
    pub mailed: bool,
}

/// Whose password is forgotten.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@acme.example"}))]
pub struct PasswordResetRequest {
    /// The account's email address.
    pub email: String,
}

/// A password by a one-time link: an invitation's or a reset's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "at_link_…", "password": "a long and unusual one", "name": "Ada"}))]
pub struct PasswordResetConfirm {
    /// What stands behind `token=` in the link.
    #[schema(value_type = String)]
    pub token: Confidential,
    /// The new password, 8–200 characters. It ends all sessions of before.
    #[schema(value_type = String, format = Password)]
    pub password: Confidential,
    /// The person's name, up to 100 characters. Left out: it stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A new tenant with its owner.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tenant_id": "acme", "tenant_name": "Acme Corporation", "email": "ada@acme.example",
    "password": "a long and unusual one", "name": "Ada"}))]
pub struct SignUp {
    /// The tenant's id, for ever: 2–63 of `a-z 0-9 -`. Left out: made from its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The tenant's name, up to 100 characters.
    pub tenant_name: String,
    /// The owner's email address.
    pub email: String,
    /// The owner's password, 8–200 characters.
    #[schema(value_type = String, format = Password)]
    pub password: Confidential,
    /// The owner's name, up to 100 characters.
    pub name: String,
    /// The token of a one-time link, where the platform takes new tenants by invitation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub invitation: Option<Confidential>,
}
