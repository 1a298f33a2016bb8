//! What names a component, and how ids become paths.

use std::fmt;
use std::str::FromStr;

use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::ids::{check_component_id, check_tenant_ref};
use atom_marketplace_protocol::install::Installation;

use crate::Error;

/// A component: its id, and where it matters its publisher and a version.
///
/// Every method that takes one also takes the plain id, or `(publisher, id)`:
///
/// ```
/// use atom_marketplace_sdk::ComponentRef;
///
/// assert_eq!(ComponentRef::from("atom_main").to_string(), "atom_main");
/// assert_eq!(ComponentRef::from(("acme", "atom_main")).at("1.2.0").to_string(), "acme/atom_main@1.2.0");
/// assert!("acme/../atom_main".parse::<ComponentRef>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ComponentRef {
    /// The publisher's id for it.
    pub id: String,
    /// Its publisher. Left out, the marketplace resolves the id, and says so when several have it.
    pub source_tenant_id: Option<String>,
    /// A version. Left out: the latest.
    pub version: Option<String>,
}

impl ComponentRef {
    /// A component by its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), source_tenant_id: None, version: None }
    }

    /// The same id of this publisher.
    #[must_use]
    pub fn of(mut self, tenant: impl Into<String>) -> Self {
        self.source_tenant_id = Some(tenant.into());
        self
    }

    /// The component at this version.
    #[must_use]
    pub fn at(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Whether it could name a component at all.
    pub fn check(&self) -> Result<(), Error> {
        check_component_id(&self.id)
            .map_err(|rule| Error::invalid(format!("{:?} is no component id: {rule}", self.id)))?;
        if let Some(tenant) = &self.source_tenant_id {
            check_tenant_ref(tenant).map_err(|rule| Error::invalid(format!("{tenant:?} is no tenant id: {rule}")))?;
        }
        Ok(())
    }
}

impl From<&str> for ComponentRef {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for ComponentRef {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl From<&String> for ComponentRef {
    fn from(id: &String) -> Self {
        Self::new(id)
    }
}

/// `(publisher, id)`
impl<T: Into<String>, I: Into<String>> From<(T, I)> for ComponentRef {
    fn from((tenant, id): (T, I)) -> Self {
        Self::new(id).of(tenant)
    }
}

impl From<&ComponentRef> for ComponentRef {
    fn from(reference: &ComponentRef) -> Self {
        reference.clone()
    }
}

/// The component, at whichever version is the latest.
impl From<&Component> for ComponentRef {
    fn from(component: &Component) -> Self {
        Self::new(&component.id).of(&component.source_tenant_id)
    }
}

/// The component that is installed, at whichever version is the latest.
impl From<&Installation> for ComponentRef {
    fn from(installation: &Installation) -> Self {
        Self::new(&installation.component_id).of(&installation.source_tenant_id)
    }
}

/// `[PUBLISHER/]ID[@VERSION]`, as [`ComponentRef`] prints.
impl FromStr for ComponentRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // A mirrored publisher has an @ of its own, before the slash.
        let (tenant, rest) = text.split_once('/').map_or((None, text), |(tenant, rest)| (Some(tenant), rest));
        let (id, version) = rest.split_once('@').map_or((rest, None), |(id, version)| (id, Some(version)));
        if version == Some("") {
            return Err(Error::invalid(format!("{text:?} has an @ and no version behind it")));
        }
        let reference = Self {
            id: id.to_owned(),
            source_tenant_id: tenant.map(str::to_owned),
            version: version.map(str::to_owned),
        };
        reference.check()?;
        Ok(reference)
    }
}

impl fmt::Display for ComponentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tenant) = &self.source_tenant_id {
            write!(f, "{tenant}/")?;
        }
        f.write_str(&self.id)?;
        if let Some(version) = &self.version {
            write!(f, "@{version}")?;
        }
        Ok(())
    }
}

/// A part of a path that is an id: whatever an URL library would read as something else is refused, since `agents/..`
/// would quietly become another route.
pub(crate) fn segment<'a>(what: &str, id: &'a str) -> Result<&'a str, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.@+".contains(c);
    if id.is_empty() || id.len() > 256 || !id.chars().all(plain) || id.chars().all(|c| c == '.') {
        let shown: String = id.chars().take(64).collect();
        return Err(Error::invalid(format!("{shown:?} is no {what}")));
    }
    Ok(id)
}

/// A whole path that the caller wrote.
pub(crate) fn path(path: &str) -> Result<(), Error> {
    let encoded_dot = path.to_ascii_lowercase().contains("%2e");
    let climbs = path.split('/').any(|part| part == "." || part == "..");
    if !path.starts_with('/') || path.starts_with("//") || climbs || encoded_dot || path.contains(['?', '#', '\\']) {
        return Err(Error::invalid(format!(
            "{path:?} is no path: it begins with one /, and has no . or .. part and no query"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_they_print() {
        for (text, tenant, id, version) in [
            ("atom_main", None, "atom_main", None),
            ("acme/atom_main", Some("acme"), "atom_main", None),
            ("acme@west/atom_main@1.0.0-rc.1", Some("acme@west"), "atom_main", Some("1.0.0-rc.1")),
            ("a@2.0.0", None, "a", Some("2.0.0")),
        ] {
            let reference: ComponentRef = text.parse().unwrap();
            assert_eq!(
                (reference.source_tenant_id.as_deref(), reference.id.as_str(), reference.version.as_deref()),
                (tenant, id, version)
            );
            assert_eq!(reference.to_string(), text);
        }
        for bad in ["", "..", "a/b/c", "acme/", "/a", "a@", "search", "a b", "%2e%2e", "Acme/a"] {
            assert!(bad.parse::<ComponentRef>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_would_become_another_path_is_refused() {
        for bad in ["", ".", "..", "a/b", "a\\b", "a?b", "a#b", "%2e%2e", "a b", "é", "\0"] {
            assert!(segment("id", bad).is_err(), "{bad}");
        }
        assert!(segment("id", "tok_0198c0de").is_ok() && segment("version", "1.0.0-rc.1").is_ok());
        for bad in ["usage", "//evil.example/x", "/a/../b", "/a/.", "/%2E%2e/x", "/a?b", "/a#b", "/a\\..\\b"] {
            assert!(path(bad).is_err(), "{bad}");
        }
        assert!(path("/usage").is_ok() && path("/tokens/current").is_ok());
    }
}
