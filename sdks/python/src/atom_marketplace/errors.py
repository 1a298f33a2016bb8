"""What can go wrong, one class per error code, all of them a `MarketplaceError`.

`error_class` finds the class of a code; a code that this version does not know is a plain `MarketplaceError`.
"""

from __future__ import annotations

from typing import Any

from ._narrow import as_list

__all__ = [
    "AgentLimitExceededError",
    "AmbiguousComponentError",
    "ChecksFailedError",
    "ComponentNotFoundError",
    "ConflictError",
    "ConnectionFailedError",
    "DependencyMissingError",
    "FederationKeyInvalidError",
    "IdempotencyKeyReusedError",
    "InsufficientPermissionsError",
    "InternalError",
    "InvalidConfigurationError",
    "InvalidRequestError",
    "MarketplaceError",
    "MethodNotAllowedError",
    "NotFoundError",
    "PayloadTooLargeError",
    "PlanRestrictedError",
    "PreconditionFailedError",
    "QuotaExceededError",
    "RateLimitError",
    "RequestTimeoutError",
    "TenantNotFoundError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnexpectedResponseError",
    "UnsupportedMediaTypeError",
    "VersionExistsError",
    "WebhookVerificationError",
    "error_class",
]


class MarketplaceError(Exception):
    """Anything that went wrong between a call and its result.

    Attributes:
        code: Stable code, such as `COMPONENT_NOT_FOUND`. `CONNECTION_FAILED`, `TIMEOUT` and `UNEXPECTED_RESPONSE`
            are the client's own.
        message: What went wrong and what to do, for a person.
        details: Facts for programs; which ones depends on the code.
        status_code: The HTTP status, or None if no answer was received.
        request_id: Names the request in the server's log, or None if no answer was received.
        retry_after: Seconds after which to try again, or None if the server did not say.
    """

    code: str = "UNEXPECTED_RESPONSE"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: dict[str, Any] | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details: dict[str, Any] = details or {}
        self.status_code = status_code
        self.request_id = request_id
        self.retry_after: float | None = self._number("retry_after") if retry_after is None else retry_after

    @property
    def component_type(self) -> str | None:
        """The kind of the component it is about, if it is about one."""
        return self._text("component_type")

    @property
    def component_id(self) -> str | None:
        """The id of the component it is about, if it is about one."""
        return self._text("component_id")

    @property
    def required_permission(self) -> str | None:
        """The scope that the credential lacks, such as `components:publish`."""
        return self._text("required_permission")

    def _text(self, name: str) -> str | None:
        value = self.details.get(name)
        return value if isinstance(value, str) else None

    def _number(self, name: str) -> float | None:
        value = self.details.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def _list(self, name: str) -> list[Any]:
        return as_list(self.details.get(name)) or []

    def __str__(self) -> str:
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.code}: {self.message}{request}"

    def __reduce__(self) -> tuple[Any, ...]:
        state = {
            "code": self.code,
            "details": self.details,
            "status_code": self.status_code,
            "request_id": self.request_id,
            "retry_after": self.retry_after,
        }
        return _restore, (type(self), self.message, state)


def _restore(cls: type[MarketplaceError], message: str, state: dict[str, Any]) -> MarketplaceError:
    return cls(message, **state)


class RateLimitError(MarketplaceError):
    """The caller's requests of this window are spent; `retry_after` says when there are new ones. HTTP 429."""

    code = "RATE_LIMIT_EXCEEDED"


class InvalidRequestError(MarketplaceError):
    """A field, a parameter or an id is wrong, or a required one is missing. HTTP 400, or found before sending."""

    code = "INVALID_REQUEST"

    @property
    def fields(self) -> list[dict[str, Any]]:
        """What is wrong: `{"path", "message"}` for each field."""
        return self._list("fields")


class ChecksFailedError(InvalidRequestError):
    """An automated check blocks the publication. HTTP 400."""

    code = "CHECKS_FAILED"

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found: `{"check", "severity", "path", "message"}` for each finding."""
        return self._list("findings")


class InvalidConfigurationError(InvalidRequestError):
    """`install_config` does not satisfy the component's `config_schema`. HTTP 400."""

    code = "INVALID_CONFIGURATION"

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What is wrong with it: `{"path", "message"}` for each place."""
        return self._list("errors")


class DependencyMissingError(MarketplaceError):
    """The target lacks components or capabilities that this one needs. HTTP 400."""

    code = "DEPENDENCY_MISSING"

    @property
    def missing(self) -> list[dict[str, Any]]:
        """What is missing: `{"component_type", "id", "version"}`; a capability has the type `capability`."""
        return self._list("missing")


class AgentLimitExceededError(MarketplaceError):
    """The plan has no room for another agent; `details` has `limit` and `installed`. HTTP 400."""

    code = "AGENT_LIMIT_EXCEEDED"


class WebhookVerificationError(MarketplaceError):
    """A webhook's signature is wrong or its timestamp too old. HTTP 400, or found by `webhooks.unwrap`."""

    code = "WEBHOOK_VERIFICATION_FAILED"


