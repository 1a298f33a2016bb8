// The whole way through the real server.

import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';

import {
  ComponentNotFoundError,
  InsufficientPermissionsError,
  MarketplaceClient,
  TenantNotFoundError,
} from '@atom-saas/marketplace-sdk';

import { admin, baseUrl, newTenant, type Tenant } from './support/live.js';
import { repository } from './support/process.js';

let publisher: Tenant;
let tenant: Tenant;

const agent = {
  marketplaceType: 'private',
  name: 'An agent',
  description: 'It does things.',
  capabilities: ['things'],
} as const;

beforeAll(async () => {
  [publisher, tenant] = await Promise.all([newTenant(), newTenant()]);
});

test('publish, find, install, rate and withdraw', async () => {
  const { client } = publisher;
  const published = await client.publishAgent({ agentId: 'atom_main', ...agent, sharedWith: [tenant.id] });
  expect(published).toMatchObject({ id: 'atom_main', componentType: 'agent', status: 'published', version: '1.0.0' });
  expect(await client.publishAgent({ agentId: 'atom_main', ...agent, sharedWith: [tenant.id] })).toMatchObject({
    version: '1.0.0',
  });

  const here = { sourceTenantId: publisher.id };
  expect(await tenant.client.getAgent('atom_main', here)).toMatchObject({
    name: 'An agent',
    publisher: { tenantId: publisher.id },
  });
  const listed = await tenant.client.listAgents({ publisher: publisher.id });
  expect([listed.total, listed[0]?.id]).toEqual([1, 'atom_main']);

  const plan = await tenant.client.installAgent({ agentId: 'atom_main', ...here, dryRun: true });
  expect(plan).toMatchObject({ ok: true, alreadyInstalled: false, installs: [{ id: 'atom_main', version: '1.0.0' }] });
  const settings = { autoApprove: false, limits: [{ maxDailyTasks: 100 }] };
  const apiKeys = { Some_Service: 'secret' };
  for (let time = 0; time < 3; time++) {
    const installed = await tenant.client.installAgent('atom_main', {
      ...here,
      targetTenantId: tenant.id,
      installConfig: { apiKeys, settings },
    });
    expect(installed).toMatchObject({ status: 'installed', version: '1.0.0', tenantId: tenant.id });
    expect(installed.installConfig).toEqual({
      apiKeys: ['Some_Service'],
      settings,
      rawSettings: { auto_approve: false, limits: [{ max_daily_tasks: 100 }] },
    });
  }
  expect((await tenant.client.getUsageStats()).agentsInstalled).toBe(1);
  expect((await tenant.client.listInstallations({ componentId: 'atom_main' })).total).toBe(1);

  expect(await tenant.client.rateAgent('atom_main', 4, { ...here, review: 'Good.' })).toMatchObject({
    rating: 4,
    averageRating: 4,
    ratingCount: 1,
  });
  expect((await client.listAgentReviews('atom_main')).map(({ review }) => review)).toEqual(['Good.']);

  await expect(tenant.client.uninstallAgent('atom_main', tenant.id)).resolves.toBeUndefined();
  await client.withdrawAgent('atom_main');
  const error = await tenant.client.getAgent('atom_main', here).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ComponentNotFoundError);
  expect(error).toMatchObject({ componentType: 'agent', componentId: 'atom_main', status: 404 });
});

