//! The inbox: of what a tenant hears, what asks for somebody's attention. It keeps nothing but how far it was read.

mod api;
mod store;

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::inbox::{Inbox, InboxItem};

use crate::error::{ApiError, ApiResult};
use crate::events::{self, Attention};
use crate::extract::TenantScope;
use crate::http::ApiRoutes;
use crate::paging::Window;

/// What is told of a tenant's own components and webhooks.
const OWN: &[EventType] = &[
    EventType::ComponentApproved,
    EventType::ComponentChangesRequested,
    EventType::ComponentRejected,
    EventType::ComponentQuarantined,
    EventType::ComponentReleased,
    EventType::ComponentWithdrawn,
    EventType::WebhookDisabled,
];

/// What is told of a component that the tenant has installed.
const INSTALLED: &[EventType] = &[
    EventType::ComponentUpdated,
    EventType::ComponentYanked,
    EventType::ComponentDeprecated,
    EventType::ComponentQuarantined,
    EventType::ComponentReleased,
    EventType::ComponentWithdrawn,
];

const ATTENTION: Attention<'_> = Attention { own: OWN, installed: INSTALLED };

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// A page of the inbox, the latest first; or of what is not read yet.
pub(crate) fn list(c: &mut Conn<'_>, scope: &TenantScope, unread: bool, window: &Window<i64>) -> Result<Inbox, Error> {
    let read = store::read_up_to(c, scope)?;
    let (after, before) = (if unread { read } else { 0 }, window.after.unwrap_or(i64::MAX));
    let found = events::for_attention(c, scope.id(), &ATTENTION, (after, before), window.limit())?;
    let page = window.page(
        found,
        0,
        |placed| placed.position,
        |placed| InboxItem { read: placed.position <= read, event: placed.event },
    );
    let unread = events::count_for_attention(c, scope.id(), &ATTENTION, read)?;
    Ok(Inbox { items: page.items, unread, has_more: page.has_more, next_cursor: page.next_cursor })
}

/// Marks as read whatever is not later than an event. Returns how many are left.
pub(crate) fn mark_read(c: &mut Conn<'_>, scope: &TenantScope, up_to: &str) -> ApiResult<u64> {
    let position = events::position(c, up_to)?;
    // An event that the tenant does not hear of is none to it.
    let heard = match position {
        Some(position) => {
            events::for_attention(c, scope.id(), &ATTENTION, (position - 1, position + 1), 1)?.first().map(|_| position)
        }
        None => None,
    };
    let position = heard.ok_or_else(|| ApiError::not_found("event"))?;
    let before = store::read_up_to(c, scope)?;
    if position > before {
        store::set_read(c, scope, position)?;
    }
    Ok(events::count_for_attention(c, scope.id(), &ATTENTION, position.max(before))?)
}
