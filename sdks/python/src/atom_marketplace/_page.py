"""Pages: lists that know where the next one is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from ._response import RawResponse

T = TypeVar("T")


class _BasePage(list[T]):
    """What both kinds of page have.

    Attributes:
        page: Its number, from 1.
        page_size: Items on a full page.
        total: Items on all pages.
        has_more: Whether another page follows.
        next_cursor: Where the next page begins, or None.
        raw_response: The answer as it was received.
    """

    def __init__(self, items: Iterable[T], facts: dict[str, Any], response: RawResponse | None = None) -> None:
        super().__init__(items)
        self._facts = facts
        self.page: int = facts.get("page", 1)
        self.page_size: int = facts.get("page_size", len(self))
        self.total: int = facts.get("total", len(self))
        self.has_more: bool = facts.get("has_more", False)
        self.next_cursor: str | None = facts.get("next_cursor")
        self.raw_response = response

    @property
    def items(self) -> list[T]:
        """The page's items, as a plain list."""
        return list(self)

    def _next_query(self) -> dict[str, Any]:
        """What to ask for the next page: by cursor, whose cost does not grow with depth, wherever there is one."""
        if self.next_cursor is not None:
            return {"cursor": self.next_cursor, "page": None}
        return {"page": self.page + 1}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self), self._facts)


class Page(_BasePage[T], Generic[T]):
    """One page of a list: a `list` of its items, with `items`, `page`, `page_size`, `total`, `has_more`, `next_cursor`.

    `auto_paging_iter` goes on to the pages that follow.
    """

    _fetch: Callable[[dict[str, Any]], Page[T]] | None = None

    def next_page(self) -> Page[T] | None:
        """The page that follows, or None after the last one.

        Raises:
            RuntimeError: The page was unpickled, and so has no client.
            MarketplaceError: The request failed.
        """
        if not self.has_more:
            return None
        if self._fetch is None:
            raise RuntimeError("This page was unpickled: ask a client for the page that follows.")
        return self._fetch(self._next_query())

    def auto_paging_iter(self) -> Iterator[T]:
        """This page's items and those of every page that follows, each page fetched when it is reached."""
        page: Page[T] | None = self
        while page is not None:
            yield from list(page)
            page = page.next_page()


class AsyncPage(_BasePage[T], Generic[T]):
    """As `Page`, for `AsyncMarketplaceClient`. `async for` walks all pages, `for` this one."""

    _fetch: Callable[[dict[str, Any]], Awaitable[AsyncPage[T]]] | None = None

    async def next_page(self) -> AsyncPage[T] | None:
        """The page that follows, or None after the last one.

        Raises:
            RuntimeError: The page was unpickled, and so has no client.
            MarketplaceError: The request failed.
        """
        if not self.has_more:
            return None
        if self._fetch is None:
            raise RuntimeError("This page was unpickled: ask a client for the page that follows.")
        return await self._fetch(self._next_query())

    async def auto_paging_iter(self) -> AsyncIterator[T]:
        """This page's items and those of every page that follows, each page fetched when it is reached."""
        page: AsyncPage[T] | None = self
        while page is not None:
            for item in list(page):
                yield item
            page = await page.next_page()

    def __aiter__(self) -> AsyncIterator[T]:
        return self.auto_paging_iter()
