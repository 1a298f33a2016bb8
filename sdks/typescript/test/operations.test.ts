// Every operation of openapi.json has a method, and the method sends that operation.

import { readFileSync } from 'node:fs';

import { expect, test, vi } from 'vitest';

import { MarketplaceClient, MarketplaceError } from '@atom-saas/marketplace-sdk';

import { recording } from './support/recording.js';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
}

interface Documented {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: { $ref: string } } } };
}

interface OpenApi {
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, { required?: string[] }> };
}

const openapi = JSON.parse(readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8')) as OpenApi;

/** Methods that the guide calls otherwise. */
const NAMES: Record<string, string> = { get_usage: 'getUsageStats' };

const operations = Object.entries(openapi.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs).map(([verb, operation]) => ({
    ...operation,
    path,
    verb: verb.toUpperCase(),
    name:
      NAMES[operation.operationId] ??
      operation.operationId.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    ids: (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name),
  })),
);

type AnyMethod = (...args: unknown[]) => Promise<unknown>;

const method = (client: MarketplaceClient, name: string): AnyMethod | undefined => {
  const found = (client as unknown as Record<string, AnyMethod | undefined>)[name];
  return found?.bind(client);
};

/** A value for each argument that is required. */
function argumentsOf({ ids, requestBody, parameters, operationId }: (typeof operations)[number]): unknown[] {
  const values: unknown[] = ids.map((id) => (id === 'kind' ? 'agent' : `some-${id.replaceAll('_', '-')}`));
  if (operationId.startsWith('rate_')) return [...values, 5];
  if (operationId.startsWith('bulk_install_')) return [...values, ['one']];
  const body =
    requestBody &&
    openapi.components.schemas[requestBody.content['application/json'].schema.$ref.split('/').at(-1) ?? ''];
  const query = (parameters ?? []).filter((parameter) => parameter.in === 'query' && parameter.required === true);
  const required = [...(body?.required ?? []), ...query.map((parameter) => parameter.name)];
  return required.length > 0 ? [...values, Object.fromEntries(required.map((name) => [name, 'x']))] : values;
}

test('the document has operations', () => {
  expect(operations.length).toBeGreaterThan(90);
});

test.each(operations)('$operationId', async (operation) => {
  const { client, sent } = recording();
  const call = method(client, operation.name);
  expect(call, `no method ${operation.name}`).toBeTypeOf('function');

  const ended = new AbortController();
  const values = operation.operationId === 'stream_events' ? [{ signal: ended.signal }] : argumentsOf(operation);
  // A page is no answer of most; what counts is what was sent.
  const asked = call?.(...values) as Promise<unknown> | AsyncGenerator;
  if ('next' in asked) {
    // A stream asks when it is read, and again when it ends.
    void asked.next().catch(() => undefined);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    ended.abort();
  } else {
    await asked.catch(() => undefined);
  }
  expect(sent).toHaveLength(1);
  expect(sent[0]?.method).toBe(operation.verb);
  const path = operation.ids.reduce(
    (text, id, index) => text.replace(`{${id}}`, String(values[index])),
    operation.path,
  );
  expect(sent[0]?.url.pathname).toBe(path);
  expect(sent[0]?.headers.has('idempotency-key')).toBe(operation.verb === 'POST' || operation.verb === 'PATCH');
});

const HOSTILE = [
  '',
  '.',
  '..',
  '../x',
  'a/b',
  'a\\b',
  '%2e%2e',
  'a?b',
  'a#b',
  'a b',
  'a\u0000',
  'é',
  undefined,
  null,
  7,
  {},
];

test.each(operations.filter(({ ids }) => ids.length > 0))('$operationId refuses what is no id', async (operation) => {
  const { client, sent } = recording();
  const ended = new AbortController();
  const values = operation.operationId === 'stream_events' ? [{ signal: ended.signal }] : argumentsOf(operation);
  for (const [index] of operation.ids.entries()) {
    for (const hostile of HOSTILE) {
      const call = method(client, operation.name)?.(...values.with(index, hostile));
      const error = await call?.catch((reason: unknown) => reason);
      expect(error, String(hostile)).toBeInstanceOf(MarketplaceError);
      expect((error as MarketplaceError).code).toBe('INVALID_REQUEST');
    }
  }
  expect(sent).toHaveLength(0);
});

test('ids that are routes of their own are refused, and only where they are', async () => {
  const { client, sent } = recording();
  for (const call of [
    () => client.getAgent('search'),
    () => client.getSkill('bulk-install'),
    () => client.installCanvas('categories'),
    () => client.getInstallation('lock'),
    () => client.deleteToken('current'),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  }
  expect(sent).toHaveLength(0);
  await client.getAgent('lock');
  await client.adminGetTenant('search');
  expect(sent.map(({ url }) => url.pathname)).toEqual([
    '/api/agent-marketplace/agents/lock',
    '/api/admin/tenants/search',
  ]);
});

test('a request without a method of its own', async () => {
  const { client, sent } = recording({ some_field: 1 });
  await expect(client.request('POST', '/some/route', { query: { page_size: 2 }, body: { aB: 1 } })).resolves.toEqual({
    some_field: 1,
  });
  expect(sent[0]?.url.href).toBe('https://marketplace.example.com/api/some/route?page_size=2');
  expect(sent[0]?.body).toEqual({ aB: 1 });
  for (const path of ['some', '/../x', '/a/%2e%2E/b', '/a\\..\\b', '/.\t./b', '/a?b']) {
    await expect(client.request('GET', path)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  }
  expect(sent).toHaveLength(1);
});
