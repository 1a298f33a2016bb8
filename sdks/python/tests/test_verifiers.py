"""Verifiers that are not this package's take what the server really sends, and nothing that was tampered with.

They are those that the integration guide prints, and the published `standardwebhooks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import guide
import pytest
import standardwebhooks
from conftest import ROOT
from faults import Request
from receiver import Receiver

from atom_marketplace import MarketplaceClient, webhooks
from atom_marketplace.types import WebhookCreated

GIVEN = "your-webhook-secret"

Verify = Callable[[bytes, Mapping[str, str], str], bool]


def printed() -> dict[str, str]:
    """The guide's verifier: from its own text, where that is there, and from its copy in this repository."""
    copied = (ROOT / "docs" / "INTEGRATION_GUIDE.md").read_text(encoding="utf-8")
    blocks = [part.partition("```")[0] for part in copied.split("```python\n")[1:]]
    found = {"copied": next(block for block in blocks if "def verify_webhook(" in block)}
    if guide.TEXT.is_file():
        samples = guide.restore(guide.TEXT.read_text(encoding="utf-8"))
        found["printed"] = next(sample.code for sample in samples if sample.name == "verify a webhook")
    return found


def guides(code: str, header: str = "x-atom-signature") -> Verify:
    """The guide's verifier, given this header."""
    names: dict[str, Any] = {}
    exec(compile(code, "<guide: verify a webhook>", "exec"), names)
    verify = names["verify_webhook"]

    def verified(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        return verify(body.decode(), headers[header], secret) is True

    return verified


def standard(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """The published package's: a `whsec_` secret is given as text, any other as bytes."""
    webhook = standardwebhooks.Webhook(secret if secret.startswith("whsec_") else secret.encode())
    try:
        event = webhook.verify(body, dict(headers))
    except standardwebhooks.WebhookVerificationError:
        return False
    assert event["id"] == headers["webhook-id"]
    return True


def ours(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    return webhooks.verify_standard(body, headers, secret)


class Subject:
    """A webhook of the server's, and what it delivers."""

    def __init__(self, client: MarketplaceClient, receiver: Receiver, secret: str | None) -> None:
        self.client = client
        self.receiver = receiver
        self.webhook: WebhookCreated = client.create_webhook(receiver.url, ["component.published"], secret=secret)
        self.secret = secret or str(self.webhook.secret)
        self.published = 0

    def delivery(self) -> Request:
        """Makes something happen; gives the request that tells of it."""
        self.published += 1
        self.client.publish_skill(f"s-{self.published}", "private", "One", "It is delivered.")
        return self.receiver.next()


@pytest.fixture(params=[GIVEN, None], ids=["a given secret", "a secret of the server's"])
def subject(request: pytest.FixtureRequest, client: MarketplaceClient, receiver: Receiver) -> Iterator[Subject]:
    subject = Subject(client, receiver, request.param)
    yield subject
    client.delete_webhook(subject.webhook.id)


def changed(body: bytes) -> Iterator[bytes]:
    """The body with one byte changed, in several places."""
    for place in (0, len(body) // 2, len(body) - 1):
        yield body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


@pytest.mark.parametrize("text", printed())
def test_the_guides_verifier(text: str, subject: Subject) -> None:
    verify = guides(printed()[text])
    delivery = subject.delivery()
    assert verify(delivery.body, delivery.headers, subject.secret)
    for body in changed(delivery.body):
        assert not verify(body, delivery.headers, subject.secret)
    assert not verify(delivery.body, delivery.headers, subject.secret + "x")
    assert not verify(delivery.body, {"x-atom-signature": delivery.headers["x-atom-signature"][:-1]}, subject.secret)


@pytest.mark.parametrize("verify", [standard, ours], ids=["standardwebhooks", "ours"])
def test_standard_webhooks(verify: Verify, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery, other = subject.delivery(), subject.delivery()
    body, headers, secret = delivery.body, delivery.headers, subject.secret
    assert verify(body, headers, secret)
    for tampered in changed(body):
        assert not verify(tampered, headers, secret)
    assert not verify(body, {**headers, "webhook-id": other.headers["webhook-id"]}, secret)
    assert not verify(body, {**headers, "webhook-signature": other.headers["webhook-signature"]}, secret)
    sent_at = int(headers["webhook-timestamp"])
    assert not verify(body, {**headers, "webhook-timestamp": str(sent_at + 1)}, secret)
    assert not verify(body, {**headers, "webhook-timestamp": str(sent_at - 301)}, secret)
    for wrong in ("whsec_" + "A" * 32, "another secret"):
        assert not verify(body, headers, wrong)

    # Recorded, and played again when six minutes have passed.
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(minutes=6)

    monkeypatch.setattr("standardwebhooks.webhooks.datetime", Later)
    monkeypatch.setattr("atom_marketplace.webhooks.time.time", lambda: Later.now(UTC).timestamp())
    assert not verify(body, headers, secret)


def test_both_secrets_while_one_is_rotated(subject: Subject) -> None:
    old = subject.secret
    new = subject.client.rotate_webhook_secret(subject.webhook.id).secret
    assert new
    assert new != old
    delivery = subject.delivery()
    for verify in (standard, ours):
        assert verify(delivery.body, delivery.headers, new)
        assert verify(delivery.body, delivery.headers, old)
        assert not verify(delivery.body, delivery.headers, "whsec_" + "A" * 32)
        for body in changed(delivery.body):
            assert not verify(body, delivery.headers, old)
    for code in printed().values():
        assert guides(code)(delivery.body, delivery.headers, new)
        assert not guides(code)(delivery.body, delivery.headers, old)
        assert guides(code, "x-atom-signature-previous")(delivery.body, delivery.headers, old)

    subject.client.rotate_webhook_secret(subject.webhook.id, secret="the-third-secret", grace_period_seconds=0)
    delivery = subject.delivery()
    assert "x-atom-signature-previous" not in delivery.headers
    assert standard(delivery.body, delivery.headers, "the-third-secret")
    assert not standard(delivery.body, delivery.headers, new)
