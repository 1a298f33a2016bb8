//! People: sessions, passwords, one-time links. A session lives in a browser's cookie, which this client neither keeps nor
//! sends: these methods are for programs that are given one, and for what needs no credential at all.

use atom_marketplace_protocol::account::{
    AccountUpdate, PasswordResetConfirm, PasswordResetRequest, Session, SessionCreate, SessionSummary, SessionUpdate,
    SignUp, User,
};
use reqwest::Method;

use super::handle;
use crate::reference::segment;
use crate::{Call, Listing};

handle! {
    /// A person's account and sessions.
    Account
}

impl Account {
    /// Signs in. The cookie is in the answer's `Set-Cookie`, which is not kept.
    pub fn sign_in(&self, request: &SessionCreate) -> Call<Session> {
        Call::json(&self.client, Method::POST, "/session").body(request)
    }

    /// Makes a tenant with its owner.
    pub fn sign_up(&self, request: &SignUp) -> Call<Session> {
        Call::json(&self.client, Method::POST, "/sign-up").body(request)
    }

    /// Who is signed in.
    pub fn session(&self) -> Call<Session> {
        Call::json(&self.client, Method::GET, "/session")
    }

    /// Chooses the tenant to act for.
    pub fn update_session(&self, update: &SessionUpdate) -> Call<Session> {
        Call::json(&self.client, Method::PATCH, "/session").body(update)
    }

    /// Signs out.
    pub fn sign_out(&self) -> Call<()> {
        Call::done(&self.client, Method::DELETE, "/session")
    }

    /// The person's sessions.
    pub fn sessions(&self) -> Listing<SessionSummary> {
        Listing::new(&self.client, "/sessions")
    }

    /// Ends one of them, `ses_…`.
    pub fn end_session(&self, id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, segment("session id", id).map(|id| format!("/sessions/{id}")))
    }

    /// Changes the person's name or password.
    pub fn update(&self, update: &AccountUpdate) -> Call<User> {
        Call::json(&self.client, Method::PATCH, "/account").body(update)
    }

    /// Asks for a link that sets a new password, by mail.
    pub fn request_password_reset(&self, email: &str) -> Call<()> {
        let request = PasswordResetRequest { email: email.to_owned() };
        Call::done(&self.client, Method::POST, "/password-reset").body(&request)
    }

    /// Takes up an invitation's link, or a reset's.
    pub fn confirm_password_reset(&self, request: &PasswordResetConfirm) -> Call<Session> {
        Call::json(&self.client, Method::POST, "/password-reset/confirm").body(request)
    }
}
