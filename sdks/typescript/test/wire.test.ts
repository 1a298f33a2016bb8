// camelCase outside, snake_case on the wire; what is the caller's own is never touched.

import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { camelName, snakeName } from '../src/names.js';
import { recording } from './support/recording.js';

test('names of camelCase and snake_case correspond one to one', () => {
  for (const [camel, snake] of [
    ['maxDailyTasks', 'max_daily_tasks'],
    ['oauth2Token', 'oauth2_token'],
    ['aBC', 'a_b_c'],
    ['id', 'id'],
  ] as const) {
    expect(snakeName(camel)).toBe(snake);
    expect(camelName(snake)).toBe(camel);
  }
  for (const neither of [
    'Content-Type',
    'SALESFORCE_KEY',
    'level_2',
    '_private',
    'trailing_',
    'a__b',
    '__proto__',
    '',
    'héllo',
    '$ref',
  ]) {
    expect(snakeName(neither)).toBe(neither);
    expect(camelName(neither)).toBe(neither);
  }
});

test('any name survives there and back', () => {
  const alphabet = ['a', 'z', 'A', 'Z', '_', '1', '-'];
  const names = [1, 2, 3, 4, 5].reduce<string[]>(
    (all, length) => [
      ...all,
      ...all.filter((name) => name.length === length - 1).flatMap((name) => alphabet.map((letter) => name + letter)),
    ],
    [''],
  );
  expect(names.length).toBe(19_608);
  for (const name of names) {
    // What is snake_case already stays so on the way out; everything else comes back as it was.
    if (camelName(name) === name) expect(camelName(snakeName(name))).toBe(name);
    if (snakeName(name) === name) expect(snakeName(camelName(name))).toBe(name);
  }
});

const installation = {
  id: 'ins_1',
  status: 'installed',
  component_type: 'agent',
  install_config: {
    api_keys: ['My_Key'],
    settings: { max_daily_tasks: 1, nested_map: [{ auto_approve: true, LEVEL_2: 0 }] },
  },
  a_field_of_tomorrow: { kept_as_it_is: 1 },
};

const vector = JSON.parse(readFileSync(new URL('../../vectors/install.json', import.meta.url), 'utf8')) as {
  body: string;
};

test('the guide’s install: settings are converted at every depth, API keys are not', async () => {
  const { client, sent } = recording(installation);
  const result = await client.installAgent({
    agentId: 'sales_automation_agent',
    sourceTenantId: 'publisher-tenant-id',
    targetTenantId: 'your-tenant-id',
    installConfig: {
      apiKeys: { salesforceKey: 'k', other_key: 'l' },
      settings: { autoApprove: false, maxDailyTasks: 100, deeper: [{ retryPolicy: { maxCount: 3, SOME_ENV: 'x' } }] },
    },
  });
  expect(sent[0]?.url.pathname).toBe('/api/agent-marketplace/agents/sales_automation_agent/install');
  // The Python SDK's tests expect the same bytes of the same configuration.
  expect(sent[0]?.text).toBe(vector.body);
  expect(result).toEqual({
    id: 'ins_1',
    status: 'installed',
    componentType: 'agent',
    installConfig: {
      apiKeys: ['My_Key'],
      settings: { maxDailyTasks: 1, nestedMap: [{ autoApprove: true, LEVEL_2: 0 }] },
      rawSettings: installation.install_config.settings,
    },
    aFieldOfTomorrow: { kept_as_it_is: 1 },
  });
});

test('rawSettings are sent as they are', async () => {
  const { client, sent } = recording(installation);
  const rawSettings = { maxDailyTasks: 1, snake_case: { camelCase: [] } };
  await client.installSkill('s', { installConfig: { rawSettings } });
  expect(sent[0]?.body).toEqual({ install_config: { settings: rawSettings } });
});

test.each([
  [{ settings: {}, rawSettings: {} }, '/install_config/settings'],
  [{ settings: { deep: { maxTasks: 1, max_tasks: 2 } } }, '/install_config/settings/deep/max_tasks'],
])('the same key twice is refused: %j', async (installConfig, path) => {
  const { client, sent } = recording();
  await expect(client.installAgent('a', { installConfig })).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    fields: [{ path }],
  });
  expect(sent).toHaveLength(0);
});

test('free-form maps of a publication are verbatim, typed ones are not', async () => {
  const verbatim = { camelCase: { snake_case: [{ 'Kebab-Case': 1 }] } };
  const { client, sent } = recording({ config_schema: verbatim, content: verbatim, created_at: 'now' });
  const result = await client.publishAgent({
    agentId: 'atom_main',
    marketplaceType: 'private',
    name: 'n',
    description: 'd',
    maturityLevel: 'supervised',
    documentationUrl: 'https://docs.example.com',
    configSchema: verbatim,
    content: verbatim,
    configuration: verbatim,
    memory: verbatim,
    canvases: [verbatim],
    dependencies: [{ componentType: 'skill', id: 'camelId', sourceTenantId: 'acme' }],
    files: [{ path: 'camelFile', content: 'x' }],
    license: undefined,
  });
  expect(sent[0]?.body).toEqual({
    agent_id: 'atom_main',
    marketplace_type: 'private',
    name: 'n',
    description: 'd',
    maturity_level: 'supervised',
    documentation_url: 'https://docs.example.com',
    config_schema: verbatim,
    content: verbatim,
    configuration: verbatim,
    memory: verbatim,
    canvases: [verbatim],
    dependencies: [{ component_type: 'skill', id: 'camelId', source_tenant_id: 'acme' }],
    files: [{ path: 'camelFile', content: 'x' }],
  });
  expect(result).toEqual({ configSchema: verbatim, content: verbatim, createdAt: 'now' });
});

test('no key reaches a prototype', async () => {
  const { client, sent } = recording(JSON.parse('{"install_config":{"settings":{"__proto__":{"polluted":true}}}}'));
  const settings = JSON.parse('{"__proto__":{"isAdmin":true}}') as Record<string, unknown>;
  const result = await client.installAgent('a', { installConfig: { settings } });
  expect(sent[0]?.text).toContain('"__proto__":{"is_admin":true}');
  expect((result.installConfig.settings as { polluted?: boolean }).polluted).toBeUndefined();
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('values say themselves what they are', async () => {
  const { client, sent } = recording(installation);
  const when = new Date('2026-01-02T03:04:05Z');
  await client.installAgent('a', { installConfig: { settings: { startAt: when } } });
  expect(sent[0]?.body).toEqual({ install_config: { settings: { start_at: '2026-01-02T03:04:05.000Z' } } });
  const circular: Record<string, unknown> = {};
  circular['content'] = circular;
  for (const content of [circular, { n: 1n }]) {
    const publication = { skillId: 's', marketplaceType: 'private', name: 'n', description: 'd', content } as const;
    await expect(client.publishSkill(publication)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  }
});

test('parameters of the query', async () => {
  const { client, sent } = recording();
  await client.listAgents({
    marketplaceType: 'public',
    capability: ['sales', 'crm & more'],
    minRating: 4.0,
    category: undefined,
  });
  expect(sent[0]?.url.search).toBe('?marketplace_type=public&capability=sales&capability=crm+%26+more&min_rating=4');
  await client.listAgents();
  expect(sent[1]?.url.search).toBe('');
  await client.withdrawAgent('a', { ifMatch: '"1"', sourceTenantId: 'acme' });
  expect(sent[2]?.url.search).toBe('?source_tenant_id=acme');
  expect(sent[2]?.headers.get('if-match')).toBe('"1"');
});
