"""Signatures of webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest

from atom_marketplace import WebhookVerificationError, webhooks

SECRET = "your-webhook-secret"
BODY = json.dumps(
    {
        "id": "evt_1",
        "type": "component.installed",
        "timestamp": "2026-11-24T07:15:30Z",
        "data": {"component_type": "agent", "component_id": "sälës"},
    },
    ensure_ascii=False,
)
NOW = 1_775_414_400


def headers(body: str | bytes = BODY, secret: str = SECRET, *, sent_at: int = NOW, **other: str) -> dict[str, str]:
    signature = webhooks.sign_standard(body, secret, message_id="evt_1", sent_at=sent_at)
    return {"Webhook-Id": "evt_1", "Webhook-Timestamp": str(sent_at), "Webhook-Signature": signature, **other}


def test_the_guides_signature() -> None:
    expected = hmac.new(SECRET.encode(), BODY.encode(), hashlib.sha256).hexdigest()
    assert webhooks.sign(BODY, SECRET) == webhooks.sign(BODY.encode(), SECRET) == expected
    assert webhooks.verify(BODY, expected, SECRET)
    assert webhooks.verify(BODY.encode(), expected, ["other", SECRET])


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "0" * 64,
        "abc",
        "ü" * 64,
        "\ud800",
        " ",
        "x" * 100_000,
        webhooks.sign(BODY, SECRET).upper(),
        webhooks.sign(BODY, SECRET)[:-1],
    ],
)
def test_a_wrong_signature_is_false_and_no_error(signature: str) -> None:
    assert webhooks.verify(BODY, signature, SECRET) is False
    assert webhooks.verify_standard(BODY, {**headers(), "Webhook-Signature": signature}, SECRET, now=NOW) is False
    assert (
        webhooks.verify_standard(BODY, {**headers(), "Webhook-Signature": "v1," + signature}, SECRET, now=NOW) is False
    )


def test_other_bodies_and_secrets() -> None:
    signature = webhooks.sign(BODY, SECRET)
    assert not webhooks.verify(BODY + " ", signature, SECRET)
    assert not webhooks.verify(BODY, signature, "other")
    assert not webhooks.verify(BODY, signature, [])


def test_the_example_of_standard_webhooks() -> None:
    """The vector in their specification's reference libraries."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    signature = webhooks.sign_standard(body, secret, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", sent_at=1614265330)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(("away", "right"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_delivery_is_of_now(away: int, right: bool) -> None:
    assert webhooks.verify_standard(BODY, headers(sent_at=NOW + away), SECRET, now=NOW) is right
    assert webhooks.verify_standard(BODY, headers(sent_at=NOW + away), SECRET, now=NOW, tolerance=1000)


@pytest.mark.parametrize("sent_at", ["", "now", "-1", "1e9", "９", "1" * 5000, "1775414400.0"])
def test_a_timestamp_that_is_none(sent_at: str) -> None:
    assert webhooks.verify_standard(BODY, {**headers(), "Webhook-Timestamp": sent_at}, SECRET, now=NOW) is False


def test_several_signatures_and_several_secrets() -> None:
    old, new = headers(secret="old"), headers(secret="new")
    both = {**old, "Webhook-Signature": f"v2,what {new['Webhook-Signature']} {old['Webhook-Signature']}"}
    for secret in ("old", "new", ["x", "old"]):
        assert webhooks.verify_standard(BODY, both, secret, now=NOW)
    assert not webhooks.verify_standard(BODY, both, "x", now=NOW)
    assert webhooks.verify_standard(BODY, old, iter(["new", "old"]), now=NOW)


def test_unwrap_gives_the_event() -> None:
    sent_at = int(time.time())
    event = webhooks.unwrap(BODY.encode(), headers(sent_at=sent_at), SECRET)
    assert (event.id, event.type, event.data["component_id"]) == ("evt_1", "component.installed", "sälës")
    assert event.timestamp.tzinfo is not None


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (BODY, {}),
        (BODY, {"X-ATOM-Signature": webhooks.sign(BODY, SECRET)}),
        (BODY, headers(sent_at=NOW - 1000)),
        ("no json", headers("no json")),
        ("[1]", headers("[1]")),
        (b"\xff", headers(b"\xff")),
    ],
    ids=["no headers", "no timestamp", "old", "no JSON", "no object", "no UTF-8"],
)
def test_unwrap_refuses(body: str | bytes, sent: dict[str, str]) -> None:
    with pytest.raises(WebhookVerificationError) as raised:
        webhooks.unwrap(body, sent, SECRET, now=NOW)
    assert raised.value.code == "WEBHOOK_VERIFICATION_FAILED"


def test_a_secret_that_is_no_base64_is_the_programs_mistake() -> None:
    with pytest.raises(ValueError, match="base64"):
        webhooks.verify_standard(BODY, headers(), "whsec_!", now=NOW)
    unpadded = "whsec_" + base64.b64encode(b"12345").decode().rstrip("=")
    assert webhooks.verify_standard(BODY, headers(secret=unpadded), unpadded, now=NOW)
