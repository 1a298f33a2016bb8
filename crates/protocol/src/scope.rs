//! What a caller may do: scopes, the roles that hold them, and sets of them (contract §3).
//!
//! It never decides who the caller is, and it knows no tenant.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use crate::wire_enum::wire_enum;

wire_enum! {
    /// One thing a caller may do.
    pub enum Scope("scope") {
        /// Read what the tenant may see.
        ComponentsRead = "components:read",
        /// Publish, deprecate, share, yank and withdraw.
        ComponentsPublish = "components:publish",
        /// Install, configure, upgrade and uninstall.
        ComponentsInstall = "components:install",
        /// Rate and review.
        ComponentsRate = "components:rate",
        /// Create, change, test and delete webhooks, and read their deliveries.
        WebhooksManage = "webhooks:manage",
        /// Read the tenant's usage and its components' statistics.
        UsageRead = "usage:read",
        /// Create, rotate and revoke API tokens.
        TokensManage = "tokens:manage",
        /// Invite, change and remove members.
        MembersManage = "members:manage",
        /// Create and revoke federation keys.
        FederationManage = "federation:manage",
        /// Platform: decide submissions, quarantine and release, handle reports.
        ReviewsManage = "reviews:manage",
        /// Platform: create and change tenants, and act on any of them.
        TenantsManage = "tenants:manage",
    }
}

impl Scope {
    /// The scopes that act within one tenant; the other two are the platform's.
    pub const ALL_TENANT: &'static [Self] = &[
        Self::ComponentsRead,
        Self::ComponentsPublish,
        Self::ComponentsInstall,
        Self::ComponentsRate,
        Self::WebhooksManage,
        Self::UsageRead,
        Self::TokensManage,
        Self::MembersManage,
        Self::FederationManage,
    ];

    /// The scope's place in a stored [`ScopeSet`]. Never move one: sets are stored by it.
    const fn bit(self) -> u32 {
        1 << match self {
            Self::ComponentsRead => 0,
            Self::ComponentsPublish => 1,
            Self::ComponentsInstall => 2,
            Self::ComponentsRate => 3,
            Self::WebhooksManage => 4,
            Self::UsageRead => 5,
            Self::TokensManage => 6,
            Self::MembersManage => 7,
            Self::FederationManage => 8,
            Self::ReviewsManage => 9,
            Self::TenantsManage => 10,
        }
    }
}

wire_enum! {
    /// A member's role in a tenant, from the least to the most: each holds what the one before
    /// does.
    pub enum Role("role") {
        /// Reads.
        Viewer = "viewer",
        /// Installs and rates.
        Member = "member",
        /// Publishes.
        Publisher = "publisher",
        /// Manages tokens, webhooks, members and federation keys.
        Admin = "admin",
        /// May delete the tenant. That is no scope, so no token can be given it.
        Owner = "owner",
    }
}

impl Role {
    /// The scopes the role holds.
    pub const fn scopes(self) -> ScopeSet {
        let viewer = ScopeSet::of(&[Scope::ComponentsRead, Scope::UsageRead]);
        let member = ScopeSet::of(&[Scope::ComponentsInstall, Scope::ComponentsRate]).union(viewer);
        match self {
            Self::Viewer => viewer,
            Self::Member => member,
            Self::Publisher => ScopeSet::of(&[Scope::ComponentsPublish]).union(member),
            Self::Admin | Self::Owner => ScopeSet::ALL_TENANT,
        }
    }
}

/// A set of scopes, in one word. On the wire an array of the scopes' strings, in their order; in
/// the database those strings with a space between.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = Vec<Scope>)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// No scope.
    pub const EMPTY: Self = Self(0);
    /// Every scope that acts within one tenant.
    pub const ALL_TENANT: Self = Self::of(Scope::ALL_TENANT);
    /// Every scope, the platform's too.
    pub const ALL: Self = Self::of(Scope::ALL);

    /// The set of these scopes.
    pub const fn of(scopes: &[Scope]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < scopes.len() {
            bits |= scopes[i].bit();
            i += 1;
        }
        Self(bits)
    }

    /// Whether the set holds the scope.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether the set holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many scopes the set holds.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Adds the scope.
    pub const fn insert(&mut self, scope: Scope) {
        self.0 |= scope.bit();
    }

    /// What either set holds.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets hold.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What this set holds and the other does not.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the other set holds everything this one does.
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |&scope| self.contains(scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::EMPTY, |set, scope| set.union(Self(scope.bit())))
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Scope::as_str)).finish()
    }
}

