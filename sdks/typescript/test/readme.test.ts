// The samples of the README: all are checked by the compiler, and the quick start and the methods are run against a real
// server with the package as it is installed.

import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { MarketplaceClient } from '@atom-saas/marketplace-sdk';

import { compile, installed, node, project, strict, type Outcome } from './support/consumer.js';
import { startServer, type RunningServer } from './support/process.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const samples = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text);

test('the README names every error class', async () => {
  const sdk: Record<string, unknown> = { ...(await import('@atom-saas/marketplace-sdk')) };
  const classes = Object.keys(sdk).filter((name) => name.endsWith('Error'));
  expect(classes.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

describe.skipIf(!installed)('its samples', () => {
  let server: RunningServer;
  let folder: string;
  let checked: Outcome;
  const environment = (): Record<string, string> => ({
    ATOM_BASE_URL: `${server.url}/api/test`,
    ATOM_TENANT_ID: 'test-tenant-id',
    ATOM_API_TOKEN: 'test-api-token',
  });

  beforeAll(async () => {
    server = await startServer();
    const placed = samples.map((text, index): [string, string] => [
      `sample${index}.ts`,
      text
        .replaceAll('https://marketplace.example.com/api', `${server.url}/api/test`)
        .replaceAll('your-tenant-id', 'test-tenant-id')
        .replaceAll('your-api-token', 'test-api-token'),
    ]);
    const options = { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true };
    folder = project('readme', { ...Object.fromEntries(placed), 'tsconfig.json': strict(options) });
    checked = await compile(folder);
  });

  afterAll(() => server.stop());

  test('the compiler accepts them', () => {
    expect(samples).toHaveLength(5);
    expect(checked).toEqual({ code: 0, output: '' });
  });

  test('the quick start', async () => {
    const { output } = await node(['out/sample0.js'], folder);
    expect(output).toMatch(
      /^\d+ of \d+ agents, the first is \S.*\n\d{3} agents in all\nversion 1\.0\.0 is installed\nthere is no no_such_agent\n$/,
    );
  });

  test('the methods, and the response', async () => {
    // What these samples name is put there first.
    const [baseUrl, tenantId, apiToken] = Object.values(environment());
    const client = new MarketplaceClient({ baseUrl, tenantId, apiToken });
    const agent = { agentId: 'atom_main', marketplaceType: 'private', name: 'n', description: 'd' } as const;
    await client.publishAgent({ ...agent, version: '1.2.0' });
    const mine = (text: string): string =>
      text.replaceAll(`sourceTenantId: 'acme'`, `sourceTenantId: 'test-tenant-id'`);
    const files = {
      'sample1.ts': mine(samples[1] ?? '').replaceAll('your-tenant-id', 'test-tenant-id'),
      'sample2.ts': samples[2] ?? '',
    };
    const here = project('readme-methods', { ...files, 'tsconfig.json': strict() });
    expect((await compile(here)).output).toBe('');
    expect((await node(['out/sample1.js'], here, environment())).output).toMatch(
      /^true \[\]\n\[[^]*email_outreach[^]*COMPONENT_NOT_FOUND[^]*\]\n$/,
    );
    expect((await node(['out/sample2.js'], here, environment())).output).toMatch(
      /^1\.2\.0 200 sha-256=:\S+: req_\w+ \d+ \d+\n$/,
    );
  });
});
