//! Why something was not accepted.

use atom_marketplace_protocol::json::JsonError;

/// Why a document or a key was refused, in a sentence for the operator. Texts that come from outside are cut and escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More bytes than such a document may have.
    #[error("it has {size} bytes, of at most {limit}")]
    TooLarge {
        /// How many there are.
        size: usize,
        /// How many there may be.
        limit: usize,
    },
    /// No JSON, or not what such a document holds.
    #[error("it is malformed: {0}")]
    Malformed(String),
    /// A key twice in one object: two programs could read two things.
    #[error("it can be read in two ways: {0}")]
    DuplicateKey(String),
    /// Right, but written in another way than the one there is.
    #[error("the {0} is not written canonically (RFC 8785): it was changed on its way, or made by something else")]
    NotCanonical(&'static str),
    /// A document of another type.
    #[error("it is a {found}, where a {expected} is expected")]
    WrongType {
        /// The payload type that was wanted.
        expected: &'static str,
        /// The one there is.
        found: String,
    },
    /// A document of this type, of a version that is not known here.
    #[error("its format is {found}, and {expected} is the one known here: one of the two instances is to be updated")]
    WrongFormat {
        /// The format that is known.
        expected: &'static str,
        /// The one there is.
        found: String,
    },
    /// Signed by a key that is not trusted.
    #[error("it is signed by the key {0}, which is not among those that are trusted here")]
    UnknownKey(String),
    /// Changed after it was signed, or never signed.
    #[error("its signature by the key {0} does not fit: it was changed after it was signed")]
    BadSignature(String),
    /// Signed by a key of one instance in the name of another.
    #[error("it speaks for the instance {claimed}, and is signed by a key of {signer}")]
    WrongInstance {
        /// The instance that the document names.
        claimed: String,
        /// The instance whose key signed it.
        signer: String,
    },
    /// The content is not that of the digest.
    #[error("{0}")]
    DigestMismatch(String),
    /// A file's path that would leave its folder, or means different files on different systems.
    #[error("the path of a file is refused: {0}")]
    BadPath(String),
    /// No usable Ed25519 key, or one that is not what stands beside it.
    #[error("the key is refused: {0}")]
    BadKey(String),
}

impl Refusal {
    /// The code of the reason, the same in every SDK.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Malformed(_) => "malformed",
            Self::DuplicateKey(_) => "duplicate_key",
            Self::NotCanonical(_) => "not_canonical",
            Self::WrongType { .. } => "wrong_type",
            Self::WrongFormat { .. } => "wrong_format",
            Self::UnknownKey(_) => "unknown_key",
            Self::BadSignature(_) => "bad_signature",
            Self::WrongInstance { .. } => "wrong_instance",
            Self::DigestMismatch(_) => "digest_mismatch",
            Self::BadPath(_) => "bad_path",
            Self::BadKey(_) => "bad_key",
        }
    }
}

impl From<JsonError> for Refusal {
    fn from(error: JsonError) -> Self {
        if error.is_duplicate_key() {
            Self::DuplicateKey(error.to_string())
        } else {
            Self::Malformed(error.to_string())
        }
    }
}

/// A text from outside, fit for a message.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 64;
    let cut: String = text.chars().take(SHOWN_MAX).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", cut.escape_debug())
}