class UnauthenticatedError(MarketplaceError):
    """There is no valid credential. HTTP 401."""

    code = "UNAUTHENTICATED"


class FederationKeyInvalidError(UnauthenticatedError):
    """The federation key is unknown or was deleted. HTTP 401."""

    code = "FEDERATION_KEY_INVALID"


class InsufficientPermissionsError(MarketplaceError):
    """The credential lacks a scope: `required_permission`. HTTP 403."""

    code = "INSUFFICIENT_PERMISSIONS"


class PlanRestrictedError(MarketplaceError):
    """The tenant's plan does not include it. HTTP 403."""

    code = "PLAN_RESTRICTED"

    @property
    def required_plan(self) -> str | None:
        """The least plan that includes it."""
        return self._text("required_plan")


class QuotaExceededError(MarketplaceError):
    """A quota of the plan is spent; `details` has `resource`, `limit` and `used`. HTTP 403."""

    code = "QUOTA_EXCEEDED"


class NotFoundError(MarketplaceError):
    """There is no such thing, or none that the caller may see. HTTP 404."""

    code = "NOT_FOUND"


class ComponentNotFoundError(NotFoundError):
    """There is no such component, or none that the caller may see: `component_type`, `component_id`. HTTP 404."""

    code = "COMPONENT_NOT_FOUND"


class TenantNotFoundError(NotFoundError):
    """There is no such tenant, or the credential is not of it. HTTP 404."""

    code = "TENANT_NOT_FOUND"


class MethodNotAllowedError(MarketplaceError):
    """The route exists, but not with this method. HTTP 405."""

    code = "METHOD_NOT_ALLOWED"


class ConflictError(MarketplaceError):
    """It cannot be done as things are now. HTTP 409."""

    code = "CONFLICT"


class VersionExistsError(ConflictError):
    """The version was published already, with other content. HTTP 409."""

    code = "VERSION_EXISTS"


class AmbiguousComponentError(ConflictError):
    """Several publishers have that id: say which one with `source_tenant_id`. HTTP 409."""

    code = "AMBIGUOUS_COMPONENT"

    @property
    def candidates(self) -> list[Any]:
        """The components it may be."""
        return self._list("candidates")


class PreconditionFailedError(MarketplaceError):
    """It has changed since the ETag in `if_match`. HTTP 412."""

    code = "PRECONDITION_FAILED"


class PayloadTooLargeError(MarketplaceError):
    """The request's body is too large: 1 MiB, or 10 MiB for a publication. HTTP 413."""

    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaTypeError(MarketplaceError):
    """The request's body is no JSON. HTTP 415."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class IdempotencyKeyReusedError(MarketplaceError):
    """The idempotency key was used for another request. HTTP 422."""

    code = "IDEMPOTENCY_KEY_REUSED"


class InternalError(MarketplaceError):
    """The server failed; `request_id` finds out why in its log. HTTP 500."""

    code = "INTERNAL"


class UnavailableError(MarketplaceError):
    """The server cannot answer now. HTTP 503."""

    code = "UNAVAILABLE"


class ConnectionFailedError(MarketplaceError):
    """No answer was received: the server cannot be reached, or the connection broke. The cause is in `__cause__`."""

    code = "CONNECTION_FAILED"
    retryable = True
    """Whether another attempt could succeed."""


class RequestTimeoutError(ConnectionFailedError):
    """No answer was received in time."""

    code = "TIMEOUT"


class UnexpectedResponseError(MarketplaceError):
    """The answer is none of this API's: a proxy's page, say, or the wrong `base_url`."""

    code = "UNEXPECTED_RESPONSE"


def _classes(cls: type[MarketplaceError]) -> dict[str, type[MarketplaceError]]:
    found: dict[str, type[MarketplaceError]] = {}
    for child in cls.__subclasses__():
        found[child.code] = child
        found.update(_classes(child))
    return found


_BY_CODE = _classes(MarketplaceError)


def error_class(code: str) -> type[MarketplaceError]:
    """The class of errors with this code; `MarketplaceError` for one that this version does not know."""
    return _BY_CODE.get(code, MarketplaceError)
