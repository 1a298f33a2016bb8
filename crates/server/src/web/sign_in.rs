//! Signing in and out, making a tenant, and setting a password by a one-time link.

use atom_marketplace_protocol::account::{
    Confidential, PASSWORD_MAX, PASSWORD_MIN, PasswordResetConfirm, PasswordResetRequest, SessionCreate, SignUp,
};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::HeaderValue;
use http::header::SET_COOKIE;
use maud::{Markup, html};
use serde::Deserialize;

use super::form::{Field, Form, Typed, token};
use super::layout::Page;
use super::parts::{Tone, banner};
use super::visit::Visit;
use crate::accounts::{self, Pending, SignUpMode, Signed};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Query, SignedIn, Visitor};

pub(super) fn routes() -> Router<Marketplace> {
    Router::new()
        .route("/login", get(show_login).post(login))
        .route("/logout", get(show_logout).post(logout))
        .route("/signup", get(show_sign_up).post(sign_up))
        .route("/reset", get(show_reset).post(reset))
        .route("/set-password", get(show_set_password).post(set_password))
}

/// Where to go once signed in: a page of this marketplace and nowhere else.
fn destination(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if own { next } else { "/" }
}

/// The way to the form, and back from it.
pub(super) fn login_for(path: &str) -> Redirect {
    let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}"))
}

/// Goes on as the person that somebody proved to be.
fn enter(m: &Marketplace, signed: &Signed, next: &str) -> Response {
    let cookie = accounts::cookie(m, signed.secret.expose());
    let mut response = Redirect::to(destination(next)).into_response();
    response.headers_mut().insert(SET_COOKIE, HeaderValue::try_from(cookie).expect("a cookie is visible ASCII"));
    response
}

/// A form that was refused, once more.
fn again(visit: &Visit, title: &str, error: &ApiError, body: Markup) -> Response {
    let mut response = Page::new(title, body).status(error.status()).respond(visit);
    response.headers_mut().extend(error.headers.iter().filter(|(name, _)| *name == http::header::RETRY_AFTER).cloned());
    response
}

#[derive(Default, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn show_login(State(m): State<Marketplace>, visit: Visit, Query(query): Query<Next>) -> Response {
    if visit.account().is_some() {
        return Redirect::to(destination(&query.next)).into_response();
    }
    Page::new("Sign in", login_form(&m, &visit, &Form::with(&[("next", &query.next)]))).respond(&visit)
}

async fn login(State(m): State<Marketplace>, visit: Visit, visitor: Visitor, typed: Typed) -> Response {
    let request =
        SessionCreate { email: typed.text("email").trim().to_owned(), password: typed.text("password").into() };
    match accounts::sign_in(&m, &request, &visitor).await {
        Ok(signed) => enter(&m, &signed, typed.text("next")),
        Err(error) => {
            let body = login_form(&m, &visit, &Form::refused(typed, &error));
            again(&visit, "Sign in", &error, body)
        }
    }
}

fn login_form(m: &Marketplace, visit: &Visit, form: &Form) -> Markup {
    html! {
        section class="narrow stack loose" {
            h1 { "Sign in" }
            (form.summary(&["email", "password"]))
            form class="stack" method="post" action="/login" {
                (token(visit))
                input type="hidden" name="next" value=(form.text("next"));
                (form.field(Field { name: "email", label: "Email address", kind: "email", autocomplete: "username", longest: 254, ..Field::default() }))
                (form.field(Field { name: "password", label: "Password", kind: "password", autocomplete: "current-password", longest: PASSWORD_MAX, ..Field::default() }))
                button class="button primary block" { "Sign in" }
            }
            p class="small muted" {
                a href="/reset" { "Forgotten your password?" }
                @if m.accounts.sign_up != SignUpMode::Closed { " · " a href="/signup" { "Make a tenant" } }
            }
        }
    }
}

async fn show_logout(visit: Visit) -> Response {
    let body = html! {
        section class="narrow stack" {
            @if visit.account().is_some() {
                h1 { "Sign out" }
                p class="muted" { "This browser forgets you; your other browsers stay signed in." }
                form method="post" action="/logout" { (token(&visit)) button class="button primary" { "Sign out" } }
            } @else {
                h1 { "You are signed out" }
                div class="row" { a class="button" href="/login" { "Sign in" } a class="button" href="/" { "To the front page" } }
            }
        }
    };
    Page::new("Sign out", body).respond(&visit)
}

