"""Client for ATOM Marketplace: publish, find, install and rate agents, skills, canvases and domains.

```python
from atom_marketplace import MarketplaceClient

client = MarketplaceClient(base_url="https://market.example/api", tenant_id="acme", api_token="at_saas_…")
for agent in client.list_agents(marketplace_type="public", min_rating=4.0).auto_paging_iter():
    print(agent.id, agent.average_rating)
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .errors import (
    AgentLimitExceededError,
    AmbiguousComponentError,
    ChecksFailedError,
    ComponentNotFoundError,
    ConflictError,
    ConnectionFailedError,
    DependencyMissingError,
    FederationKeyInvalidError,
    IdempotencyKeyReusedError,
    InsufficientPermissionsError,
    InternalError,
    InvalidConfigurationError,
    InvalidRequestError,
    MarketplaceError,
    MethodNotAllowedError,
    NotFoundError,
    PayloadTooLargeError,
    PlanRestrictedError,
    PreconditionFailedError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    TenantNotFoundError,
    UnauthenticatedError,
    UnavailableError,
    UnexpectedResponseError,
    UnsupportedMediaTypeError,
    VersionExistsError,
    WebhookVerificationError,
)

if TYPE_CHECKING:
    from . import bundles, errors, types, webhooks
    from ._async_client import AsyncMarketplaceClient
    from ._cache import ETagCache
    from ._client import MarketplaceClient
    from ._page import AsyncPage, Page
    from ._response import RawResponse
    from ._settings import AdminKeyWarning
    from ._types import RequestOptions

# What is imported when it is first used: a program that uses one client does not wait for the other.
_LAZY = {
    "AdminKeyWarning": "_settings",
    "AsyncMarketplaceClient": "_async_client",
    "AsyncPage": "_page",
    "ETagCache": "_cache",
    "MarketplaceClient": "_client",
    "Page": "_page",
    "RawResponse": "_response",
    "RequestOptions": "_types",
}
_MODULES = frozenset({"bundles", "errors", "types", "webhooks"})


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _LAZY:
        value = globals()[name] = getattr(import_module(f".{_LAZY[name]}", __name__), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_MODULES})


__all__ = [
    "AdminKeyWarning",
    "AgentLimitExceededError",
    "AmbiguousComponentError",
    "AsyncMarketplaceClient",
    "AsyncPage",
    "ChecksFailedError",
    "ComponentNotFoundError",
    "ConflictError",
    "ConnectionFailedError",
    "DependencyMissingError",
    "ETagCache",
    "FederationKeyInvalidError",
    "IdempotencyKeyReusedError",
    "InsufficientPermissionsError",
    "InternalError",
    "InvalidConfigurationError",
    "InvalidRequestError",
    "MarketplaceClient",
    "MarketplaceError",
    "MethodNotAllowedError",
    "NotFoundError",
    "Page",
    "PayloadTooLargeError",
    "PlanRestrictedError",
    "PreconditionFailedError",
    "QuotaExceededError",
    "RateLimitError",
    "RawResponse",
    "RequestOptions",
    "RequestTimeoutError",
    "TenantNotFoundError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnexpectedResponseError",
    "UnsupportedMediaTypeError",
    "VersionExistsError",
    "WebhookVerificationError",
    "__version__",
    "bundles",
    "errors",
    "types",
    "webhooks",
]
