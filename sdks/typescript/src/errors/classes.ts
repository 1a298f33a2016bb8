// One class for each code that a program may want to tell apart.

import type { FieldError, Finding, Kind, MissingDependency } from '../generated/types/index.js';
import { mark, MarketplaceError } from './base.js';

/** One of several components that share an id. */
export interface Candidate {
  /** Its publisher. */
  sourceTenantId: string;
  /** Its name. */
  name?: string;
  [field: string]: unknown;
}

/** 429: no requests are left in this window; `retryAfter` says for how many seconds. */
export class RateLimitError extends MarketplaceError {
  static override readonly code: string = 'RATE_LIMIT_EXCEEDED';
  declare readonly code: 'RATE_LIMIT_EXCEEDED';
  static {
    mark(this, 'RateLimitError');
  }

  /** Requests in a window. */
  get limit(): number | undefined {
    return this.number('limit');
  }

  /** How long a window is, such as `hour`. */
  get window(): string | undefined {
    return this.text('window');
  }
}

/** 404: no such tenant, or the token is not of it. */
export class TenantNotFoundError extends MarketplaceError {
  static override readonly code: string = 'TENANT_NOT_FOUND';
  declare readonly code: 'TENANT_NOT_FOUND';
  static {
    mark(this, 'TenantNotFoundError');
  }
}

/** 404: no such component that the caller may see. */
export class ComponentNotFoundError extends MarketplaceError {
  static override readonly code: string = 'COMPONENT_NOT_FOUND';
  declare readonly code: 'COMPONENT_NOT_FOUND';
  static {
    mark(this, 'ComponentNotFoundError');
  }

  /** Its kind. */
  get componentType(): Kind | undefined {
    return this.text('component_type') as Kind | undefined;
  }

  /** The id that was asked for. */
  get componentId(): string | undefined {
    return this.text('component_id');
  }
}

/** 403: the credential lacks a scope. */
export class InsufficientPermissionsError extends MarketplaceError {
  static override readonly code: string = 'INSUFFICIENT_PERMISSIONS';
  declare readonly code: 'INSUFFICIENT_PERMISSIONS';
  static {
    mark(this, 'InsufficientPermissionsError');
  }

  /** The scope it lacks, such as `components:install`. */
  get requiredPermission(): string | undefined {
    return this.text('required_permission');
  }
}

/** 400: the plan has no room for another agent. */
export class AgentLimitExceededError extends MarketplaceError {
  static override readonly code: string = 'AGENT_LIMIT_EXCEEDED';
  declare readonly code: 'AGENT_LIMIT_EXCEEDED';
  static {
    mark(this, 'AgentLimitExceededError');
  }

  /** Agents there is room for. */
  get limit(): number | undefined {
    return this.number('limit');
  }

  /** Agents that are installed. */
  get installed(): number | undefined {
    return this.number('installed');
  }
}

/** 400: `installConfig` does not satisfy the `configSchema` of the component. */
export class InvalidConfigurationError extends MarketplaceError {
  static override readonly code: string = 'INVALID_CONFIGURATION';
  declare readonly code: 'INVALID_CONFIGURATION';
  static {
    mark(this, 'InvalidConfigurationError');
  }

  /** What is wrong, and where; paths are those of the wire. */
  get errors(): FieldError[] {
    return this.list('errors', 'FieldError');
  }
}

/** 400: a component or capability that is needed is not installed. */
export class DependencyMissingError extends MarketplaceError {
  static override readonly code: string = 'DEPENDENCY_MISSING';
  declare readonly code: 'DEPENDENCY_MISSING';
  static {
    mark(this, 'DependencyMissingError');
  }

  /** What is missing; a capability has the `componentType` `capability`. */
  get missing(): MissingDependency[] {
    return this.list('missing', 'MissingDependency');
  }
}

/** 403: the plan of the tenant does not cover it. */
export class PlanRestrictedError extends MarketplaceError {
  static override readonly code: string = 'PLAN_RESTRICTED';
  declare readonly code: 'PLAN_RESTRICTED';
  static {
    mark(this, 'PlanRestrictedError');
  }

  /** The least plan that does. */
  get requiredPlan(): string | undefined {
    return this.text('required_plan');
  }

  /** The plan of the tenant. */
  get plan(): string | undefined {
    return this.text('plan');
  }
}

/** 400: the signature of a webhook does not match, or is too old. */
export class WebhookVerificationError extends MarketplaceError {
  static override readonly code: string = 'WEBHOOK_VERIFICATION_FAILED';
  declare readonly code: 'WEBHOOK_VERIFICATION_FAILED';
  static {
    mark(this, 'WebhookVerificationError');
  }
}

/** 401: the federation key is unknown or deleted. */
export class FederationKeyInvalidError extends MarketplaceError {
  static override readonly code: string = 'FEDERATION_KEY_INVALID';
  declare readonly code: 'FEDERATION_KEY_INVALID';
  static {
    mark(this, 'FederationKeyInvalidError');
  }
}

/** 400: the request is wrong, said by the server or before it was sent. */
export class InvalidRequestError extends MarketplaceError {
  static override readonly code: string = 'INVALID_REQUEST';
  declare readonly code: 'INVALID_REQUEST';
  static {
    mark(this, 'InvalidRequestError');
  }

  /** What is wrong, and where; paths are those of the wire. */
  get fields(): FieldError[] {
    return this.list('fields', 'FieldError');
  }
}

/** 400: an automated check blocks this publication. */
export class ChecksFailedError extends MarketplaceError {
  static override readonly code: string = 'CHECKS_FAILED';
  declare readonly code: 'CHECKS_FAILED';
  static {
    mark(this, 'ChecksFailedError');
  }

