//! `wire_enum!`: an enum whose variants are fixed strings on the wire, each spelt in one place.
//!
//! It never accepts another spelling: no case folding, no aliases, no default.

/// Defines the enum with `ALL`, `as_str`, `Display`, `FromStr` (whose error lists what is allowed),
/// and the serde and OpenAPI forms of the same strings. Variants are ordered as written.
// A string is taken as `tt`: as `literal` it reaches derives in an invisible group, which utoipa's
// does not read, and would document the variants' Rust names.
macro_rules! wire_enum {
    ($(#[$meta:meta])* pub enum $name:ident ($what:literal) {
        $($(#[$variant_meta:meta])* $variant:ident = $wire:tt,)+
    }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The string on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(value: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().copied().find(|known| known.as_str() == value);
                found.ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    // Quoted and cut, since the value comes from outside and goes into a message.
                    let shown: String = value.chars().take(64).collect();
                    format!("unknown {} {shown:?}: expected one of {}", $what, known.join(", "))
                })
            }
        }
    };
}

pub(crate) use wire_enum;

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    use crate::{ids::Kind, plan::Plan, scope::Role, scope::Scope, scope::ScopeSet};

    /// The strings of a type's OpenAPI form.
    fn documented<T: PartialSchema>() -> serde_json::Value {
        serde_json::to_value(T::schema()).unwrap()
    }

    #[test]
    fn openapi_lists_the_strings_of_the_wire() {
        fn strings<T: Copy>(all: &[T], as_str: fn(T) -> &'static str) -> serde_json::Value {
            all.iter().map(|&value| as_str(value)).collect()
        }
        assert_eq!(documented::<Kind>()["enum"], strings(Kind::ALL, Kind::as_str));
        assert_eq!(documented::<Plan>()["enum"], strings(Plan::ALL, Plan::as_str));
        assert_eq!(documented::<Role>()["enum"], strings(Role::ALL, Role::as_str));
        assert_eq!(documented::<Scope>()["enum"], strings(Scope::ALL, Scope::as_str));
        assert_eq!(documented::<ScopeSet>()["type"], "array");
    }
}