async fn logout(State(m): State<Marketplace>, visit: Visit, who: Result<SignedIn, ApiError>) -> ApiResult<Response> {
    if visit.account().is_some() {
        let (who, now) = (who?, m.now());
        m.write(move |c| accounts::end_session(c, &who, &who.session().uid, now)).await?;
        m.credentials.clear();
    }
    let gone = HeaderValue::try_from(accounts::no_cookie(&m)).expect("a cookie is visible ASCII");
    Ok(([(SET_COOKIE, gone)], Redirect::to("/logout")).into_response())
}

#[derive(Default, Deserialize)]
struct Invited {
    #[serde(default)]
    invitation: String,
}

async fn show_sign_up(State(m): State<Marketplace>, visit: Visit, Query(query): Query<Invited>) -> Response {
    let form = Form::with(&[("invitation", &query.invitation)]);
    Page::new("Make a tenant", sign_up_page(&m, &visit, &form)).respond(&visit)
}

async fn sign_up(State(m): State<Marketplace>, visit: Visit, visitor: Visitor, typed: Typed) -> Response {
    let request = SignUp {
        tenant_id: typed.optional("tenant_id"),
        tenant_name: typed.text("tenant_name").trim().to_owned(),
        email: typed.text("email").trim().to_owned(),
        password: typed.text("password").into(),
        name: typed.text("name").trim().to_owned(),
        invitation: typed.optional("invitation").map(Confidential::from),
    };
    match accounts::sign_up(&m, &request, &visitor).await {
        Ok(signed) => enter(&m, &signed, "/"),
        Err(error) => {
            let body = sign_up_page(&m, &visit, &Form::refused(typed, &error));
            again(&visit, "Make a tenant", &error, body)
        }
    }
}

fn sign_up_page(m: &Marketplace, visit: &Visit, form: &Form) -> Markup {
    let invited = !form.text("invitation").is_empty();
    match m.accounts.sign_up {
        SignUpMode::Open => sign_up_form(visit, form),
        SignUpMode::Invite if invited => sign_up_form(visit, form),
        SignUpMode::Invite => no_sign_up(
            "New tenants come by invitation",
            "Ask whoever runs this marketplace for a link. It brings you back here.",
        ),
        SignUpMode::Closed => no_sign_up(
            "Tenants are made by the operator",
            "Ask whoever runs this marketplace to make one for you. You get a link to choose your password.",
        ),
    }
}

fn no_sign_up(title: &str, what_to_do: &str) -> Markup {
    html! { section class="narrow stack" { h1 { (title) } p { (what_to_do) } div { a class="button primary" href="/login" { "Sign in" } } } }
}

fn sign_up_form(visit: &Visit, form: &Form) -> Markup {
    const FIELDS: [&str; 5] = ["tenant_name", "tenant_id", "name", "email", "password"];
    html! {
        section class="narrow stack loose" {
            header class="stack tight" {
                h1 { "Make a tenant" }
                p class="muted" { "A tenant publishes and installs. You are its owner, and add others later." }
            }
            (form.summary(&FIELDS))
            form class="stack" method="post" action="/signup" {
                (token(visit))
                @if !form.text("invitation").is_empty() { input type="hidden" name="invitation" value=(form.text("invitation")); }
                (form.field(Field { name: "tenant_name", label: "Tenant’s name", hint: "What people see: your company or team.", autocomplete: "organization", longest: 100, ..Field::default() }))
                (form.field(Field { name: "tenant_id", label: "Tenant’s id", hint: "In addresses, for ever: 2–63 of a–z, 0–9 and -. Made from the name if you leave it out.", required: false, longest: 63, ..Field::default() }))
                (form.field(Field { name: "name", label: "Your name", autocomplete: "name", longest: 100, ..Field::default() }))
                (form.field(Field { name: "email", label: "Email address", kind: "email", autocomplete: "username", longest: 254, ..Field::default() }))
                (new_password(form))
                button class="button primary block" { "Make the tenant" }
            }
            p class="small muted" { "You have an account? " a href="/login" { "Sign in" } }
        }
    }
}

fn new_password(form: &Form) -> Markup {
    let hint = format!("At least {PASSWORD_MIN} characters. Several words are easy to keep and hard to guess.");
    form.field(Field {
        name: "password",
        label: "Password",
        hint: &hint,
        kind: "password",
        autocomplete: "new-password",
        longest: PASSWORD_MAX,
        ..Field::default()
    })
}

async fn show_reset(State(m): State<Marketplace>, visit: Visit) -> Response {
    Page::new("Forgotten password", reset_page(&m, &visit, &Form::default(), false)).respond(&visit)
}

