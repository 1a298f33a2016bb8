"""Verifies signed bundles: that an instance published them, and that nothing was changed since.

Needs the extra `federation`: `pip install 'atom-marketplace[federation]'`.

```python
answer = client.get_skill_bundle("crm", options={"headers": {"Accept": bundles.ENVELOPE_TYPE}})
verified = bundles.verify_bundle(answer.raw_response.content, keys)
print(verified.bundle.version, verified.bundle.manifest.name, verified.key_id)
```

The keys are those that were pinned for the instance that is meant: `keys` of its `/.well-known/atom-federation`, once
its fingerprint was compared. Whose they are is for the caller to know; compare `bundle.instance`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ._canonical import DuplicateKeyError, canonical, parse
from ._generated.models import Bundle
from ._narrow import as_list, as_object
from .errors import MarketplaceError

__all__ = ["ENVELOPE_TYPE", "BundleRefusedError", "Reason", "VerifiedBundle", "key_id", "verify_bundle"]

ENVELOPE_TYPE: Final = "application/vnd.dsse.envelope.v1+json"
"""What to accept in order to be given a signed bundle."""

_TYPE = "application/vnd.atom.bundle+json"
_FORMAT = "atom-bundle/1"
_LIMIT = 24 << 20
_FILES = 1_000
_CONTAINERS = 350_000

Reason: TypeAlias = Literal[
    "bad_key",
    "bad_path",
    "bad_signature",
    "digest_mismatch",
    "duplicate_key",
    "malformed",
    "not_canonical",
    "too_large",
    "unknown_key",
    "wrong_format",
    "wrong_type",
]
"""Why a bundle is refused; the same in every SDK."""


class BundleRefusedError(MarketplaceError):
    """A bundle, or a key to check it with, is not accepted; `reason` says why."""

    code = "BUNDLE_REFUSED"

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(f"The bundle is refused ({reason}): {message}.", details={"reason": reason})
        self.reason: Reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.message.partition(": ")[2].removesuffix("."))


class VerifiedBundle(NamedTuple):
    """A bundle whose signature fits, whose content is that of its digest, and whose files can be written to a disk."""

    bundle: Bundle
    """What it says."""
    payload: bytes
    """Its bytes, exactly as they were signed."""
    key_id: str
    """Who signed it."""


def key_id(key: bytes) -> str:
    """The name of a public key in envelopes: 16 hex digits."""
    return hashlib.sha256(key).hexdigest()[:16]


def verify_bundle(envelope: str | bytes, keys: Iterable[str | bytes]) -> VerifiedBundle:
    """The bundle in an envelope, if one of the keys signed it and it is what it ought to be.

    Args:
        envelope: The answer's body, byte for byte.
        keys: Public keys that are trusted: base64, as instances publish them, or 32 bytes.

    Raises:
        BundleRefusedError: It is not to be trusted; `reason` says why.
        ImportError: The extra `federation` is not installed.
    """
    trusted = [_key(key) for key in keys]
    body = envelope.encode("utf-8", "surrogatepass") if isinstance(envelope, str) else envelope
    payload, signer = _open(body, trusted)
    value = _read(payload, 65, _CONTAINERS, "payload")
    fields = as_object(value)
    if fields is None or not isinstance(fields.get("format"), str):
        raise BundleRefusedError("malformed", "it has no format")
    if fields["format"] != _FORMAT:
        raise BundleRefusedError("wrong_format", f"its format is not {_FORMAT}")
    _check(fields)
    return VerifiedBundle(Bundle(fields), payload, signer)


def _open(envelope: bytes, keys: list[bytes]) -> tuple[bytes, str]:
    """The payload of an envelope (DSSE 1.0), and who signed it."""
    if len(envelope) > _LIMIT:
        raise BundleRefusedError("too_large", f"it has {len(envelope)} bytes, of at most {_LIMIT}")
    fields = _shaped(as_object(_read(envelope, 3, 8, "envelope")), _ENVELOPE)
    if len(fields["signatures"]) != 1:
        raise BundleRefusedError("malformed", "it has not exactly one signature")
    if fields["payloadType"] != _TYPE:
        raise BundleRefusedError("wrong_type", f"it is no {_TYPE}")
    signer: str = fields["signatures"][0]["keyid"]
    if not re.fullmatch(r"[0-9a-f]{16}", signer):
        raise BundleRefusedError("malformed", "a key's id is 16 lower-case hex digits")
    payload, signature = _base64(fields["payload"]), _base64(fields["signatures"][0]["sig"])
    if len(signature) != 64:
        raise BundleRefusedError("malformed", "a signature has 64 bytes")
    # The id is no proof: two keys may share it.
    named = [key for key in keys if key_id(key) == signer]
    if not named:
        raise BundleRefusedError("unknown_key", "the key that signed it is not among those that are trusted")
    signed = f"DSSEv1 {len(_TYPE)} {_TYPE} {len(payload)} ".encode() + payload
    if not any(_signed(key, signature, signed) for key in named):
        raise BundleRefusedError("bad_signature", "it was changed after it was signed")
    return payload, signer


def _read(text: bytes, depth: int, containers: int, what: str) -> Any:
    try:
        value = parse(text, depth=depth, containers=containers)
        written = canonical(value)
    except DuplicateKeyError as error:
        raise BundleRefusedError("duplicate_key", f"the {what} can be read in two ways") from error
    except ValueError as error:
        raise BundleRefusedError("malformed", f"the {what}: {error}") from error
    if written != text:
        raise BundleRefusedError("not_canonical", f"the {what} is written in another way than the one there is")
    return value


def _base64(text: str) -> bytes:
    """Base64 in the one way there is: padded, without white space, no stray bits in the last letter."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BundleRefusedError("malformed", "a text is no base64") from error
    if base64.b64encode(decoded).decode() != text:
        raise BundleRefusedError("malformed", "a text is base64 in a second way")
    return decoded


