// The integration guide's testing checklist: its eight lines, in order, against the test environment of a real server.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  ComponentNotFoundError,
  InvalidRequestError,
  MarketplaceClient,
  RateLimitError,
  UnauthenticatedError,
  unwrapWebhook,
  verifyWebhook,
} from '@atom-saas/marketplace-sdk';

import { repository, startServer, type RunningServer } from './support/process.js';
import { receiver } from './support/receiver.js';

const secret = 'your-webhook-secret';
let server: RunningServer;
let client: MarketplaceClient;

beforeAll(async () => {
  server = await startServer();
  const baseUrl = `${server.url}/api/test`;
  client = new MarketplaceClient({ baseUrl, tenantId: 'test-tenant-id', apiToken: 'test-api-token', logLevel: 'off' });
});

afterAll(() => server.stop());

const refused = (call: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(call).then(
    () => undefined,
    (reason: unknown) => reason,
  );

const checklist: Record<string, () => Promise<void>> = {
  'Authentication works with API token': async () => {
    const session = await client.testLogin({ email: 'test@example.com', password: 'testpassword' });
    client = client.withOptions({ apiToken: session.apiToken, tenantId: session.tenantId });
    expect((await client.getUsageStats()).tenantId).toBe('test-tenant-id');
    const error = await refused(client.withOptions({ apiToken: 'at_saas_wrong' }).getUsageStats());
    expect(error).toBeInstanceOf(UnauthenticatedError);
    expect(error).toMatchObject({ status: 401 });
  },

  'Can list marketplace components': async () => {
    const agents = await client.listAgents({ marketplaceType: 'public', capability: 'sales', minRating: 4 });
    expect(agents.length).toBeGreaterThan(0);
    expect(agents.every(({ averageRating }) => (averageRating ?? 0) >= 4)).toBe(true);
    for (const { length } of [await client.listSkills(), await client.listCanvases(), await client.listDomains()]) {
      expect(length).toBeGreaterThan(0);
    }
  },

  'Can publish test component to private marketplace': async () => {
    const published = await client.publishAgent({
      agentId: 'my-agent',
      marketplaceType: 'private',
      name: 'My Agent',
      description: 'A first try.',
    });
    expect(published).toMatchObject({ status: 'published', version: '1.0.0' });
    const nobody = new MarketplaceClient({ baseUrl: client.baseUrl, apiToken: null, tenantId: null });
    expect(await refused(nobody.getAgent('my-agent'))).toBeInstanceOf(ComponentNotFoundError);
  },

  'Can install component from marketplace': async () => {
    const installed = await client.installAgent('sales_automation_agent', {
      targetTenantId: 'test-tenant-id',
      installConfig: { apiKeys: { salesforce: 'a-key' }, settings: { autoApprove: false, maxDailyTasks: 100 } },
    });
    expect(installed).toMatchObject({ status: 'installed', installConfig: { settings: { maxDailyTasks: 100 } } });
    expect((await client.installAgent('my-agent', 'test-tenant-id')).status).toBe('installed');
    const ids = (await client.listInstallations()).map(({ componentId }) => componentId);
    expect(ids.sort()).toEqual(['my-agent', 'sales_automation_agent']);
  },

  'Webhook receives events correctly': async () => {
    const hook = await receiver();
    const webhook = await client.createWebhook({
      url: hook.url,
      events: ['component.installed', 'component.updated', 'component.rated'],
      secret,
    });
    await client.publishAgent({
      agentId: 'my-agent',
      marketplaceType: 'private',
      name: 'My Agent',
      description: 'A second try.',
    });
    await client.installAgent('test-agent');
    await client.rateAgent('test-agent', 5);
    const came: Record<string, object> = {};
    for (const { body, headers } of [await hook.next(), await hook.next(), await hook.next()]) {
      const signature = headers['x-atom-signature'] ?? '';
      expect(await verifyWebhook(body, signature, secret)).toBe(true);
      expect(await verifyWebhook(Buffer.concat([body, Buffer.from(' ')]), signature, secret)).toBe(false);
      const event = await unwrapWebhook(body, headers, secret);
      expect([event.type, event.id]).toEqual([headers['x-atom-event'], headers['webhook-id']]);
      came[event.type] = event.data;
    }
    expect(came).toMatchObject({
      'component.updated': { componentId: 'my-agent', version: '1.0.1' },
      'component.installed': { componentId: 'test-agent', tenantId: 'test-tenant-id' },
      'component.rated': { componentId: 'test-agent', rating: 5 },
    });
    await client.deleteWebhook(webhook.id);
  },

  'Rate limiting is handled properly': async () => {
    // A long wait is the program's to decide upon; a short one is waited for.
    await client.testSetRateLimit({ limit: 0, windowSeconds: 60 });
    const error = await refused(client.listAgents());
    expect(error).toBeInstanceOf(RateLimitError);
    const { retryAfter } = error as RateLimitError;
    expect(retryAfter).toBeGreaterThanOrEqual(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
    await client.testSetRateLimit({ limit: 1, windowSeconds: 1 });
    for (let time = 0; time < 2; time++) expect((await client.listAgents()).length).toBe(20);
    await client.testSetRateLimit({});
  },

  'Errors are caught and handled': async () => {
    const missing = await refused(client.getAgent('no-such-agent'));
    expect(missing).toBeInstanceOf(ComponentNotFoundError);
    expect(missing).toMatchObject({ componentId: 'no-such-agent', status: 404 });
    const wrong = await refused(client.listAgents({ pageSize: 0 }));
    expect(wrong).toBeInstanceOf(InvalidRequestError);
    expect((wrong as InvalidRequestError).fields.map(({ path }) => path)).toEqual(['page_size']);
  },

  'Pagination works for large lists': async () => {
    const ids = new Set<string>();
    let seen = 0;
    for await (const { id, sourceTenantId } of client.listAgents({ marketplaceType: 'public', pageSize: 100 })) {
      ids.add(`${sourceTenantId}/${id}`);
      seen++;
    }
    const { total } = await client.listAgents({ marketplaceType: 'public', pageSize: 1 });
    expect([seen, ids.size]).toEqual([total, total]);
    expect(total).toBeGreaterThan(250);
  },
};

test('the checklist', async () => {
  const guide = readFileSync(join(repository, 'docs/INTEGRATION_GUIDE.md'), 'utf8');
  const section = guide.split('### Testing Checklist\n')[1]?.split('\n#')[0] ?? '';
  const printed = [...section.matchAll(/^- \[ \] (.*)$/gm)].map(([, line]) => line);
  expect(printed).toEqual(Object.keys(checklist));
  for (const [line, step] of Object.entries(checklist)) {
    await step().catch((error: unknown) => {
      throw new Error(`The checklist's line: ${line}`, { cause: error });
    });
  }
});