test('every kind: publish, get, bundle, versions and bulk install', async () => {
  const { client } = publisher;
  const files = [
    { path: 'code/main.py', content: 'print()' },
    { path: 'icon.png', encoding: 'base64', content: 'AAECAw==' },
  ] as const;
  const common = { marketplaceType: 'private', name: 'One', description: 'd', files } as const;
  await client.publishSkill({ skillId: 'k', ...common, content: { keepThis: { as_it: 'is' } } });
  await client.publishCanvas({ canvasId: 'k', ...common, agentRoles: ['manager'] });
  await client.publishDomain({ domainId: 'k', ...common, topics: ['metrics'] });

  expect((await client.getSkill('k')).content).toEqual({ keepThis: { as_it: 'is' } });
  const bundle = await client.getSkillBundle('k').withResponse();
  expect(bundle.data.files.map(({ path, content }) => [path, content])).toEqual([
    ['code/main.py', 'print()'],
    ['icon.png', 'AAECAw=='],
  ]);
  const digest = await crypto.subtle.digest('SHA-256', bundle.body as Uint8Array<ArrayBuffer>);
  expect(bundle.headers.get('content-digest')).toBe(`sha-256=:${Buffer.from(digest).toString('base64')}:`);

  const bulk = await client.bulkInstallSkills(['k', 'no-such-skill']);
  expect([bulk.installed, bulk.failed]).toEqual([1, 1]);
  expect(bulk.results[1]?.error?.code).toBe('COMPONENT_NOT_FOUND');
  await client.installCanvas('k', publisher.id);
  await client.installDomain({ domainId: 'k' });

  const lock = await client.getInstallationsLock();
  expect(lock.components.map(({ componentType }) => componentType).sort()).toEqual(['canvas', 'domain', 'skill']);
  expect((await client.installLock(lock)).unchanged).toBe(3);

  await client.yankSkillVersion('k', '1.0.0', { reason: 'A test.' });
  expect((await client.listSkillVersions('k'))[0]).toMatchObject({
    version: '1.0.0',
    yanked: true,
    yankReason: 'A test.',
  });
  await client.unyankSkillVersion('k', '1.0.0');
});

test('files come back as they were, byte for byte', async () => {
  const skills = join(repository, '../shared/skills');
  const binary = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256);
  for (const folder of ['brand-guidelines', 'internal-comms']) {
    const paths = readdirSync(join(skills, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(skills, folder).length + 1));
    const bytes = new Map(paths.map((path) => [path, readFileSync(join(skills, folder, path))]));
    bytes.set('assets/deep/er/picture.bin', Buffer.from(binary));
    const files = [...bytes].map(([path, content]) => ({
      path,
      encoding: 'base64' as const,
      content: content.toString('base64'),
    }));
    await publisher.client.publishSkill({ skillId: folder, ...agent, files, sharedWith: [tenant.id] });

    const { id } = await tenant.client.installSkill(folder, { sourceTenantId: publisher.id });
    const bundle = await tenant.client.getInstallationBundle(id);
    const back = bundle.files.map(
      ({ path, encoding, content }) => [path, Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')] as const,
    );
    expect(new Map(back)).toEqual(bytes);
  }
});

test('what is public waits for the platform', async () => {
  const { client } = publisher;
  const publication = { skillId: 'for-all', ...agent, marketplaceType: 'public' } as const;
  const checked = await client.publishSkill({ ...publication, dryRun: true });
  expect(checked).toMatchObject({ ok: true, version: '1.0.0' });
  expect(await client.publishSkill(publication)).toMatchObject({ status: 'pending_review' });
  const platform = admin();
  const submissions = await platform.listSubmissions({ sourceTenantId: publisher.id, status: 'pending_review' });
  const submission = submissions.find(({ componentId }) => componentId === 'for-all');
  await platform.approveSubmission(submission?.id ?? '');
  const anonymous = new MarketplaceClient({ baseUrl: baseUrl(), apiToken: null, tenantId: null });
  expect(await anonymous.getSkill('for-all')).toMatchObject({ status: 'published' });
});

test('a token does what its scopes say, and is shown once', async () => {
  const made = await tenant.client.createToken({ name: 'reader', scopes: ['components:read'] });
  expect(made.token).toMatch(/^at_saas_/);
  const reader = tenant.client.withOptions({ apiToken: made.token });
  expect(await reader.getCurrentToken()).toMatchObject({ id: made.id, scopes: ['components:read'] });
  const error = await reader.installSkill('x').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InsufficientPermissionsError);
  expect(error).toMatchObject({ requiredPermission: 'components:install' });
  await expect(reader.withOptions({ tenantId: 'another' }).getTenant()).rejects.toBeInstanceOf(TenantNotFoundError);
  const rotated = await tenant.client.rotateToken(made.id);
  expect(rotated.token).not.toBe(made.token);
  await tenant.client.deleteToken(rotated.id);
  expect((await tenant.client.listTokens()).map(({ name }) => name)).not.toContain('reader');
});

