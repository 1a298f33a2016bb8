//! Why something of a peer is not taken, for programs and for the operator.

use std::fmt;

use atom_marketplace_protocol::ids::Kind;

/// What a refusal is about; what is empty is not known, or it is about all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The instance that is named as the origin.
    pub(crate) instance: String,
    pub(crate) kind: Option<Kind>,
    /// The publisher there.
    pub(crate) tenant: String,
    pub(crate) id: String,
    pub(crate) version: String,
}

/// Something that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// One word for it, which never changes.
    pub(crate) code: &'static str,
    /// What happened and what it means, for people.
    pub(crate) message: String,
    pub(crate) about: Box<About>,
    /// Where in the peer's feed it stood.
    pub(crate) sequence: Option<u64>,
}

/// Characters of a message, and of each name in it, that are kept: they are the peer's.
const MESSAGE_MAX: usize = 500;
const NAME_MAX: usize = 128;

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        let message = cut(&message.into(), MESSAGE_MAX);
        Self { code, message, about: Box::default(), sequence: None }
    }

    /// The same about a component.
    #[must_use]
    pub(crate) fn about(mut self, about: &About) -> Self {
        let version = std::mem::take(&mut self.about.version);
        *self.about = About {
            instance: cut(&about.instance, NAME_MAX),
            kind: about.kind,
            tenant: cut(&about.tenant, NAME_MAX),
            id: cut(&about.id, NAME_MAX),
            version: if version.is_empty() { cut(&about.version, NAME_MAX) } else { version },
        };
        self
    }

    /// The same about a version.
    #[must_use]
    pub(crate) fn version(mut self, version: &str) -> Self {
        self.about.version = cut(version, NAME_MAX);
        self
    }

    /// The same at a place of the feed.
    #[must_use]
    pub(crate) fn at(mut self, sequence: u64) -> Self {
        self.sequence = Some(sequence);
        self
    }
}

/// The beginning of a text without what a database or a terminal would stumble over.
fn cut(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(max).collect()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
