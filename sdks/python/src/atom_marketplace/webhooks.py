"""Verifies that a webhook comes from the marketplace, and signs as it does.

Every delivery is signed twice, over its raw body: never over JSON that was parsed and written again.

- Standard Webhooks: `webhook-signature` over id, timestamp and body. It cannot be replayed later; prefer it.
- The integration guide's: `X-ATOM-Signature`, the hex of HMAC-SHA256 over the body alone.

```python
event = webhooks.unwrap(request.body, request.headers, secret)
if event.type == "component.installed":
    print(event.data.component_id, event.data.tenant_id)
```

While a secret is being rotated, give both: every function takes one secret or several.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from ._narrow import as_object
from .errors import WebhookVerificationError

if TYPE_CHECKING:
    from ._generated.models import Event

__all__ = [
    "TOLERANCE",
    "WebhookVerificationError",
    "sign",
    "sign_standard",
    "unwrap",
    "verify",
    "verify_standard",
]

TOLERANCE: Final = 300
"""Seconds that a delivery's timestamp may be away from now, either way."""

_PREFIX = "whsec_"


def sign(payload: str | bytes, secret: str) -> str:
    """The value of `X-ATOM-Signature`: lowercase hex of HMAC-SHA256 over the raw body."""
    return hmac.new(secret.encode(), _bytes(payload), hashlib.sha256).hexdigest()


def verify(payload: str | bytes, signature: str, secret: str | Iterable[str]) -> bool:
    """Whether `X-ATOM-Signature` is right. It says nothing about when the body was sent: see `unwrap`.

    Takes the same time whatever the signature is, and raises nothing, whatever it looks like.

    Args:
        payload: The raw body.
        signature: The header.
        secret: The webhook's secret, or several while it is rotated.
    """
    given = signature.encode("utf-8", "surrogatepass")
    return _any(hmac.compare_digest(sign(payload, one).encode(), given) for one in _secrets(secret))


def sign_standard(payload: str | bytes, secret: str, *, message_id: str, sent_at: int) -> str:
    """The value of `webhook-signature`, as Standard Webhooks define it.

    Args:
        payload: The raw body.
        secret: The webhook's secret; one that begins with `whsec_` is base64.
        message_id: The value of `webhook-id`.
        sent_at: The value of `webhook-timestamp`, seconds since the epoch.

    Raises:
        ValueError: The secret begins with `whsec_` and is no base64.
    """
    signed = f"{message_id}.{sent_at}.".encode() + _bytes(payload)
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def verify_standard(
    payload: str | bytes,
    headers: Mapping[str, str],
    secret: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> bool:
    """Whether `webhook-signature` is right, and of now. Raises nothing, whatever the headers look like.

    Args:
        payload: The raw body.
        headers: The request's headers; names in any case.
        secret: The webhook's secret, or several while it is rotated.
        tolerance: Seconds that `webhook-timestamp` may be away from now, either way.
        now: Seconds since the epoch, for tests.

    Raises:
        ValueError: A secret begins with `whsec_` and is no base64.
    """
    message_id, sent_at, signatures = (_header(headers, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    keys = list(_secrets(secret))
    if not sent_at.isascii() or not sent_at.isdecimal() or len(sent_at) > 15:
        return False
    if abs((time.time() if now is None else now) - int(sent_at)) > tolerance:
        return False
    expected = [sign_standard(payload, key, message_id=message_id, sent_at=int(sent_at)).encode() for key in keys]
    given = [signature.encode("utf-8", "surrogatepass") for signature in signatures.split()]
    return _any(hmac.compare_digest(one, other) for one in expected for other in given)


def unwrap(
    payload: str | bytes,
    headers: Mapping[str, str],
    secret: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> Event:
    """Verifies a delivery, and gives its event. It goes by `webhook-signature`, whose timestamp prevents replays.

    An event of a type that this version does not know is an `UnknownEvent`.

    Args:
        payload: The raw body.
        headers: The request's headers; names in any case.
        secret: The webhook's secret, or several while it is rotated.
        tolerance: Seconds that `webhook-timestamp` may be away from now, either way.
        now: Seconds since the epoch, for tests.

    Raises:
        WebhookVerificationError: The signature is missing or wrong, or its timestamp too far away, or the body is
            no event.
        ValueError: A secret begins with `whsec_` and is no base64.
    """
    if not verify_standard(payload, headers, secret, tolerance=tolerance, now=now):
        raise WebhookVerificationError("The webhook's signature is wrong, missing, or not of now.")
    try:
        json_object = as_object(json.loads(payload))
    except ValueError as error:
        raise WebhookVerificationError("The webhook's body is no JSON.") from error
    if json_object is None:
        raise WebhookVerificationError("The webhook's body is no event.")
    from ._generated.models import decode_event  # noqa: PLC0415 — what verifies only does not wait for it.

    event: Event = decode_event(json_object)
    return event


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload


def _secrets(secret: str | Iterable[str]) -> Iterable[str]:
    return (secret,) if isinstance(secret, str) else secret


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret that begins with whsec_ is base64 after that.") from error


def _header(headers: Mapping[str, str], name: str) -> str:
    for other, value in headers.items():
        if other.lower() == name:
            return value
    return ""


def _any(found: Iterable[bool]) -> bool:
    """`any`, but looking at every one, so that the time taken tells nothing."""
    return sum(found) > 0