test('an answer that did not change is not sent again', async () => {
  const { client } = publisher;
  await client.publishDomain({ domainId: 'cached', ...agent });
  const first = await client.getDomain('cached').withResponse();
  const second = await client.getDomain('cached').withResponse();
  expect([first.fromCache, second.fromCache]).toEqual([false, true]);
  expect(second.data).toEqual(first.data);
  expect(second.requestId).not.toBe(first.requestId);
  expect(second.rateLimit?.remaining).toBeLessThan(first.rateLimit?.remaining ?? 0);
  // What the caller does to an answer is the caller's.
  second.data.name = 'changed';
  for (const { body } of [first, second]) body.fill(0);
  expect((await client.getDomain('cached')).name).toBe('An agent');

  await client.publishDomain({ domainId: 'cached', ...agent, name: 'Newer' });
  expect(await client.getDomain('cached').withResponse()).toMatchObject({ fromCache: false, data: { name: 'Newer' } });
  const without = client.withOptions({ cache: false });
  await without.getDomain('cached');
  expect((await without.getDomain('cached').withResponse()).fromCache).toBe(false);
});

test('a connection cut after the server did it: one installation', async () => {
  await publisher.client.publishAgent({ agentId: 'cut', ...agent, sharedWith: [tenant.id] });
  const requests: string[] = [];
  const statuses: number[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const target = {
      host: '127.0.0.1',
      port: new URL(inject('server')).port,
      path: incoming.url,
      method: incoming.method,
      headers: incoming.headers,
    };
    const onward = forward(target, (answered) => {
      statuses.push(answered.statusCode ?? 0);
      if (requests.push(String(incoming.headers['idempotency-key'])) === 1) {
        // The server has answered, so it has done it; the client never hears of it.
        answered.resume().on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answered.statusCode ?? 0, answered.headers);
      answered.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());

  const client = tenant.client.withOptions({
    baseUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/api`,
    logLevel: 'off',
  });
  const installed = await client.installAgent('cut', { sourceTenantId: publisher.id }).withResponse();
  expect(installed.data.status).toBe('installed');
  expect(statuses).toEqual([201, 201]);
  expect(new Set(requests).size).toBe(1);
  expect(installed.headers.get('idempotency-replayed')).toBe('true');
  expect((await tenant.client.listInstallations({ componentId: 'cut' })).total).toBe(1);
});

test('the same idempotency key with another body', async () => {
  const options = { idempotencyKey: `key-${publisher.id}` };
  await publisher.client.createToken({ name: 'a' }, options);
  await expect(publisher.client.createToken({ name: 'b' }, options)).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
    status: 422,
  });
});

test('If-Match', async () => {
  const { client } = publisher;
  await client.publishSkill({ skillId: 'matched', ...agent });
  const { headers } = await client.getSkill('matched').withResponse();
  const etag = headers.get('etag') ?? '';
  expect(await client.updateSkill('matched', { deprecated: { message: 'Use another.' }, ifMatch: etag })).toMatchObject(
    { deprecated: { message: 'Use another.' } },
  );
  await expect(client.updateSkill('matched', { sharedWith: [], ifMatch: etag })).rejects.toMatchObject({
    code: 'PRECONDITION_FAILED',
  });
});

test('the server names every field that is wrong', async () => {
  const publication = { agentId: 'x', marketplaceType: 'private', name: '', description: 'd', noSuchField: 1 } as const;
  await expect(publisher.client.publishAgent(publication as never)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    status: 400,
  });
});
