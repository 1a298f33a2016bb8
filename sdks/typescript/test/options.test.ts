// What the client is told, what it sends because of it, and what it never says.

import { inspect } from 'node:util';

import { afterEach, expect, test, vi } from 'vitest';

import { MarketplaceClient, VERSION, type ClientOptions, type Logger } from '@atom-saas/marketplace-sdk';

import packageJson from '../package.json' with { type: 'json' };
import { answer, cut, faults } from './support/faults.js';
import { recording } from './support/recording.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const SECRET = 'at_saas_very_secret';

test('the version is that of the package', () => {
  expect(VERSION).toBe(packageJson.version);
});

test('credentials become headers', async () => {
  const headersOf = async (options: ClientOptions): Promise<Record<string, string>> => {
    const { client, sent } = recording(undefined, { apiToken: undefined, logLevel: 'off', ...options });
    await client.listAgents();
    return Object.fromEntries(sent[0]?.headers ?? []);
  };
  const common = { accept: 'application/json', 'user-agent': `atom-marketplace-typescript/${VERSION}` };
  expect(await headersOf({})).toEqual(common);
  expect(await headersOf({ apiToken: 'at_saas_x', tenantId: 'acme' })).toEqual({
    ...common,
    authorization: 'Bearer at_saas_x',
    'x-tenant-id': 'acme',
  });
  expect(await headersOf({ adminKey: 'k', tenantId: 'acme' })).toEqual({
    ...common,
    'x-admin-key': 'k',
    'x-tenant-id': 'acme',
  });
  expect(await headersOf({ federationKey: 'sk-fed-x', federationSource: 'https://me.example.com' })).toEqual({
    ...common,
    'x-federation-key': 'sk-fed-x',
    'x-federation-source': 'https://me.example.com',
  });
  expect(await headersOf({ headers: { 'X-Mine': '1' } })).toEqual({ ...common, 'x-mine': '1' });
});

test('the environment fills in what is not given', async () => {
  vi.stubEnv('ATOM_BASE_URL', 'https://env.example.com/api/');
  vi.stubEnv('ATOM_TENANT_ID', 'env-tenant');
  vi.stubEnv('ATOM_API_TOKEN', 'at_saas_env');
  const { client, sent } = recording(undefined, { baseUrl: undefined, apiToken: undefined });
  await client.listAgents();
  expect(client.baseUrl).toBe('https://env.example.com/api');
  expect(sent[0]?.url.href).toBe('https://env.example.com/api/agent-marketplace/agents');
  expect([sent[0]?.headers.get('authorization'), sent[0]?.headers.get('x-tenant-id')]).toEqual([
    'Bearer at_saas_env',
    'env-tenant',
  ]);

  const nobody = recording(undefined, { apiToken: null, tenantId: null });
  await nobody.client.listAgents();
  expect([nobody.sent[0]?.headers.has('authorization'), nobody.sent[0]?.headers.has('x-tenant-id')]).toEqual([
    false,
    false,
  ]);
  // Another credential stands in for the environment's token, not beside it.
  const other = recording(undefined, { apiToken: undefined, adminKey: 'k', logLevel: 'off' });
  await other.client.listAgents();
  expect([other.sent[0]?.headers.has('authorization'), other.sent[0]?.headers.get('x-admin-key')]).toEqual([
    false,
    'k',
  ]);
});

const base = { baseUrl: 'https://marketplace.example.com/api' };

test.each<[string, ClientOptions]>([
  ['baseUrl', {}],
  ['baseUrl', { baseUrl: 'marketplace' }],
  ['baseUrl', { baseUrl: 'ftp://example.com/api' }],
  ['baseUrl', { baseUrl: 'https://user:password@example.com/api' }],
  ['baseUrl', { baseUrl: 'https://example.com/api?x=1' }],
  ['adminKey', { ...base, apiToken: 'a', adminKey: 'b' }],
  ['federationKey', { ...base, apiToken: 'a', federationKey: 'b' }],
  ['timeout', { ...base, timeout: 0 }],
  ['maxRetries', { ...base, maxRetries: -1 }],
  ['apiToken', { ...base, apiToken: `${SECRET}\n` }],
])('%s is wrong: %j', (name, options) => {
  const make = (): MarketplaceClient => new MarketplaceClient(options);
  expect(make).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', fields: [expect.objectContaining({ path: name })] }),
  );
  expect(make).not.toThrow(SECRET);
});

test('the base URL keeps its path', async () => {
  for (const baseUrl of [
    'https://example.com/api',
    'https://example.com/api/',
    'https://example.com/prefix/api/test//',
  ]) {
    const { client, sent } = recording(undefined, { baseUrl });
    await client.listAgents();
    expect(sent[0]?.url.href).toBe(`${baseUrl.replace(/\/+$/, '')}/agent-marketplace/agents`);
  }
});

