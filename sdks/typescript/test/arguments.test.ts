// The shapes in which methods can be called.

import { expect, test } from 'vitest';

import { recording } from './support/recording.js';

type Client = ReturnType<typeof recording>['client'];

const targeted: Array<[string, (client: Client) => Promise<unknown>, object]> = [
  ['(id)', (c) => c.installAgent('a'), {}],
  ['(id, tenant)', (c) => c.installAgent('a', 't'), { target_tenant_id: 't' }],
  ['(id, null)', (c) => c.installAgent('a', null), {}],
  ['(id, params)', (c) => c.installAgent('a', { version: '1.0.0' }), { version: '1.0.0' }],
  ['({ id, … })', (c) => c.installAgent({ agentId: 'a', targetTenantId: 't' }), { target_tenant_id: 't' }],
  ['skill', (c) => c.installSkill({ skillId: 'a', targetTenantId: 't' }), { target_tenant_id: 't' }],
  ['canvas', (c) => c.installCanvas({ canvasId: 'a', targetTenantId: 't' }), { target_tenant_id: 't' }],
  ['domain', (c) => c.installDomain({ domainId: 'a', targetTenantId: 't' }), { target_tenant_id: 't' }],
  ['domain (id, tenant)', (c) => c.installDomain('a', 't'), { target_tenant_id: 't' }],
];

test.each(targeted)('install %s', async (_, call, body) => {
  const { client, sent } = recording({});
  await call(client);
  expect(sent[0]?.url.pathname).toMatch(/\/a\/install$/);
  expect(sent[0]?.body).toEqual(body);
});

test('request options come last in every shape', async () => {
  const { client, sent } = recording({});
  const options = { idempotencyKey: 'k' };
  await client.installAgent('a', 't', options);
  await client.installAgent('a', { version: '1.0.0' }, options);
  await client.installAgent({ agentId: 'a' }, options);
  await client.installAgent('a', undefined, options);
  await client.bulkInstallSkills(['a'], {}, options);
  await client.bulkInstallSkills({ skillIds: ['a'] }, options);
  expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(Array(6).fill('k'));
});

test('uninstall', async () => {
  const { client, sent } = recording({});
  await client.uninstallAgent('a', 't');
  await client.uninstallSkill({ skillId: 'a', targetTenantId: 't' });
  expect(sent.map(({ method, url }) => [method, url.search])).toEqual(Array(2).fill(['DELETE', '?target_tenant_id=t']));
});

test('bulk install', async () => {
  const { client, sent } = recording({});
  await client.bulkInstallSkills(['a', 'b'], { autoInstallDependencies: true });
  await client.bulkInstallAgents({ agentIds: ['a'] });
  await client.bulkInstallDomains({ ids: ['a'] });
  expect(sent.map(({ body }) => body)).toEqual([
    { ids: ['a', 'b'], auto_install_dependencies: true },
    { ids: ['a'] },
    { ids: ['a'] },
  ]);
});

test('rate', async () => {
  const { client, sent } = recording({});
  await client.rateSkill('s', 5);
  await client.rateAgent('a', 4, { review: 'good', sourceTenantId: 'acme' });
  expect(sent.map(({ method, url, body }) => [method, url.search, body])).toEqual([
    ['PUT', '', { rating: 5 }],
    ['PUT', '?source_tenant_id=acme', { review: 'good', rating: 4 }],
  ]);
});

test('a dry run is another question with another answer', async () => {
  const { client, sent } = recording({ already_installed: false, installs: [{ source_tenant_id: 'acme' }] });
  const plan = await client.installAgent('a', { dryRun: true });
  expect(sent[0]?.url.search).toBe('?dry_run=true');
  expect(sent[0]?.body).toEqual({});
  expect(plan).toEqual({ alreadyInstalled: false, installs: [{ sourceTenantId: 'acme' }] });
});

// What a caller in JavaScript, or the guide's literal `...`, leaves out.
const loose = (client: Client): Record<string, (...args: unknown[]) => Promise<unknown>> => client as never;

test.each([
  ['installAgent', []],
  ['installAgent', [{}]],
  ['publishAgent', []],
  ['publishAgent', [{ agentId: 'a' }]],
  ['createWebhook', [{ url: 'https://example.com' }]],
  ['searchAgents', []],
  ['bulkInstallSkills', []],
  ['rateSkill', ['s']],
  ['rateSkill', []],
])('%s(%j) lacks an argument', async (name, values) => {
  const { client, sent } = recording();
  const call = loose(client)[name]?.bind(client);
  await expect(call?.(...values)).rejects.toMatchObject({ name: 'InvalidRequestError', code: 'INVALID_REQUEST' });
  expect(sent).toHaveLength(0);
});