  /** What the checks found. */
  get findings(): Finding[] {
    return this.list('findings', 'Finding');
  }
}

/** 401: no valid credential. */
export class UnauthenticatedError extends MarketplaceError {
  static override readonly code: string = 'UNAUTHENTICATED';
  declare readonly code: 'UNAUTHENTICATED';
  static {
    mark(this, 'UnauthenticatedError');
  }
}

/** 403: the plan allows no more of something. */
export class QuotaExceededError extends MarketplaceError {
  static override readonly code: string = 'QUOTA_EXCEEDED';
  declare readonly code: 'QUOTA_EXCEEDED';
  static {
    mark(this, 'QuotaExceededError');
  }

  /** Of what, such as `storage`. */
  get resource(): string | undefined {
    return this.text('resource');
  }

  /** How much there may be. */
  get limit(): number | undefined {
    return this.number('limit');
  }

  /** How much there is. */
  get used(): number | undefined {
    return this.number('used');
  }
}

/** 404: no such route, or no such thing that is no component. */
export class NotFoundError extends MarketplaceError {
  static override readonly code: string = 'NOT_FOUND';
  declare readonly code: 'NOT_FOUND';
  static {
    mark(this, 'NotFoundError');
  }
}

/** 405: the route has no such method. */
export class MethodNotAllowedError extends MarketplaceError {
  static override readonly code: string = 'METHOD_NOT_ALLOWED';
  declare readonly code: 'METHOD_NOT_ALLOWED';
  static {
    mark(this, 'MethodNotAllowedError');
  }
}

/** 409: it contradicts what is there. */
export class ConflictError extends MarketplaceError {
  static override readonly code: string = 'CONFLICT';
  declare readonly code: 'CONFLICT';
  static {
    mark(this, 'ConflictError');
  }
}

/** 409: that version is published with other content. */
export class VersionExistsError extends MarketplaceError {
  static override readonly code: string = 'VERSION_EXISTS';
  declare readonly code: 'VERSION_EXISTS';
  static {
    mark(this, 'VersionExistsError');
  }
}

/** 409: several publishers have that id; name one by `sourceTenantId`. */
export class AmbiguousComponentError extends MarketplaceError {
  static override readonly code: string = 'AMBIGUOUS_COMPONENT';
  declare readonly code: 'AMBIGUOUS_COMPONENT';
  static {
    mark(this, 'AmbiguousComponentError');
  }

  /** Those who have it. */
  get candidates(): Candidate[] {
    return this.list('candidates', 'Candidate');
  }
}

/** 412: it was changed since it was read. */
export class PreconditionFailedError extends MarketplaceError {
  static override readonly code: string = 'PRECONDITION_FAILED';
  declare readonly code: 'PRECONDITION_FAILED';
  static {
    mark(this, 'PreconditionFailedError');
  }
}

/** 413: the body is over the limit. */
export class PayloadTooLargeError extends MarketplaceError {
  static override readonly code: string = 'PAYLOAD_TOO_LARGE';
  declare readonly code: 'PAYLOAD_TOO_LARGE';
  static {
    mark(this, 'PayloadTooLargeError');
  }
}

/** 415: the body is no JSON. */
export class UnsupportedMediaTypeError extends MarketplaceError {
  static override readonly code: string = 'UNSUPPORTED_MEDIA_TYPE';
  declare readonly code: 'UNSUPPORTED_MEDIA_TYPE';
  static {
    mark(this, 'UnsupportedMediaTypeError');
  }
}

/** 422: the idempotency key was used for another request. */
export class IdempotencyKeyReusedError extends MarketplaceError {
  static override readonly code: string = 'IDEMPOTENCY_KEY_REUSED';
  declare readonly code: 'IDEMPOTENCY_KEY_REUSED';
  static {
    mark(this, 'IdempotencyKeyReusedError');
  }
}

/** 500: the server failed; its log knows more under the `requestId`. */
export class InternalError extends MarketplaceError {
  static override readonly code: string = 'INTERNAL';
  declare readonly code: 'INTERNAL';
  static {
    mark(this, 'InternalError');
  }
}

/** 503: the server cannot answer now; `retryAfter` may say for how long. */
export class UnavailableError extends MarketplaceError {
  static override readonly code: string = 'UNAVAILABLE';
  declare readonly code: 'UNAVAILABLE';
  static {
    mark(this, 'UnavailableError');
  }
}

/** No answer came, or it was cut: the `cause` says why. */
export class ConnectionFailedError extends MarketplaceError {
  static override readonly code: string = 'CONNECTION_FAILED';
  declare readonly code: 'CONNECTION_FAILED';
  static {
    mark(this, 'ConnectionFailedError');
  }
}

/** No complete answer came within `timeout`. */
export class RequestTimeoutError extends MarketplaceError {
  static override readonly code: string = 'TIMEOUT';
  declare readonly code: 'TIMEOUT';
  static {
    mark(this, 'RequestTimeoutError');
  }
}

/** The `signal` of the caller ended the request. */
export class RequestAbortedError extends MarketplaceError {
  static override readonly code: string = 'ABORTED';
  declare readonly code: 'ABORTED';
  static {
    mark(this, 'RequestAbortedError');
  }
}

/** The answer is not what this API answers: something else may be at that address. */
export class UnexpectedResponseError extends MarketplaceError {
  static override readonly code: string = 'UNEXPECTED_RESPONSE';
  declare readonly code: 'UNEXPECTED_RESPONSE';
  static {
    mark(this, 'UnexpectedResponseError');
  }
}
