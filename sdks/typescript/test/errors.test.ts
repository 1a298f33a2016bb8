// What goes wrong, and what the error says of it.

import { expect, test } from 'vitest';

import * as sdk from '@atom-saas/marketplace-sdk';
import { MarketplaceClient, MarketplaceError } from '@atom-saas/marketplace-sdk';

import { answer, failure, faults } from './support/faults.js';

const client = (baseUrl: string): MarketplaceClient => new MarketplaceClient({ baseUrl, maxRetries: 0 });

async function failed(call: Promise<unknown>): Promise<MarketplaceError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MarketplaceError)) throw new Error('did not fail as it should');
  return error;
}

const missing = { component_type: 'skill', id: 's', version: '^1.0', required_by: ['a'], reason: 'not_installed' };

test.each([
  [
    429,
    'RATE_LIMIT_EXCEEDED',
    sdk.RateLimitError,
    { retry_after: 60, limit: 10000, window: 'hour' },
    { retryAfter: 60, limit: 10000, window: 'hour' },
  ],
  [404, 'TENANT_NOT_FOUND', sdk.TenantNotFoundError, {}, {}],
  [
    404,
    'COMPONENT_NOT_FOUND',
    sdk.ComponentNotFoundError,
    { component_type: 'agent', component_id: 'a' },
    { componentType: 'agent', componentId: 'a' },
  ],
  [
    403,
    'INSUFFICIENT_PERMISSIONS',
    sdk.InsufficientPermissionsError,
    { required_permission: 'components:install' },
    { requiredPermission: 'components:install' },
  ],
  [400, 'AGENT_LIMIT_EXCEEDED', sdk.AgentLimitExceededError, { limit: 5, installed: 5 }, { limit: 5, installed: 5 }],
  [
    400,
    'INVALID_CONFIGURATION',
    sdk.InvalidConfigurationError,
    { errors: [{ path: '/x', message: 'm' }] },
    { errors: [{ path: '/x', message: 'm' }] },
  ],
  [
    400,
    'DEPENDENCY_MISSING',
    sdk.DependencyMissingError,
    { missing: [missing] },
    { missing: [{ componentType: 'skill', id: 's', version: '^1.0', requiredBy: ['a'], reason: 'not_installed' }] },
  ],
  [
    403,
    'PLAN_RESTRICTED',
    sdk.PlanRestrictedError,
    { required_plan: 'team', plan: 'free' },
    { requiredPlan: 'team', plan: 'free' },
  ],
  [400, 'WEBHOOK_VERIFICATION_FAILED', sdk.WebhookVerificationError, {}, {}],
  [401, 'FEDERATION_KEY_INVALID', sdk.FederationKeyInvalidError, {}, {}],
  [
    400,
    'INVALID_REQUEST',
    sdk.InvalidRequestError,
    { fields: [{ path: 'name', message: 'm' }] },
    { fields: [{ path: 'name', message: 'm' }] },
  ],
  [400, 'CHECKS_FAILED', sdk.ChecksFailedError, { findings: [{ check: 'c' }] }, { findings: [{ check: 'c' }] }],
  [401, 'UNAUTHENTICATED', sdk.UnauthenticatedError, {}, {}],
  [
    403,
    'QUOTA_EXCEEDED',
    sdk.QuotaExceededError,
    { resource: 'storage', limit: 1, used: 2 },
    { resource: 'storage', limit: 1, used: 2 },
  ],
  [404, 'NOT_FOUND', sdk.NotFoundError, {}, {}],
  [405, 'METHOD_NOT_ALLOWED', sdk.MethodNotAllowedError, {}, {}],
  [409, 'CONFLICT', sdk.ConflictError, {}, {}],
  [409, 'VERSION_EXISTS', sdk.VersionExistsError, {}, {}],
  [
    409,
    'AMBIGUOUS_COMPONENT',
    sdk.AmbiguousComponentError,
    { candidates: [{ source_tenant_id: 'acme' }] },
    { candidates: [{ sourceTenantId: 'acme' }] },
  ],
  [412, 'PRECONDITION_FAILED', sdk.PreconditionFailedError, {}, {}],
  [413, 'PAYLOAD_TOO_LARGE', sdk.PayloadTooLargeError, {}, {}],
  [415, 'UNSUPPORTED_MEDIA_TYPE', sdk.UnsupportedMediaTypeError, {}, {}],
  [422, 'IDEMPOTENCY_KEY_REUSED', sdk.IdempotencyKeyReusedError, {}, {}],
  [500, 'INTERNAL', sdk.InternalError, {}, {}],
  [503, 'UNAVAILABLE', sdk.UnavailableError, { retry_after: 3 }, { retryAfter: 3 }],
  [418, 'A_CODE_OF_TOMORROW', MarketplaceError, { some: 1 }, {}],
] as const)('%i %s', async (status, code, ErrorClass, details, facts) => {
  const { baseUrl } = await faults(failure(status, code, details));
  const error = await failed(client(baseUrl).listAgents());
  expect(error).toBeInstanceOf(ErrorClass);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code, status, details, message: `${code}.`, requestId: 'req_1', ...facts });
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    name: error.name,
    code,
    status,
    details,
    requestId: 'req_1',
  });
  // Each class is that of its own errors alone.
  const others = [sdk.RateLimitError, sdk.NotFoundError, sdk.ConnectionFailedError].filter(
    (other) => (other as unknown) !== ErrorClass,
  );
  for (const other of others) expect(error instanceof other).toBe(false);
});

