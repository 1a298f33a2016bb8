//! What events say beside their type. New fields may come; readers ignore what they do not know.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::component::{MarketplaceType, Successor};
use crate::ids::Kind;
use crate::webhook::DisabledReason;

/// Data of events; those of a component begin with its name.
macro_rules! data {
    ($(#[$meta:meta])* component $name:ident { $($fields:tt)* }) => {
        data! {
            $(#[$meta])*
            $name {
                /// The component's kind.
                pub component_type: Kind,
                /// The component's id.
                #[schema(example = "crm-lookup")]
                pub component_id: String,
                /// The component's publisher.
                #[schema(example = "acme")]
                pub source_tenant_id: String,
                $($fields)*
            }
        }
    };
    ($(#[$meta:meta])* $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[non_exhaustive]
        pub struct $name {
            $($fields)*
            /// Whether nothing happened: the event tries a webhook.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            #[schema(default = false)]
            pub test: bool,
        }
    };
}

data! {
    /// A version of a component that can be installed.
    component PublishedData {
        /// Who it is for.
        pub marketplace_type: MarketplaceType,
        /// The version.
        #[schema(example = "1.0.0")]
        pub version: String,
    }
}

data! {
    /// A component that a tenant has, or had.
    component InstalledData {
        /// The tenant.
        #[schema(example = "globex")]
        pub tenant_id: String,
        /// The version.
        #[schema(example = "1.0.0")]
        pub version: String,
    }
}

data! {
    /// A rating of a component.
    component RatedData {
        /// 1 to 5.
        #[schema(example = 5)]
        pub rating: i64,
    }
}

data! {
    /// A version of a component that was approved.
    component ApprovedData {
        /// The version.
        #[schema(example = "1.0.0")]
        pub version: String,
    }
}

data! {
    /// A version of a component that was not approved as it is.
    component RefusedData {
        /// The version.
        #[schema(example = "1.0.0")]
        pub version: String,
        /// The submission, `sub_…`.
        pub submission_id: String,
        /// Why, and what to do.
        #[serde(default)]
        pub reason: Option<String>,
    }
}

data! {
    /// A component that is there again, or is not any more.
    component ReasonData {
        /// Why, if somebody said so.
        #[serde(default)]
        pub reason: Option<String>,
    }
}

data! {
    /// A version of a component that should not be used any more.
    component YankedData {
        /// The version.
        #[schema(example = "1.0.0")]
        pub version: String,
        /// Why, if its publisher said so.
        #[serde(default)]
        pub reason: Option<String>,
    }
}

data! {
    /// A component that should not be used any more.
    component DeprecatedData {
        /// Why, and what to do.
        pub message: String,
        /// What to install in its place.
        #[serde(default)]
        pub successor: Option<Successor>,
    }
}

data! {
    /// A webhook that is told of nothing any more.
    WebhookDisabledData {
        /// The webhook, `whk_…`.
        pub webhook_id: String,
        /// Where its deliveries went.
        pub url: String,
        /// Why.
        pub reason: DisabledReason,
    }
}