# Keys ----------------------------------------------------------------------------------------------------------------

_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL: Final = frozenset([0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH])
"""The y of the eight points whose order is small: under such a key, anything can be signed."""


def _y(point: bytes) -> int:
    return int.from_bytes(point, "little") & ((1 << 255) - 1)


def _key(key: str | bytes) -> bytes:
    """The 32 bytes of a key, if it is one."""
    try:
        point = _base64(key) if isinstance(key, str) else key
    except BundleRefusedError as error:
        raise BundleRefusedError("bad_key", "it is no base64") from error
    if len(point) != 32:
        raise BundleRefusedError("bad_key", f"it has {len(point)} bytes, not 32")
    y = _y(point)
    # x² of the curve: a square, or there is no such point.
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    if y >= _PRIME or y in _SMALL or pow(square, (_PRIME - 1) // 2, _PRIME) != 1:
        raise BundleRefusedError("bad_key", "these 32 bytes are no Ed25519 key, or one under which all can be signed")
    return point


def _signed(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 — an extra.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError as error:
        raise ImportError("verifying bundles needs: pip install 'atom-marketplace[federation]'") from error
    if _y(signature[:32]) in _SMALL:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


# What a bundle holds -------------------------------------------------------------------------------------------------


Check: TypeAlias = Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str)


def _map(value: object) -> bool:
    return isinstance(value, dict)


def _list(value: object) -> bool:
    return isinstance(value, list)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _digest(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"sha256:[0-9a-f]{64}", value) is not None


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _list_of(fits: Check) -> Check:
    return lambda value: (items := as_list(value)) is not None and all(map(fits, items))


def _or_null(fits: Check) -> Check:
    return lambda value: value is None or fits(value)


def _matching(pattern: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _fits(fields: Mapping[str, Any] | None, required: Mapping[str, Check], optional: Mapping[str, Check]) -> bool:
    if fields is None or not required.keys() <= fields.keys():
        return False
    return all(fits(fields[name]) for name, fits in {**optional, **required}.items() if name in fields)


def _shaped(fields: dict[str, Any] | None, known: Mapping[str, Check]) -> dict[str, Any]:
    """The object, if it has these fields and no others."""
    if fields is None or not _fits(fields, known, {}) or fields.keys() - known.keys():
        raise BundleRefusedError("malformed", "it is not what such a document holds")
    return fields


def _signature(value: object) -> bool:
    fields = as_object(value)
    return _fits(fields, {"keyid": _text, "sig": _text}, {}) and len(fields or {}) == 2


_ENVELOPE = {"payload": _text, "payloadType": _text, "signatures": _list_of(_signature)}
_KIND = _one_of("agent", "skill", "canvas", "domain")
_DEPENDENCY = {"component_type": _KIND, "id": _text}
_DEPENDENCY_REST = {"source_tenant_id": _or_null(_text), "version": _text, "optional": _flag}


def _dependency(value: object) -> bool:
    fields = as_object(value)
    return _fits(fields, _DEPENDENCY, _DEPENDENCY_REST) and not (fields or {}).keys() - {
        *_DEPENDENCY,
        *_DEPENDENCY_REST,
    }


def _file(value: object) -> bool:
    fields = as_object(value)
    known = {"path": _text, "content": _text}
    encoding = {"encoding": _one_of("utf-8", "base64")}
    return _fits(fields, known, encoding) and not (fields or {}).keys() - {*known, *encoding}


def _entry(value: object) -> bool:
    return _fits(as_object(value), {"path": _text, "sha256": _text, "size": _count}, {})


_OPTIONAL_TEXT, _OPTIONAL_TEXTS = _or_null(_text), _or_null(_list_of(_text))
_MANIFEST_REST = {
    "agent_roles": _OPTIONAL_TEXTS,
    "canvas_type": _or_null(_one_of("html", "react", "vue", "custom")),
    "canvases": _or_null(_list),
    "capabilities": _list_of(_text),
    "category": _OPTIONAL_TEXT,
    "code": _OPTIONAL_TEXT,
    "configuration": _or_null(_map),
    "dependencies": _list_of(_dependency),
    "documentation_url": _OPTIONAL_TEXT,
    "files": _list_of(_entry),
    "knowledge_base": _or_null(_list),
    "license": _OPTIONAL_TEXT,
    "maturity_level": _or_null(_one_of("student", "intern", "supervised", "autonomous")),
    "memory": _or_null(_map),
    "preview_url": _OPTIONAL_TEXT,
    "pricing_tier": _one_of("free", "solo", "team", "enterprise"),
    "readme": _OPTIONAL_TEXT,
    "release_notes": _OPTIONAL_TEXT,
    "requires_capabilities": _list_of(_text),
    "skill_type": _or_null(
        _one_of("prompt_only", "python_code", "nodejs", "api", "function", "script", "docker", "container")
    ),
    "tags": _list_of(_text),
    "topics": _OPTIONAL_TEXTS,
}


def _manifest(value: object) -> bool:
    return _fits(as_object(value), {"name": _text, "description": _text}, _MANIFEST_REST)


_WORD = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_NUMBER = r"(?:0|[1-9][0-9]*)"
_BUNDLE = {
    "format": _text,
    "instance": _matching(r"ins_[0-9a-f]{32}"),
    "component_type": _KIND,
    "id": _matching(r"(?!(?:search|bulk-install|categories)\Z)[A-Za-z0-9][A-Za-z0-9_.-]{0,127}"),
    "source_tenant_id": _matching(r"[a-z0-9][a-z0-9-]{1,62}"),
    "version": _matching(rf"(?=.{{1,64}}\Z){_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_WORD}(?:\.{_WORD})*)?"),
    "digest": _digest,
    "published_at": _matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z"),
    "manifest": _manifest,
    "files": _list_of(_file),
}


def _check(fields: dict[str, Any]) -> None:
    _shaped(fields, _BUNDLE)
    numbers = fields["version"].partition("-")[0].split(".")
    if any(int(number) > 2**31 for number in numbers):
        raise BundleRefusedError("malformed", "a version's numbers are at most 2³¹")
    _check_files(fields["manifest"].get("files", []), fields["files"])
    covered = {**fields["manifest"], "id": fields["id"], "component_type": fields["component_type"]}
    covered = {name: value for name, value in covered.items() if name not in ("version", "marketplace_type")}
    if fields["digest"] != f"sha256:{hashlib.sha256(canonical(covered)).hexdigest()}":
        raise BundleRefusedError("digest_mismatch", "its content is not that of its digest")


def _check_files(entries: list[dict[str, Any]], files: list[dict[str, Any]]) -> None:
    """Files are those that the manifest names, in the byte order of their paths."""
    if len(files) > _FILES:
        raise BundleRefusedError("malformed", f"it has {len(files)} files, of at most {_FILES}")
    if len(entries) != len(files):
        raise BundleRefusedError("digest_mismatch", "its files are not those that the manifest names")
    last, taken = "", set[bytes]()
    for entry, file in zip(entries, files, strict=True):
        path = file["path"]
        _check_path(path)
        if path <= last:
            raise BundleRefusedError("bad_path", "a path is not in its place by the order of bytes")
        last = path
        # Only the letters of ASCII, as disks that do not mind the case at least agree on.
        if (lower := path.encode().lower()) in taken:
            raise BundleRefusedError("bad_path", "two paths differ by case alone")
        taken.add(lower)
        content = file["content"].encode() if file.get("encoding", "utf-8") == "utf-8" else _base64(file["content"])
        named = {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        if {name: entry[name] for name in named} != named:
            raise BundleRefusedError("digest_mismatch", "a file is not the one that the manifest names")


_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[1-9])(?:\.|\Z)", re.IGNORECASE | re.ASCII)


def _check_path(path: str) -> None:
    """Whether a path stays in its folder, and means one file on every system."""
    odd = len(path) > 255 or re.search(r'[\x00-\x1f\x7f\\:*?"<>|]', path)
    for part in path.split("/"):
        odd = odd or part in ("", ".", "..") or part[0] == " " or part[-1] in " ." or _DEVICE.match(part)
    if odd:
        raise BundleRefusedError("bad_path", "a path does not stay in its folder, or is no name on some systems")