test('details that are not what they should be are no facts', () => {
  const error = new sdk.ComponentNotFoundError('m', { details: { component_id: 7, component_type: null } });
  expect([error.componentId, error.componentType]).toEqual([undefined, undefined]);
  expect(new sdk.DependencyMissingError('m').missing).toEqual([]);
});

test('a class of the caller’s own is what it is', () => {
  class Mine extends sdk.RateLimitError {}
  const mine = new Mine('m', { retryAfter: 1 });
  expect([mine instanceof Mine, mine instanceof sdk.RateLimitError, mine instanceof MarketplaceError]).toEqual([
    true,
    true,
    true,
  ]);
  expect(new sdk.RateLimitError('m') instanceof Mine).toBe(false);
  expect(mine.code).toBe('RATE_LIMIT_EXCEEDED');
  for (const value of [null, undefined, 'x', 7, {}, new Error('x')])
    expect(value instanceof MarketplaceError).toBe(false);
});

test.each([
  [502, 'text/html', '<h1>Bad gateway</h1>', 'INTERNAL'],
  [503, 'text/plain', '', 'UNAVAILABLE'],
  [401, 'text/plain', 'no', 'UNAUTHENTICATED'],
  [404, 'application/json', '{"error":"a string"}', 'NOT_FOUND'],
  [200, 'text/html', '<h1>Welcome</h1>', 'UNEXPECTED_RESPONSE'],
  [200, 'application/json', '[]', 'UNEXPECTED_RESPONSE'],
  [200, 'application/json', '', 'UNEXPECTED_RESPONSE'],
])('an answer that is not the API’s: %i %s %s', async (status, type, body, code) => {
  const { baseUrl } = await faults((_, response) => {
    response.writeHead(status, { 'content-type': type, 'x-request-id': 'req_2' }).end(body);
  });
  const error = await failed(client(baseUrl).listAgents());
  expect(error).toMatchObject({ code, status, requestId: 'req_2' });
});

test('a redirect is not followed: it could lead the credential anywhere', async () => {
  const elsewhere = await faults(answer(200, {}));
  const { baseUrl } = await faults(answer(307, {}, { location: `${elsewhere.baseUrl}/x` }));
  expect(await failed(client(baseUrl).getAgent('a'))).toMatchObject({ code: 'UNEXPECTED_RESPONSE', status: 307 });
  expect(elsewhere.received).toHaveLength(0);
});