test('the routes of the test environment are there once, and go without a credential', async () => {
  for (const baseUrl of ['https://example.com/api', 'https://example.com/api/test']) {
    const { client, sent } = recording({}, { baseUrl, tenantId: 'acme' });
    await client.testReset();
    expect(sent[0]?.url.href).toBe('https://example.com/api/test/reset');
    expect(sent[0]?.headers.get('x-test-secret')).toBe('test-secret-key');
    expect(sent[0]?.headers.has('authorization')).toBe(false);
  }
});

test('in a browser a credential is refused, unless told', async () => {
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('document', {});
  for (const credential of [{ apiToken: 'a' }, { adminKey: 'a' }, { federationKey: 'a' }]) {
    const options = { ...base, ...credential, logLevel: 'off' } as const;
    expect(() => new MarketplaceClient(options)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
    expect(() => new MarketplaceClient({ ...options, dangerouslyAllowBrowser: true })).not.toThrow();
  }
  const { client, sent } = recording(undefined, { apiToken: undefined });
  await client.listAgents();
  // A header of our own would make the browser ask for permission first.
  expect(sent[0]?.headers.has('user-agent')).toBe(false);
});

test('a request may have its own headers, or lack one', async () => {
  const { client, sent } = recording(undefined, { tenantId: 'acme' });
  await client.listAgents({}, { headers: { 'X-Tenant-ID': 'other', Authorization: null } });
  expect([sent[0]?.headers.get('x-tenant-id'), sent[0]?.headers.has('authorization')]).toEqual(['other', false]);
});

test('an admin key is warned of', () => {
  const warn = vi.fn();
  const logger = { ...console, warn };
  new MarketplaceClient({ ...base, adminKey: SECRET, logger });
  expect(warn).toHaveBeenCalledOnce();
  expect(String(warn.mock.calls[0])).toContain('production');
  expect(String(warn.mock.calls[0])).not.toContain(SECRET);
});

test('no log, no inspection and no error shows a secret or a body', async () => {
  const said: unknown[] = [];
  const keep = (...args: unknown[]): void => void said.push(args);
  const logger: Logger = { error: keep, warn: keep, info: keep, debug: keep };
  const { baseUrl } = await faults(
    cut,
    answer(201, { id: 'tok_1', token: `${SECRET}_made` }, { 'set-cookie': SECRET }),
    cut,
  );
  const client = new MarketplaceClient({ baseUrl, apiToken: SECRET, logger, logLevel: 'debug' });
  await client.installAgent('a', { installConfig: { apiKeys: { salesforce: SECRET } } });
  const error = await client
    .getAgent('a', {}, { headers: { 'X-API-Token': SECRET }, maxRetries: 0 })
    .catch((reason: unknown) => reason);
  const everything = inspect([said, client, error, JSON.stringify(client), JSON.stringify(error)], {
    depth: null,
    showHidden: true,
  });
  expect(said.length).toBeGreaterThan(4);
  expect(everything).toContain('/api/agent-marketplace/agents/a/install');
  expect(everything).not.toContain(SECRET);
});

test('a log is silent unless asked', async () => {
  const keep = vi.fn();
  const { baseUrl } = await faults(cut, answer(200, {}));
  const logger = { error: keep, warn: keep, info: keep, debug: keep };
  await new MarketplaceClient({ baseUrl, logger }).getAgent('a');
  expect(keep).not.toHaveBeenCalled();
  vi.stubEnv('ATOM_LOG', 'debug');
  await new MarketplaceClient({ baseUrl, logger }).getAgent('a');
  expect(keep).toHaveBeenCalled();
});

test('answers that are large are not kept, and the oldest make room', async () => {
  const asked: string[] = [];
  const body = JSON.stringify({ text: 'x'.repeat(1000 * 1000) });
  const { client } = recording(undefined, {
    fetch: (url, init) => {
      const known = new Headers(init.headers).get('if-none-match');
      asked.push(`${new URL(url).pathname.split('/').at(-1)} ${known}`);
      const large = url.endsWith('/large');
      if (known) return Promise.resolve(new Response(null, { status: 304 }));
      return Promise.resolve(
        new Response(large ? JSON.stringify({ text: body + body }) : body, { headers: { etag: '"1"' } }),
      );
    },
  });
  for (const id of ['large', 'large', 'a', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'a', 'i'])
    await client.getAgent(id);
  expect(asked.slice(0, 4)).toEqual(['large null', 'large null', 'a null', 'a "1"']);
  expect(asked.slice(-2)).toEqual(['a null', 'i "1"']);
});

test('one client in the name of several tenants keeps their answers apart', async () => {
  const asked: Array<string | null> = [];
  const { client } = recording(undefined, {
    fetch: (_, init) => {
      const headers = new Headers(init.headers);
      asked.push(headers.get('if-none-match'));
      return Promise.resolve(
        new Response(JSON.stringify({ id: headers.get('x-tenant-id') }), { headers: { etag: '"1"' } }),
      );
    },
  });
  for (const tenant of ['a', 'b']) {
    expect(await client.getAgent('x', {}, { headers: { 'X-Tenant-ID': tenant } })).toEqual({ id: tenant });
  }
  expect(asked).toEqual([null, null]);
});
