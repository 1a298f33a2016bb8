// Makes errors out of answers, and out of arguments that are wrong.

import type { JsonObject } from '../generated/types/index.js';
import { MarketplaceError } from './base.js';
import {
  AgentLimitExceededError,
  AmbiguousComponentError,
  ChecksFailedError,
  ComponentNotFoundError,
  ConflictError,
  DependencyMissingError,
  FederationKeyInvalidError,
  IdempotencyKeyReusedError,
  InsufficientPermissionsError,
  InternalError,
  InvalidConfigurationError,
  InvalidRequestError,
  NotFoundError,
  MethodNotAllowedError,
  PayloadTooLargeError,
  PlanRestrictedError,
  PreconditionFailedError,
  QuotaExceededError,
  RateLimitError,
  RequestTimeoutError,
  TenantNotFoundError,
  UnauthenticatedError,
  UnavailableError,
  UnsupportedMediaTypeError,
  VersionExistsError,
  WebhookVerificationError,
} from './classes.js';

/** Classes by the code the API answers. */
const BY_CODE = new Map(
  [
    RateLimitError,
    TenantNotFoundError,
    ComponentNotFoundError,
    InsufficientPermissionsError,
    AgentLimitExceededError,
    InvalidConfigurationError,
    DependencyMissingError,
    PlanRestrictedError,
    WebhookVerificationError,
    FederationKeyInvalidError,
    InvalidRequestError,
    ChecksFailedError,
    UnauthenticatedError,
    QuotaExceededError,
    NotFoundError,
    MethodNotAllowedError,
    ConflictError,
    VersionExistsError,
    AmbiguousComponentError,
    PreconditionFailedError,
    PayloadTooLargeError,
    IdempotencyKeyReusedError,
    InternalError,
    UnavailableError,
    UnsupportedMediaTypeError,
    RequestTimeoutError,
  ].map((errorClass) => [errorClass.code, errorClass]),
);

/** The code of an answer that does not say one: it is not the API's, but that of something on the way. */
const BY_STATUS: Readonly<Record<number, string>> = {
  304: 'NOT_MODIFIED',
  400: 'INVALID_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMIT_EXCEEDED',
  503: 'UNAVAILABLE',
};

/** The error that an answer stands for. */
export function errorOf(
  status: number,
  headers: Headers,
  body: unknown,
  retryAfter: number | undefined,
): MarketplaceError {
  const envelope = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const { code, message, details, request_id: requestId } = envelope;
  const known =
    typeof code === 'string' ? code : (BY_STATUS[status] ?? (status >= 500 ? 'INTERNAL' : 'UNEXPECTED_RESPONSE'));
  const ErrorClass = BY_CODE.get(known) ?? MarketplaceError;
  return new ErrorClass(typeof message === 'string' ? message : `The server answered ${status} without saying why.`, {
    code: known,
    details: isRecord(details) ? details : {},
    status,
    requestId: typeof requestId === 'string' ? requestId : (headers.get('x-request-id') ?? undefined),
    retryAfter,
  });
}

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An argument is wrong: said before anything is sent. */
export function invalidRequest(path: string, message: string): InvalidRequestError {
  return new InvalidRequestError(`${path}: ${message}`, { details: { fields: [{ path, message }] } });
}
