// The package as npm packs it, used by programs of every kind that has nothing else.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from 'vite';
import { describe, expect, test } from 'vitest';

import { compile, installed, node, project, strict } from './support/consumer.js';

const packed = join(installed ?? '', 'node_modules/@atom-saas/marketplace-sdk');

const program = (load: string): string => `${load}
async function main() {
  const answer = { items: [{ id: 'a' }], page: 1, page_size: 20, total: 1, has_more: false };
  const client = new MarketplaceClient({
    baseUrl: 'https://marketplace.example.com/api',
    fetch: async () => new Response(JSON.stringify(answer)),
  });
  const page = await client.listAgents();
  const signature = await signWebhook('{}', 's');
  console.log(page[0].id, page.total, await verifyWebhook('{}', signature, 's'));
  await client.getAgent('..').catch((error) => console.log(error instanceof MarketplaceError, error.code));
}
main();
`;

const NAMES = 'MarketplaceClient, MarketplaceError, signWebhook, verifyWebhook';
const PRINTED = 'a 1 true\ntrue INVALID_REQUEST\n';

describe.skipIf(!installed)('the package', () => {
  const files = installed
    ? readdirSync(packed, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(packed.length + 1))
    : [];

  test('holds what is built, the licences and nothing else', () => {
    const expected =
      /^(dist\/(esm|cjs)\/[a-z/-]+(\.d\.ts|\.js)|dist\/cjs\/package\.json|package\.json|docs\/REFERENCE\.md|README\.md|LICENSE-(APACHE|MIT))$/;
    expect(files.filter((path) => !expected.test(path))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE-MIT',
        'LICENSE-APACHE',
        'dist/esm/index.d.ts',
        'dist/cjs/index.d.ts',
      ]),
    );
    const manifest = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect([manifest['dependencies'], manifest['peerDependencies'], manifest['optionalDependencies']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('needs nothing of Node', () => {
    for (const path of files.filter((name) => name.endsWith('.js'))) {
      const text = readFileSync(join(packed, path), 'utf8');
      for (const [, module] of text.matchAll(/(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)) {
        expect(module, path).toMatch(/^\.\.?\//);
      }
    }
  });

  test('an ES module uses it', async () => {
    const folder = project('esm', { 'main.mjs': program(`import { ${NAMES} } from '@atom-saas/marketplace-sdk';`) });
    expect((await node(['main.mjs'], folder)).output).toBe(PRINTED);
  });

  test('a CommonJS module uses it', async () => {
    const folder = project('cjs', {
      'main.cjs': program(`const { ${NAMES} } = require('@atom-saas/marketplace-sdk');`),
    });
    expect((await node(['main.cjs'], folder)).output).toBe(PRINTED);
  });

  test('instanceof knows the errors of another copy, and only its like', async () => {
    const folder = project('two-copies', {
      'main.mjs': `import { createRequire } from 'node:module';
import * as esm from '@atom-saas/marketplace-sdk';
const cjs = createRequire(import.meta.url)('@atom-saas/marketplace-sdk');
const error = new cjs.RateLimitError('m', { retryAfter: 1 });
console.log(Object.getPrototypeOf(error) === esm.RateLimitError.prototype);
console.log(error instanceof esm.RateLimitError, error instanceof esm.MarketplaceError, error instanceof esm.NotFoundError);
class Mine extends esm.RateLimitError {}
console.log(error instanceof Mine, new Mine('m') instanceof cjs.RateLimitError);
`,
    });
    expect((await node(['main.mjs'], folder)).output).toBe('false\ntrue true false\nfalse true\n');
  });

  test('a platform that has what browsers have runs it', async () => {
    const folder = project('web', { 'entry.js': program(`import { ${NAMES} } from '@atom-saas/marketplace-sdk';`) });
    await build({
      root: folder,
      logLevel: 'silent',
      build: {
        lib: { entry: join(folder, 'entry.js'), formats: ['iife'], name: 'x', fileName: () => 'web.js' },
        outDir: folder,
        emptyOutDir: false,
      },
    });
    project('web', {
      'main.mjs': `import { readFileSync } from 'node:fs';
import vm from 'node:vm';
const { AbortController, atob, btoa, clearTimeout, console, crypto, fetch, Headers, Response, setTimeout, TextDecoder, TextEncoder, URL, URLSearchParams } = globalThis;
const web = { AbortController, atob, btoa, clearTimeout, console, crypto, fetch, Headers, Response, setTimeout, TextDecoder, TextEncoder, URL, URLSearchParams };
vm.runInNewContext(readFileSync('web.js', 'utf8'), web);
`,
    });
    expect((await node(['main.mjs'], folder)).output).toBe(PRINTED);
  });

  test('it is small', () => {
    const code = files
      .filter((path) => path.startsWith('dist/esm/') && path.endsWith('.js'))
      .map((path) => readFileSync(join(packed, path)));
    expect(gzipSync(Buffer.concat(code)).byteLength).toBeLessThan(46_000);
    expect(files.reduce((sum, path) => sum + statSync(join(packed, path)).size, 0)).toBeLessThan(1_200_000);
  });
});

/** What the compiler must accept, and (behind `@ts-expect-error`) what it must not. */
const TYPED = `import {
  ComponentNotFoundError, MarketplaceClient, MarketplaceError, Page, RateLimitError, verifyWebhook,
  type AgentPublish, type Component, type Installation, type InstallPlan, type PublishCheck,
} from '@atom-saas/marketplace-sdk';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

export async function main(client: MarketplaceClient, tenant: string | undefined): Promise<void> {
  const page = await client.listAgents({ marketplaceType: 'public', capability: 'sales', minRating: 4, category: undefined });
  same<typeof page, Page<Component>>(true);
  same<ReturnType<typeof page.map<string>>, string[]>(true);
  const names: string[] = page.map(({ name }) => name);
  for await (const agent of client.listAgents()) names.push(agent.id);
  for await (const agent of page) names.push(agent.id);

  const installed = await client.installAgent('a', 't');
  same<typeof installed, Installation>(true);
  same<Awaited<ReturnType<typeof shapes>>, [Installation, Installation, Installation, Installation, InstallPlan, InstallPlan]>(true);
  async function shapes() {
    return [
      await client.installAgent('a'),
      await client.installAgent('a', tenant, { timeout: 1 }),
      await client.installAgent('a', { installConfig: { apiKeys: { Any: 'x' }, settings: { maxDailyTasks: 1 } } }),
      await client.installAgent({ agentId: 'a', targetTenantId: 't' }),
      await client.installAgent('a', { dryRun: true }),
      await client.installAgent({ agentId: 'a', dryRun: true }),
    ] as [Installation, Installation, Installation, Installation, InstallPlan, InstallPlan];
  }
  const publication = { agentId: 'a', marketplaceType: 'private', name: 'n', description: 'd', tags: ['t'] } as const satisfies AgentPublish;
  same<Awaited<ReturnType<typeof client.publishAgent>>, Component>(true);
  const check: PublishCheck = await client.publishAgent({ ...publication, dryRun: true });
  const nothing: void = await client.deleteWebhook('w');
  const { data, requestId, status } = await client.getAgent('a').withResponse();
  same<typeof data, Component>(true);
  console.log(names, installed, check, nothing, requestId, status);

  // @ts-expect-error a field that is required
  await client.publishAgent({ agentId: 'a', marketplaceType: 'private', name: 'n' });
  // @ts-expect-error a value that does not exist
  await client.listAgents({ marketplaceType: 'secret' });
  // @ts-expect-error a parameter that does not exist
  await client.listAgents({ minimumRating: 4 });
  // @ts-expect-error an id is needed
  await client.installAgent({ targetTenantId: 't' });
  // @ts-expect-error a promise is no boolean
  if (verifyWebhook('', '', '')) console.log();

  try {
    await client.getAgent('a');
  } catch (error) {
    if (error instanceof RateLimitError) same<typeof error.retryAfter, number | undefined>(true);
    else if (error instanceof ComponentNotFoundError) same<typeof error.componentId, string | undefined>(true);
    else if (error instanceof MarketplaceError) console.log(error.code, error.status);
    else throw error;
  }
}

export function narrow(error: MarketplaceError): string {
  if (error instanceof RateLimitError) return error.code satisfies 'RATE_LIMIT_EXCEEDED';
  // What is no RateLimitError is still an error.
  return error.code;
}
`;

describe.skipIf(!installed)('its types', () => {
  const everything = {
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  };
  test.each<[string, string, object]>([
    ['an ES module', 'main.mts', everything],
    ['a CommonJS module', 'main.cts', everything],
    ['a bundler', 'main.ts', { ...everything, module: 'ESNext', moduleResolution: 'Bundler' }],
    [
      'a browser',
      'main.ts',
      { ...everything, module: 'ESNext', moduleResolution: 'Bundler', types: [], lib: ['ES2022', 'DOM'] },
    ],
  ])('in %s', async (name, file, options) => {
    const folder = project(`types-${name.replaceAll(' ', '-')}`, { [file]: TYPED, 'tsconfig.json': strict(options) });
    expect((await compile(folder)).output).toBe('');
  });
});
