"""Answers kept with their ETags: asking again costs a 304 without a body, and is never out of date."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple


class Kept(NamedTuple):
    """An answer's body and the ETag it came with."""

    etag: str
    content: bytes


class ETagCache:
    """The answers used last, up to a number of bytes. Every use asks the server first whether the answer still holds.

    It keeps answers apart by credentials, and may be shared by clients and threads.

    Args:
        max_bytes: How much to keep, bodies alone; the answer that was not used for longest goes first.
    """

    def __init__(self, max_bytes: int = 16 * 1024 * 1024) -> None:
        self.max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under `key`."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keeps it, unless it alone is more than a quarter of what may be kept."""
        if len(kept.content) > self.max_bytes // 4:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += len(kept.content) - (len(before.content) if before else 0)
            self._kept[key] = kept
            while self._bytes > self.max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.content)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)
