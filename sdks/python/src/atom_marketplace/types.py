"""Everything that answers hold and arguments may: models, enums, and the dictionaries (`…Param`) that calls take."""

from __future__ import annotations

from ._cache import ETagCache
from ._generated.models import *  # noqa: F403
from ._generated.params import *  # noqa: F403
from ._model import Model
from ._page import AsyncPage, Page
from ._response import RateLimit, RawResponse
from ._types import NotGiven, RequestOptions, Timeout

__all__ = [
    "AsyncPage",
    "ETagCache",
    "Model",
    "NotGiven",
    "Page",
    "RateLimit",
    "RawResponse",
    "RequestOptions",
    "Timeout",
]
