//! Who may call which operation: one row each.

use atom_marketplace_protocol::scope::Scope;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Access {
    /// Everyone, each through their own eyes.
    Everyone,
    /// A tenant's token with this scope.
    Tenant(Scope),
    /// Any token, about itself.
    AnyToken,
    /// The platform's admin, with this permission.
    Platform(Scope),
    /// A peer with a federation key.
    Peer,
    /// A person who is signed in, about themselves.
    Person,
    /// Whoever comes, by what the request itself holds: a password, a one-time link.
    Visitor,
    /// Whoever has the test secret, in the test environment alone.
    Tester,
}

use Access::{AnyToken, Everyone, Peer, Person, Platform, Tenant, Tester, Visitor};

/// One row an operation. `kind` and `kinds` stand for the four.
pub(super) const MATRIX: &[(&str, Access)] = &[
    // catalog, read
    ("list_kinds", Everyone),
    ("search_kinds", Everyone),
    ("search_components", Everyone),
    ("get_kind", Everyone),
    ("list_kind_categories", Everyone),
    ("list_kind_dependents", Everyone),
    ("list_kind_versions", Everyone),
    ("get_kind_version", Everyone),
    ("get_kind_bundle", Everyone),
    ("list_kind_reviews", Everyone),
    // catalog, write
    ("publish_kind", Tenant(Scope::ComponentsPublish)),
    ("update_kind", Tenant(Scope::ComponentsPublish)),
    ("withdraw_kind", Tenant(Scope::ComponentsPublish)),
    ("yank_kind_version", Tenant(Scope::ComponentsPublish)),
    ("unyank_kind_version", Tenant(Scope::ComponentsPublish)),
    ("rename_kind", Tenant(Scope::ComponentsPublish)),
    ("transfer_kind", Tenant(Scope::ComponentsPublish)),
    ("list_transfers", Tenant(Scope::ComponentsPublish)),
    ("get_transfer", Tenant(Scope::ComponentsPublish)),
    ("accept_transfer", Tenant(Scope::ComponentsPublish)),
    ("decline_transfer", Tenant(Scope::ComponentsPublish)),
    ("cancel_transfer", Tenant(Scope::ComponentsPublish)),
    ("report_kind", Tenant(Scope::ComponentsRead)),
    // installs
    ("install_kind", Tenant(Scope::ComponentsInstall)),
    ("uninstall_kind", Tenant(Scope::ComponentsInstall)),
    ("bulk_install_kinds", Tenant(Scope::ComponentsInstall)),
    ("install_lock", Tenant(Scope::ComponentsInstall)),
    ("update_installation", Tenant(Scope::ComponentsInstall)),
    ("list_installations", Tenant(Scope::ComponentsRead)),
    ("get_installation", Tenant(Scope::ComponentsRead)),
    ("get_installation_bundle", Tenant(Scope::ComponentsRead)),
    ("get_installations_lock", Tenant(Scope::ComponentsRead)),
    // ratings
    ("rate_kind", Tenant(Scope::ComponentsRate)),
    ("delete_kind_rating", Tenant(Scope::ComponentsRate)),
    // tokens, tenant, usage
    ("create_token", Tenant(Scope::TokensManage)),
    ("list_tokens", Tenant(Scope::TokensManage)),
    ("rotate_token", Tenant(Scope::TokensManage)),
    ("revoke_leaked_token", Visitor),
    ("delete_token", Tenant(Scope::TokensManage)),
    ("get_current_token", AnyToken),
    ("get_tenant", Tenant(Scope::ComponentsRead)),
    ("update_tenant", Tenant(Scope::MembersManage)),
    ("list_members", Tenant(Scope::MembersManage)),
    ("add_member", Tenant(Scope::MembersManage)),
    ("update_member", Tenant(Scope::MembersManage)),
    ("remove_member", Tenant(Scope::MembersManage)),
    ("get_verification", Tenant(Scope::MembersManage)),
    ("create_verification", Tenant(Scope::MembersManage)),
    ("check_verification", Tenant(Scope::MembersManage)),
    ("delete_verification", Tenant(Scope::MembersManage)),
    ("get_publisher", Everyone),
    ("get_usage", Tenant(Scope::UsageRead)),
    // webhooks and events
    ("create_webhook", Tenant(Scope::WebhooksManage)),
    ("list_webhooks", Tenant(Scope::WebhooksManage)),
    ("get_webhook", Tenant(Scope::WebhooksManage)),
    ("update_webhook", Tenant(Scope::WebhooksManage)),
    ("delete_webhook", Tenant(Scope::WebhooksManage)),
    ("test_webhook", Tenant(Scope::WebhooksManage)),
    ("rotate_webhook_secret", Tenant(Scope::WebhooksManage)),
    ("recover_webhook", Tenant(Scope::WebhooksManage)),
    ("verify_webhook", Tenant(Scope::WebhooksManage)),
    ("list_webhook_deliveries", Tenant(Scope::WebhooksManage)),
    ("get_webhook_delivery", Tenant(Scope::WebhooksManage)),
    ("redeliver_webhook_delivery", Tenant(Scope::WebhooksManage)),
    ("list_events", Tenant(Scope::ComponentsRead)),
    ("stream_events", Tenant(Scope::ComponentsRead)),
    // people
    ("create_invitation", Tenant(Scope::MembersManage)),
    ("create_session", Visitor),
    ("sign_up", Visitor),
    ("get_session", Person),
    ("update_session", Person),
    ("delete_session", Person),
    ("list_sessions", Person),
    ("end_session", Person),
    ("update_account", Person),
    ("request_password_reset", Visitor),
    ("confirm_password_reset", Visitor),
    // federation
    ("create_federation_key", Tenant(Scope::FederationManage)),
    ("list_federation_keys", Tenant(Scope::FederationManage)),
    ("delete_federation_key", Tenant(Scope::FederationManage)),
    ("federation_list_kinds", Peer),
    ("federation_get_kind", Peer),
    ("federation_get_kind_bundle", Peer),
    // platform
    ("admin_create_tenant", Platform(Scope::TenantsManage)),
    ("admin_list_tenants", Platform(Scope::TenantsManage)),
    ("admin_get_tenant", Platform(Scope::TenantsManage)),
    ("admin_update_tenant", Platform(Scope::TenantsManage)),
    ("admin_create_tenant_token", Platform(Scope::TenantsManage)),
    ("admin_get_stats", Platform(Scope::ReviewsManage)),
    ("list_submissions", Platform(Scope::ReviewsManage)),
    ("get_submission", Platform(Scope::ReviewsManage)),
    ("approve_submission", Platform(Scope::ReviewsManage)),
    ("reject_submission", Platform(Scope::ReviewsManage)),
    ("request_submission_changes", Platform(Scope::ReviewsManage)),
    ("quarantine_component", Platform(Scope::ReviewsManage)),
    ("release_component", Platform(Scope::ReviewsManage)),
    ("take_down_component", Platform(Scope::ReviewsManage)),
    ("list_reports", Platform(Scope::ReviewsManage)),
    ("get_report", Platform(Scope::ReviewsManage)),
    ("resolve_report", Platform(Scope::ReviewsManage)),
    // the test environment's own
    ("test_login", Tester),
    ("test_reset", Tester),
    ("test_set_rate_limit", Tester),
];
