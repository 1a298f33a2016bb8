"""Signed bundles: the same answers as the server and the other SDKs give, by the vectors that all of them share."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import struct
from typing import Any

import httpx2
import pytest
from conftest import ROOT, Server

from atom_marketplace import bundles
from atom_marketplace._canonical import canonical, number, parse
from atom_marketplace.bundles import BundleRefusedError, verify_bundle

VECTORS: list[dict[str, Any]] = json.loads((ROOT / "sdks/vectors/bundles.json").read_text(encoding="utf-8"))["vectors"]


def envelope_of(vector: dict[str, Any]) -> str | bytes:
    if "repeat" in vector:
        return str(vector["repeat"]["text"]) * int(vector["repeat"]["times"])
    if "envelope_base64" in vector:
        return base64.b64decode(vector["envelope_base64"])
    return str(vector["envelope"])


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_shared_vectors(vector: dict[str, Any]) -> None:
    envelope = envelope_of(vector)
    if vector["expect"] == "ok":
        verified = verify_bundle(envelope, vector["keys"])
        assert (verified.key_id, verified.bundle.digest) == (vector["keyid"], vector["digest"])
        assert canonical(verified.bundle.to_dict()) == verified.payload
        text = envelope.encode() if isinstance(envelope, str) else envelope
        assert verify_bundle(text, iter(map(base64.b64decode, vector["keys"]))) == verified
    else:
        with pytest.raises(BundleRefusedError) as raised:
            verify_bundle(envelope, vector["keys"])
        assert raised.value.reason == raised.value.details["reason"] == vector["expect"], raised.value


def test_any_byte_counts() -> None:
    vector = next(vector for vector in VECTORS if vector["expect"] == "ok")
    text = vector["envelope"].encode()
    for place in range(0, len(text), 7):
        for bit in (1, 32):
            changed = text[:place] + bytes([text[place] ^ bit]) + text[place + 1 :]
            with pytest.raises(BundleRefusedError):
                verify_bundle(changed, vector["keys"])


def test_an_error_can_be_kept() -> None:
    with pytest.raises(BundleRefusedError) as raised:
        verify_bundle("{}", [])
    for again in (copy.copy(raised.value), pickle.loads(pickle.dumps(raised.value))):
        assert (again.reason, again.code, str(again)) == ("malformed", "BUNDLE_REFUSED", str(raised.value))


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44B52D02C7E14AF5, "9.999999999999997e+22"),
        (0x44B52D02C7E14AF6, "1e+23"),
        (0x444B1AE4D6E2EF4E, "999999999999999700000"),
        (0x444B1AE4D6E2EF50, "1e+21"),
        (0x3EB0C6F7A0B5ED8C, "9.999999999999997e-7"),
        (0x3EB0C6F7A0B5ED8D, "0.000001"),
        (0x41B3DE4355555553, "333333333.3333332"),
        (0xBECBF647612F3696, "-0.0000033333333333333333"),
        (0x43143FF3C1CB0959, "1424953923781206.2"),
    ],
)
def test_numbers_as_rfc_8785_has_them(bits: int, text: str) -> None:
    (value,) = struct.unpack(">d", struct.pack(">Q", bits))
    assert number(value) == text


def test_canonical_json() -> None:
    text = '{"\\r":1,"1":"\\u0007\x7f","é":[18446744073709551615,-9223372036854775808,1.5],"😀":null,"\ufb33":{}}'
    assert canonical(parse(text.encode(), depth=3, containers=9)) == text.encode()
    for wrong in ('{"a":1,"\\u0061":2}', "[[[[]]]]", "NaN", "[1,]", "1e999", '"\\ud800"', "\ufeff1", "[" * 100_000):
        with pytest.raises(ValueError, match=r"."):
            canonical(parse(wrong.encode(), depth=3, containers=9))


def test_what_a_server_signs(server: Server) -> None:
    tenant = server.tenant()
    with tenant.client() as client, server.admin() as admin:
        published = client.publish_skill("signed", "public", "Signed", "It is signed.", content={"n": [1.5, 2**53]})
        waiting = admin.list_submissions(source_tenant_id=tenant.id)
        admin.approve_submission(waiting[0].id, digest=waiting[0].digest)
        instance = httpx2.get(f"{server.root}/.well-known/atom-federation").json()
        envelope = client.get_skill_bundle("signed", options={"headers": {"Accept": bundles.ENVELOPE_TYPE}})
        assert envelope.raw_response is not None
        verified = verify_bundle(envelope.raw_response.content, [key["public_key"] for key in instance["keys"]])
        assert (verified.bundle.id, verified.bundle.digest) == ("signed", published.digest)
        assert verified.bundle.instance == instance["instance"]["id"]