/// The scopes with a space between, as stored; empty for no scope.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

/// Reads what `Display` writes; an unknown scope is an error that names it.
impl std::str::FromStr for ScopeSet {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        value.split_ascii_whitespace().map(str::parse::<Scope>).collect()
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = ScopeSet;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of scopes")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<ScopeSet, A::Error> {
                let mut set = ScopeSet::EMPTY;
                while let Some(scope) = seq.next_element()? {
                    set.insert(scope);
                }
                Ok(set)
            }
        }

        deserializer.deserialize_seq(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scopes_are_spelt_as_in_the_contract() {
        let table = [
            "components:read",
            "components:publish",
            "components:install",
            "components:rate",
            "webhooks:manage",
            "usage:read",
            "tokens:manage",
            "members:manage",
            "federation:manage",
            "reviews:manage",
            "tenants:manage",
        ];
        assert_eq!(Scope::ALL.len(), table.len());
        for (&scope, wire) in Scope::ALL.iter().zip(table) {
            assert_eq!(scope.as_str(), wire);
            assert_eq!(wire.parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), wire);
        }
        assert_eq!(ScopeSet::ALL.len(), 11, "no two scopes share a bit");
        let platform = ScopeSet::of(&[Scope::ReviewsManage, Scope::TenantsManage]);
        assert_eq!(ScopeSet::ALL.difference(ScopeSet::ALL_TENANT), platform);
    }

    #[test]
    fn each_role_holds_what_the_one_before_does() {
        let table = [
            (Role::Viewer, "components:read usage:read"),
            (Role::Member, "components:read components:install components:rate usage:read"),
            (Role::Publisher, "components:read components:publish components:install components:rate usage:read"),
            (
                Role::Admin,
                "components:read components:publish components:install components:rate \
                 webhooks:manage usage:read tokens:manage members:manage federation:manage",
            ),
        ];
        for (role, scopes) in table {
            assert_eq!(role.scopes().to_string(), scopes, "{role}");
        }
        assert_eq!(Role::Owner.scopes(), Role::Admin.scopes());
        for pair in Role::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].scopes().is_subset(pair[1].scopes()));
        }
        for &role in Role::ALL {
            assert!(role.scopes().is_subset(ScopeSet::ALL_TENANT), "{role} reaches the platform");
        }
    }

    #[test]
    fn unknown_scopes_are_refused() {
        assert!("components:read components:write".parse::<ScopeSet>().is_err());
        assert!(serde_json::from_str::<ScopeSet>(r#"["admin"]"#).is_err());
        assert!(serde_json::from_str::<ScopeSet>(r#""components:read""#).is_err());
        assert!("a:b".parse::<ScopeSet>().unwrap_err().contains("\"a:b\""));
        assert_eq!("".parse::<ScopeSet>(), Ok(ScopeSet::EMPTY));
        assert_eq!(
            serde_json::from_str::<ScopeSet>(r#"["usage:read","components:read","usage:read"]"#).unwrap(),
            ScopeSet::of(&[Scope::ComponentsRead, Scope::UsageRead]),
        );
    }

    fn sets() -> impl Strategy<Value = ScopeSet> {
        proptest::sample::subsequence(Scope::ALL, 0..=Scope::ALL.len()).prop_map(|scopes| scopes.into_iter().collect())
    }

    proptest! {
        #[test]
        fn round_trips(set in sets()) {
            prop_assert_eq!(set.to_string().parse(), Ok(set));
            let json = serde_json::to_string(&set).unwrap();
            prop_assert_eq!(serde_json::from_str::<ScopeSet>(&json).unwrap(), set);
            prop_assert_eq!(set.iter().collect::<ScopeSet>(), set);
            prop_assert_eq!(set.iter().count(), set.len());
        }

        #[test]
        fn behaves_as_a_set(a in sets(), b in sets()) {
            for &scope in Scope::ALL {
                prop_assert_eq!(a.union(b).contains(scope), a.contains(scope) || b.contains(scope));
                prop_assert_eq!(a.intersect(b).contains(scope), a.contains(scope) && b.contains(scope));
            }
            prop_assert_eq!(a.is_subset(b), a.union(b) == b);
            prop_assert!(a.difference(b).intersect(b).is_empty());
        }
    }
}