async fn reset(State(m): State<Marketplace>, visit: Visit, visitor: Visitor, typed: Typed) -> Response {
    let request = PasswordResetRequest { email: typed.text("email").trim().to_owned() };
    match accounts::request_reset(&m, &request, &visitor).await {
        Ok(()) => Page::new("Forgotten password", reset_page(&m, &visit, &Form::default(), true)).respond(&visit),
        Err(error) => {
            let body = reset_page(&m, &visit, &Form::refused(typed, &error), false);
            again(&visit, "Forgotten password", &error, body)
        }
    }
}

fn reset_page(m: &Marketplace, visit: &Visit, form: &Form, sent: bool) -> Markup {
    html! {
        section class="narrow stack loose" {
            h1 { "Forgotten password" }
            @if m.accounts.mail.is_none() {
                p { "This marketplace sends no mail. Ask whoever runs it, or an owner of your tenant, for a link that sets a new password." }
                a class="button" href="/login" { "Sign in" }
            } @else if sent {
                (banner(Tone::Good, html! { p { "If there is an account with that address, a link is on its way. It is good for one hour and for one use." } }))
                a class="button" href="/login" { "Sign in" }
            } @else {
                p class="muted" { "We send a link to your address that lets you choose a new one." }
                (form.summary(&["email"]))
                form class="stack" method="post" action="/reset" {
                    (token(visit))
                    (form.field(Field { name: "email", label: "Email address", kind: "email", autocomplete: "username", longest: 254, ..Field::default() }))
                    button class="button primary block" { "Send the link" }
                }
            }
        }
    }
}

#[derive(Default, Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

async fn show_set_password(State(m): State<Marketplace>, visit: Visit, Query(query): Query<Link>) -> Response {
    match accounts::inspect(&m, &Confidential::from(query.token.as_str())).await {
        Ok(pending) => {
            let form = Form::with(&[("token", &query.token), ("name", &pending.name)]);
            Page::new("Your password", set_password_form(&visit, &pending, &form)).respond(&visit)
        }
        Err(error) => ended_link(&visit, &error),
    }
}

async fn set_password(State(m): State<Marketplace>, visit: Visit, visitor: Visitor, typed: Typed) -> Response {
    let token = Confidential::from(typed.text("token"));
    let pending = match accounts::inspect(&m, &token).await {
        Ok(pending) => pending,
        Err(error) => return ended_link(&visit, &error),
    };
    let request = PasswordResetConfirm { token, password: typed.text("password").into(), name: typed.optional("name") };
    match accounts::confirm(&m, &request, &visitor).await {
        Ok(signed) => enter(&m, &signed, "/"),
        Err(error) => {
            let body = set_password_form(&visit, &pending, &Form::refused(typed, &error));
            again(&visit, "Your password", &error, body)
        }
    }
}

fn ended_link(visit: &Visit, error: &ApiError) -> Response {
    let body = html! {
        section class="narrow stack" {
            h1 { "This link does not work" }
            p { "It was used before, has ended, or is not whole." }
            p class="muted" { "A link is good for one use: a reset’s for an hour, an invitation’s for seven days." }
            div class="row" { a class="button primary" href="/reset" { "Ask for a new one" } a class="button" href="/login" { "Sign in" } }
        }
    };
    again(visit, "This link does not work", error, body)
}

fn set_password_form(visit: &Visit, pending: &Pending, form: &Form) -> Markup {
    html! {
        section class="narrow stack loose" {
            header class="stack tight" {
                h1 { @if pending.invites { "Welcome" } @else { "Choose a new password" } }
                p class="muted" { "For " strong { (pending.email) } @if !pending.sets { ", who has an account here already: its password takes up the invitation" } "." }
            }
            (form.summary(&["name", "password"]))
            form class="stack" method="post" action="/set-password" {
                (token(visit))
                input type="hidden" name="token" value=(form.text("token"));
                // So that a browser's store of passwords knows whose it is.
                input class="hidden" type="email" name="username" value=(pending.email) autocomplete="username" readonly tabindex="-1" aria-hidden="true";
                @if pending.sets && pending.invites { (form.field(Field { name: "name", label: "Your name", autocomplete: "name", longest: 100, ..Field::default() })) }
                @if pending.sets { (new_password(form)) } @else {
                    (form.field(Field { name: "password", label: "Password", kind: "password", autocomplete: "current-password", longest: PASSWORD_MAX, ..Field::default() }))
                }
                button class="button primary block" { @if pending.sets { "Save and sign in" } @else { "Take up the invitation" } }
            }
        }
    }
}
