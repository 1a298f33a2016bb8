"""`AsyncMarketplaceClient`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Literal

from ._async import Connections
from ._cache import ETagCache
from ._generated.asyncio import Operations
from ._generated.models import Event, decode_event
from ._settings import MAX_RETRIES, TIMEOUT, Settings
from ._types import NotGiven, Timeout

if TYPE_CHECKING:
    import httpx2


class AsyncMarketplaceClient(Operations):
    """A client of an ATOM Marketplace for asyncio. Tasks of one event loop may share it.

    ```python
    async with AsyncMarketplaceClient(base_url="https://market.example/api") as client:
        async for agent in await client.list_agents(capability="sales"):
            print(agent.id, agent.average_rating)
    ```

    Args:
        base_url: Where the API is; it ends in `/api`, or `/api/test` for the test environment. Left out, or `...`:
            `ATOM_BASE_URL`.
        tenant_id: The tenant to act for. Left out: `ATOM_TENANT_ID`, or the one that the token is of.
        api_token: The credential. Left out: `ATOM_API_TOKEN`; without any, the public catalog can be read.
        admin_key: The platform's admin key in place of a token. Never use admin keys in production applications.
        federation_key: A federation key in place of a token; it reads the federation routes.
        timeout: Seconds for one attempt as a whole, httpx2's finer timeouts, or None for no limit.
        max_retries: How often an attempt is repeated that got no answer, or 408, 409 (the same call still in flight),
            429 or 5xx; after half a second, a second, and so on, or when the server says, up to 30 s away.
        headers: Headers for every request.
        http_client: The `httpx2.AsyncClient` to use: for a proxy, certificates, or tests. Its maker closes it.
        cache: Where answers are kept with their ETags; None for nowhere. Left out: up to 16 MiB in memory.

    Raises:
        InvalidRequestError: There is no base URL, it is none, or there are two credentials.
    """

    def __init__(
        self,
        base_url: str | NotGiven | None = None,
        tenant_id: str | NotGiven | None = None,
        api_token: str | NotGiven | None = None,
        *,
        admin_key: str | None = None,
        federation_key: str | None = None,
        timeout: Timeout = TIMEOUT,
        max_retries: int = MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        http_client: httpx2.AsyncClient | None = None,
        cache: ETagCache | NotGiven | None = ...,
    ) -> None:
        self._settings = Settings(
            base_url,
            tenant_id,
            api_token,
            admin_key=admin_key,
            federation_key=federation_key,
            timeout=timeout,
            max_retries=max_retries,
            headers=headers,
            cache=ETagCache() if cache is ... else cache,
        )
        self._connections = Connections(http_client)

    async def stream_events(
        self,
        *,
        after: str | NotGiven | None = ...,
        scope: Literal["tenant", "marketplace"] | NotGiven = ...,
    ) -> AsyncIterator[Event]:
        """Follows events as they happen. It goes on where it was when its connection ends, and never ends by itself.

        Args:
            after: Begin behind this event, `evt_…`. Left out: from now on.
            scope: `tenant`, what concerns the tenant, or `marketplace`, every public publish and update.

        Raises:
            MarketplaceError: The server refused it, for a reason that coming again does not mend.
        """
        from ._events import Following  # noqa: PLC0415 — what only streams need.

        following = Following(self._settings, None if after is ... else after, None if scope is ... else scope)
        async for event in self._connections.driver().follow(following):
            yield decode_event(event)
