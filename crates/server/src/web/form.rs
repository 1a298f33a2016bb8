//! Forms: what was typed, what is wrong with it, and the fields that show both. Nothing typed is lost but passwords, which no
//! page ever shows.

use atom_marketplace_protocol::error::FieldError;
use axum::extract::FromRequestParts;
use http::request::Parts;
use maud::{Markup, html};
use serde_json::Value;

use super::icons::{Icon, icon};
use super::parts::spoken;
use super::visit::Visit;
use crate::error::{ApiError, ApiResult};

/// The name of the field that holds the token.
pub(super) const TOKEN: &str = "csrf_token";

/// What a form sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    /// Reads an `application/x-www-form-urlencoded` body. Browsers write line ends as CR LF; texts keep LF alone.
    pub(super) fn read(bytes: &[u8]) -> ApiResult<Self> {
        let pairs = url::form_urlencoded::parse(bytes);
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n"))).collect();
        match pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
            Some((name, _)) => Err(ApiError::field(name.replace('\0', ""), "U+0000 (null) is not allowed here.")),
            None => Ok(Self(pairs)),
        }
    }

    /// A field's text; empty where it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The texts of all fields of a name, such as boxes that were checked.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A field's text without space around it, if there is any.
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        let text = self.text(name).trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// What a person wrote and would not like to write again: names and texts, without secrets.
    pub(super) fn worth_keeping(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, value)| {
            let secret = ["password", "token", "secret"].iter().any(|word| name.contains(word));
            *name != TOKEN && !secret && value.chars().count() > 24
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Typed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        Ok(parts.extensions.get::<Typed>().cloned().unwrap_or_default())
    }
}

/// A form as it is shown: blank, or with what was typed and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    typed: Typed,
    wrong: Vec<FieldError>,
    /// Tells its fields from those of other forms on the page.
    name: &'static str,
}

/// One field of a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// Its name on the wire, as errors name it.
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    /// `text`, `email`, `password`, `textarea`.
    pub(super) kind: &'a str,
    pub(super) autocomplete: &'a str,
    pub(super) required: bool,
    pub(super) longest: usize,
}

impl Default for Field<'_> {
    fn default() -> Self {
        Self { name: "", label: "", hint: "", kind: "text", autocomplete: "off", required: true, longest: 200 }
    }
}

impl Form {
    /// A form that was refused.
    pub(super) fn refused(typed: Typed, error: &ApiError) -> Self {
        let fields: Vec<FieldError> = error
            .details
            .get("fields")
            .cloned()
            .and_then(|fields: Value| serde_json::from_value(fields).ok())
            .unwrap_or_default();
        let wrong = if fields.is_empty() { vec![FieldError::new("", error.message.clone())] } else { fields };
        Self { typed, wrong, name: "" }
    }

    /// A form with something filled in.
    pub(super) fn with(values: &[(&str, &str)]) -> Self {
        let pairs = values.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Self { typed: Typed(pairs.collect()), wrong: Vec::new(), name: "" }
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.typed.text(name)
    }

    /// The same form beside others with fields of the same names.
    pub(super) fn named(&self, name: &'static str) -> Self {
        Self { name, ..self.clone() }
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.typed.all(name)
    }

    pub(super) fn is_refused(&self) -> bool {
        !self.wrong.is_empty()
    }

