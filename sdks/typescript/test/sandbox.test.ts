// The test environment of a server of its own: what the guide's "Testing Your Integration" promises.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { MarketplaceClient, RateLimitError } from '@atom-saas/marketplace-sdk';

import { startServer, type RunningServer } from './support/process.js';

let server: RunningServer;
let client: MarketplaceClient;

beforeAll(async () => {
  server = await startServer();
  client = new MarketplaceClient({
    baseUrl: `${server.url}/api/test`,
    tenantId: 'test-tenant-id',
    apiToken: 'test-api-token',
    logLevel: 'off',
  });
});

beforeEach(() => client.testReset());

afterAll(() => server.stop());

test('installing three times installs once', async () => {
  for (let time = 0; time < 3; time++) {
    expect((await client.installAgent('test-agent', 'test-tenant-id')).status).toBe('installed');
  }
  expect((await client.getUsageStats()).agentsInstalled).toBe(1);
});

test('signing in gives a token of the test tenant', async () => {
  const session = await client.testLogin({ email: 'test@example.com', password: 'testpassword' });
  const signedIn = client.withOptions({ apiToken: session.apiToken, tenantId: session.tenantId });
  expect((await signedIn.getTenant()).id).toBe('test-tenant-id');
  await expect(client.testLogin({ email: 'test@example.com', password: 'no' })).rejects.toMatchObject({ status: 401 });
});

test('a limit of 60 s is raised at once', async () => {
  await client.testSetRateLimit({ limit: 0, windowSeconds: 60 });
  const started = performance.now();
  const error = await client.listAgents().catch((reason: unknown) => reason);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(error).toBeInstanceOf(RateLimitError);
  expect((error as RateLimitError).retryAfter).toBe(60);
});

test('a limit of 1 s is waited for', async () => {
  await client.testSetRateLimit({ limit: 1, windowSeconds: 1 });
  const pages = [await client.listAgents(), await client.listAgents()];
  expect(pages.map(({ total }) => total)).toEqual([pages[0]?.total, pages[0]?.total]);
  expect(pages[0]?.total).toBeGreaterThanOrEqual(250);
});

test('walking the whole catalog gives every agent once', async () => {
  const ids = new Set<string>();
  let seen = 0;
  for await (const { id, sourceTenantId } of client.listAgents({ pageSize: 100 })) {
    ids.add(`${sourceTenantId}/${id}`);
    seen++;
  }
  expect([seen, ids.size]).toEqual([(await client.listAgents()).total, seen]);
});
