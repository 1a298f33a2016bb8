// What is sent again, when, and what never is.

import { expect, test } from 'vitest';

import { MarketplaceClient, type ClientOptions, type MarketplaceError } from '@atom-saas/marketplace-sdk';

import { answer, cut, failure, faults, half, silence, type Reaction } from './support/faults.js';

const done = answer(200, { id: 'a' });
const soon = { 'retry-after': '0' };

async function against(reactions: Reaction[], options: ClientOptions = {}) {
  const { baseUrl, received } = await faults(...reactions);
  const client = new MarketplaceClient({ baseUrl, apiToken: 'at_saas_x', logLevel: 'off', ...options });
  return { client, received };
}

const reasonOf = (call: Promise<unknown>): Promise<MarketplaceError> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as MarketplaceError,
  );

test.each<[string, Reaction]>([
  ['a connection that is cut', cut],
  ['an answer that ends halfway', half],
  ['408', failure(408, 'TIMEOUT')],
  ['409 in flight', failure(409, 'CONFLICT', {}, soon)],
  ['429', failure(429, 'RATE_LIMIT_EXCEEDED', {}, soon)],
  ['500', failure(500, 'INTERNAL')],
  ['502 of a proxy', (_, response) => void response.writeHead(502).end('<h1>')],
  ['503', failure(503, 'UNAVAILABLE', {}, soon)],
])('%s is sent again', async (_, fault) => {
  const { client, received } = await against([fault, done]);
  await expect(client.getAgent('a')).resolves.toEqual({ id: 'a' });
  expect(received).toHaveLength(2);
});

test.each([
  [400, 'INVALID_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PLAN_RESTRICTED'],
  [404, 'COMPONENT_NOT_FOUND'],
  [409, 'VERSION_EXISTS'],
  [412, 'PRECONDITION_FAILED'],
  [422, 'IDEMPOTENCY_KEY_REUSED'],
])('%i %s is not', async (status, code) => {
  const { client, received } = await against([failure(status, code)]);
  await expect(client.getAgent('a')).rejects.toMatchObject({ code });
  expect(received).toHaveLength(1);
});

test('after the last attempt its error is raised', async () => {
  const { client, received } = await against([failure(503, 'UNAVAILABLE', {}, soon)]);
  await expect(client.getAgent('a')).rejects.toMatchObject({ code: 'UNAVAILABLE', requestId: 'req_1' });
  expect(received).toHaveLength(3);
  await expect(client.getAgent('a', {}, { maxRetries: 4 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(received).toHaveLength(8);
  await expect(client.getAgent('a', {}, { maxRetries: 0 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(received).toHaveLength(9);
});

test('a POST or PATCH keeps its idempotency key and its bytes; other calls have other keys', async () => {
  const { client, received } = await against([cut, failure(500, 'INTERNAL'), done, cut, done]);
  await client.installAgent('a', { version: '1.0.0' });
  await client.updateInstallation('i', { version: '1.0.0' });
  const keys = received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(new Set(keys).size).toBe(2);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(received.slice(0, 3).map(({ body }) => body)).size).toBe(1);
});

test('an idempotency key of the caller is used', async () => {
  const { client, received } = await against([cut, done]);
  await client.installAgent('a', null, { idempotencyKey: 'mine' });
  expect(received.map(({ headers }) => headers['idempotency-key'])).toEqual(['mine', 'mine']);
});

test('Retry-After of 1 s is waited for', async () => {
  const { client, received } = await against([
    failure(429, 'RATE_LIMIT_EXCEEDED', { retry_after: 1 }, { 'retry-after': '1' }),
    done,
  ]);
  const started = performance.now();
  await client.getAgent('a');
  expect(performance.now() - started).toBeGreaterThan(990);
  expect(received).toHaveLength(2);
});

test.each<[string, () => Record<string, string>, object]>([
  ['in the header', () => ({ 'retry-after': '60' }), {}],
  ['in the details', () => ({}), { retry_after: 60 }],
  ['as a date', () => ({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }), {}],
])('a wait of 60 s %s is the caller’s: raised at once', async (_, headers, details) => {
  const { client, received } = await against([failure(429, 'RATE_LIMIT_EXCEEDED', details, headers())]);
  const started = performance.now();
  const error = await reasonOf(client.getAgent('a'));
  expect(performance.now() - started).toBeLessThan(1000);
  expect(error.name).toBe('RateLimitError');
  // A date has whole seconds, and is already a moment old.
  expect(error.retryAfter).toBeGreaterThan(57);
  expect(error.retryAfter).toBeLessThanOrEqual(60);
  expect(received).toHaveLength(1);
});

test('each attempt has the whole timeout', async () => {
  const { client, received } = await against([silence, done], { timeout: 200 });
  await expect(client.getAgent('a')).resolves.toEqual({ id: 'a' });
  expect(received).toHaveLength(2);
});

test('a timeout without an end is none that has passed', async () => {
  const { client, received } = await against([done]);
  await expect(client.getAgent('a', {}, { timeout: Infinity })).resolves.toEqual({ id: 'a' });
  expect(received).toHaveLength(1);
});

test('no answer in time, or half of one', async () => {
  const drip: Reaction = (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  for (const reaction of [silence, drip]) {
    const { client } = await against([reaction], { maxRetries: 0 });
    const error = await reasonOf(client.getAgent('a', {}, { timeout: 100 }));
    expect([error.name, error.code]).toEqual(['RequestTimeoutError', 'TIMEOUT']);
  }
});

test('nobody there', async () => {
  const client = new MarketplaceClient({ baseUrl: 'http://127.0.0.1:9/api', maxRetries: 1, logLevel: 'off' });
  const error = await reasonOf(client.listAgents());
  expect([error.name, error.code, error.status]).toEqual(['ConnectionFailedError', 'CONNECTION_FAILED', undefined]);
  expect(error.cause).toBeInstanceOf(Error);
});

test('the caller ends it: before, during, and between attempts', async () => {
  const { client, received } = await against([silence]);
  const reason = new Error('enough');
  expect(await reasonOf(client.getAgent('a', {}, { signal: AbortSignal.abort(reason) }))).toMatchObject({
    code: 'ABORTED',
    cause: reason,
  });
  expect(received).toHaveLength(0);

  const during = new AbortController();
  const running = reasonOf(client.getAgent('a', {}, { signal: during.signal }));
  await expect.poll(() => received.length).toBe(1);
  during.abort();
  expect(await running).toMatchObject({ name: 'RequestAbortedError', code: 'ABORTED' });

  const between = await against([failure(503, 'UNAVAILABLE', {}, { 'retry-after': '30' })]);
  const waiting = new AbortController();
  const started = performance.now();
  const stopped = reasonOf(between.client.getAgent('a', {}, { signal: waiting.signal }));
  await expect.poll(() => between.received.length).toBe(1);
  waiting.abort();
  expect(await stopped).toMatchObject({ code: 'ABORTED' });
  expect(performance.now() - started).toBeLessThan(5000);
});

test('options of a request that make no sense', async () => {
  const { client, received } = await against([done]);
  for (const options of [
    { timeout: 0 },
    { timeout: NaN },
    { maxRetries: -1 },
    { maxRetries: 1.5 },
    { headers: { 'a b': 'c' } },
  ]) {
    await expect(client.getAgent('a', {}, options)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  }
  expect(received).toHaveLength(0);
});