    pub(super) fn wrong_with(&self, name: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| wrong.path == name).map(|wrong| wrong.message.as_str())
    }

    /// What is wrong beside the fields of these names, which show it themselves.
    pub(super) fn summary(&self, fields: &[&str]) -> Markup {
        let beside: Vec<_> = self.wrong.iter().filter(|wrong| !fields.contains(&wrong.path.as_str())).collect();
        html! {
            @if !beside.is_empty() {
                div class="banner bad" role="alert" {
                    (icon(Icon::Alert))
                    div { @for wrong in beside { p {
                        @if !wrong.path.is_empty() { code { (wrong.path) } ": " }
                        (spoken(&wrong.message))
                    } } }
                }
            }
        }
    }

    /// A field with its label, its hint and what is wrong with it.
    pub(super) fn field(&self, field: Field<'_>) -> Markup {
        let Field { name, label, hint, kind, autocomplete, required, longest } = field;
        let wrong = self.wrong_with(name);
        let first = self.wrong.first().is_some_and(|wrong| wrong.path == name);
        let id = format!("f{}-{name}", self.name);
        let (hint_id, wrong_id) = (format!("{id}-hint"), format!("{id}-wrong"));
        let described: Vec<&str> = [(wrong.is_some(), &wrong_id), (!hint.is_empty(), &hint_id)]
            .into_iter()
            .filter_map(|(there, id)| there.then_some(id.as_str()))
            .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let invalid = wrong.map(|_| "true");
        html! {
            div class="field" {
                label for=(id) { (label) @if !required { span class="muted" { " (optional)" } } }
                @if kind == "textarea" {
                    // A browser drops a line end that directly follows the tag.
                    textarea class="input" id=(id) name=(name) required[required] maxlength=(longest) rows="5"
                        aria-describedby=[described] aria-invalid=[invalid] autofocus[first] { "\n" (self.text(name)) }
                } @else if kind == "password" {
                    input class="input" id=(id) name=(name) type="password" autocomplete=(autocomplete) required[required]
                        maxlength=(longest) aria-describedby=[described] aria-invalid=[invalid] autofocus[first];
                } @else {
                    input class="input" id=(id) name=(name) type=(kind) autocomplete=(autocomplete) required[required]
                        maxlength=(longest) value=(self.text(name)) autocapitalize="none" spellcheck="false"
                        aria-describedby=[described] aria-invalid=[invalid] autofocus[first];
                }
                @if let Some(wrong) = wrong { p class="wrong" id=(wrong_id) { (icon(Icon::Alert)) span { (spoken(wrong)) } } }
                @if !hint.is_empty() { p class="hint" id=(hint_id) { (hint) } }
            }
        }
    }
}

/// The hidden field that every form carries.
pub(super) fn token(visit: &Visit) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(visit.form_token()); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read_and_kept() {
        let typed = Typed::read(b"a=1+2&text=x%0D%0Ay&a=3&empty=+&csrf_token=t").unwrap();
        assert_eq!((typed.text("a"), typed.text("text"), typed.text("none")), ("1 2", "x\ny", ""));
        assert_eq!((typed.optional("empty"), typed.optional("a")), (None, Some("1 2".to_owned())));
        assert!(Typed::read(b"a=%00").is_err());
        let long = "long enough that nobody would like to write it again";
        let typed = Typed(vec![("reason".into(), long.into()), ("password".into(), long.into())]);
        assert_eq!(typed.worth_keeping().collect::<Vec<_>>(), [("reason", long)]);
    }

    #[test]
    fn errors_stand_beside_their_fields_and_passwords_are_not_shown_again() {
        let typed = Typed::read(b"email=%22%3E%3Cscript%3E&password=secret-word").unwrap();
        let error = ApiError::invalid(vec![FieldError::new("email", "No address."), FieldError::new("other", "Odd.")]);
        let form = Form::refused(typed, &error);
        let email = form.field(Field { name: "email", label: "Email", ..Field::default() }).into_string();
        for part in [
            "value=\"&quot;&gt;&lt;script&gt;\"",
            "aria-invalid=\"true\"",
            "aria-describedby=\"f-email-wrong\"",
            "No address.",
            "autofocus",
        ] {
            assert!(email.contains(part), "{part} in {email}");
        }
        let password = form.field(Field { name: "password", kind: "password", ..Field::default() }).into_string();
        assert!(!password.contains("secret-word") && !password.contains("aria-invalid"), "{password}");
        let summary = form.summary(&["email", "password"]).into_string();
        assert!(summary.contains("Odd.") && !summary.contains("No address."), "{summary}");
    }
}
