// Every TypeScript sample of the integration guide, taken from its text, checked by the compiler and run against a real
// server with the package as it is installed. The samples run in the test environment, as its tenant.
//
// What is substituted is printed as a placeholder. What is put before a sample is what the sample does not say, with the
// reason; what is put after it makes it show that it worked.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { MarketplaceClient } from '@atom-saas/marketplace-sdk';

import { compile, installed, node, project, runTests, strict, type Outcome } from './support/consumer.js';
import { guideText, samplesOf } from './support/guide.js';
import { startServer, type RunningServer } from './support/process.js';

const guide = guideText();
const samples = samplesOf(guide);

interface Treatment {
  /** What tells the sample from the others. */
  holds: string;
  /** What the sample does not say, and why it must be said. */
  before?: { text: string; reason: string };
  /** Makes it show that it worked. */
  after?: string;
  /** What no TypeScript can be, each in turn, and why. */
  instead?: { printed: string; texts: string[]; reason: string };
  /** Compiler options beside `strict`, and why. */
  options?: { options: object; reason: string };
  /** What it prints. */
  prints?: RegExp;
}

const CLIENT = {
  text: `import { MarketplaceClient } from '@atom-saas/marketplace-sdk';\nconst client = new MarketplaceClient();\n`,
  reason: 'the sample goes on with the client of one before it',
};

const treatments: Treatment[] = [
  {
    holds: '"Authorization": `Bearer ${apiToken}`',
    before: { text: `const apiToken = 'your-api-token';\n`, reason: 'the sample leaves open where the token is from' },
    after: `const answer = await fetch('https://atom-saas.fly.dev/api/agent-marketplace/agents', { headers });\nconsole.log(answer.status);\n`,
    prints: /^200$/m,
  },
  {
    holds: '"X-Federation-Key"',
    after: `console.log(Object.keys(headers).join());\n`,
    prints: /^X-Federation-Key,X-Federation-Source$/m,
  },
  {
    holds: "await client.installAgent('agent-123', 'your-tenant-id');",
    after: `console.log(agents.length > 0, agents.every(({ averageRating }) => (averageRating ?? 0) >= 4));\n`,
    prints: /^true true$/m,
  },
  {
    holds: 'publishAgent',
    before: CLIENT,
    after: 'console.log(result.id, result.status);\n',
    prints: /^atom_main pending_review$/m,
  },
  { holds: 'sales_automation_agent', before: CLIENT, after: 'console.log(result.status);\n', prints: /^installed$/m },
  {
    holds: 'createWebhook',
    before: CLIENT,
    after: 'console.log(webhook.id);\n',
    prints: /^whk_\S+$/m,
  },
  {
    holds: 'function verifyWebhook',
    after: `import { signWebhook } from '@atom-saas/marketplace-sdk';
const signed = await signWebhook('{"a":"ü"}', 'your-webhook-secret');
console.log(verifyWebhook('{"a":"ü"}', signed, 'your-webhook-secret'), verifyWebhook('{"a":"u"}', signed, 'your-webhook-secret'));\n`,
    prints: /^true false$/m,
  },
  {
    holds: 'function withRetry',
    before: {
      text: `import { MarketplaceClient, RateLimitError } from '@atom-saas/marketplace-sdk';\n`,
      reason: 'the sample names RateLimitError without importing it',
    },
    after: `const client = new MarketplaceClient({ maxRetries: 0 });
await client.testSetRateLimit({ limit: 0, windowSeconds: 1 });
await withRetry(() => client.listAgents()).catch((error: RateLimitError) => console.log(error.code));
await client.testReset();
console.log((await withRetry(() => client.listAgents())).length);\n`,
    prints: /^(Rate limited. Retrying after 1s\n){2}RATE_LIMIT_EXCEEDED\n20$/m,
  },
  {
    holds: 'error instanceof InsufficientPermissionsError',
    before: {
      text: `const given = JSON.parse(process.env['GIVEN'] ?? '{}');\nconst options = [given.options] as const, args = (given.args ?? []) as [any];\n`,
      reason: 'the sample prints `(...)` where arguments go',
    },
    instead: {
      printed: '(...)',
      texts: ['(...options)', '(...args)'],
      reason: '`...` alone is no TypeScript: it says nothing to spread',
    },
    options: {
      options: { useUnknownInCatchVariables: false },
      reason: 'the last branch reads `error.code` of whatever was thrown',
    },
    prints: /^Marketplace error: INVALID_REQUEST - /m,
  },
  { holds: '', after: 'console.log(client.baseUrl);\n', prints: /\/api\/test$/m },
];

/** The one with tests is run by a test runner. */
const TESTS = "describe('Marketplace Integration'";

const squeezed = (text: string): string => text.replace(/\s/g, '');

test('every sample is found, and nothing but the samples', () => {
  expect(samples.map(({ line }) => line)).toHaveLength(treatments.length + 1);
  const covered = samples.map(({ text }) => text).join('\n');
  for (const sign of ['@atom-saas/marketplace-sdk', 'await client.', 'const headers', 'console.log', 'async ']) {
    const inGuide =
      guide.split(sign).length -
      (sign === '@atom-saas/marketplace-sdk' ? guide.split(`install ${sign}`).length - 1 : 0);
    expect(covered.split(sign).length, sign).toBe(inGuide);
  }
  for (const { text } of samples) expect(squeezed(guide)).toContain(squeezed(text));
});

/** What is treated how: each treatment takes the first sample left that it is for. */
const treated = samples
  .filter(({ text }) => !text.includes(TESTS))
  .map((sample) => ({
    ...sample,
    treatment: treatments.find(({ holds }) => sample.text.includes(holds)) as Treatment,
  }));

test('every sample is treated by itself', () => {
  expect(new Set(treated.map(({ treatment }) => treatment)).size).toBe(treatments.length);
});

describe.skipIf(!installed)('against a real server', () => {
  let server: RunningServer;
  let folder: string;
  let checked: Outcome;

  const substitute = (text: string): string =>
    text
      .replaceAll('https://atom-saas.fly.dev/api/test', `${server.url}/api/test`)
      .replaceAll(/https:\/\/atom-saas\.fly\.dev\/api\b(?!\/test)/g, `${server.url}/api/test`)
      .replaceAll('your-tenant-id', 'test-tenant-id')
      .replaceAll('your-api-token', 'test-api-token');

  const environment = (): Record<string, string> => ({
    ATOM_BASE_URL: `${server.url}/api/test`,
    ATOM_TENANT_ID: 'test-tenant-id',
    ATOM_API_TOKEN: 'test-api-token',
  });

  const client = (): MarketplaceClient => {
    const { ATOM_BASE_URL: baseUrl, ATOM_TENANT_ID: tenantId, ATOM_API_TOKEN: apiToken } = environment();
    return new MarketplaceClient({ baseUrl, tenantId, apiToken });
  };

  const programOf = ({ text, treatment }: (typeof treated)[number]): string => {
    const { before, after, instead } = treatment;
    const sample = instead?.texts.reduce((changed, one) => changed.replace(instead.printed, one), text) ?? text;
    return substitute(`${before?.text ?? ''}${sample}\n${after ?? ''}`);
  };

  beforeAll(async () => {
    server = await startServer();
    const files = Object.fromEntries(treated.map((sample) => [`line${sample.line}.ts`, programOf(sample)]));
    const extra = treated.find(({ treatment }) => treatment.options);
    folder = project('guide', { ...files, 'tsconfig.json': strict(extra?.treatment.options?.options) });
    checked = await compile(folder);
  });

  afterAll(() => server.stop());

  test('the compiler accepts them', () => {
    expect(checked.output).toBe('');
    expect(checked.code).toBe(0);
  });

  test.each(treated)('the sample in line $line', async ({ line, treatment }) => {
    await client().testReset();
    const { output } = await node([`out/line${line}.js`], folder, environment());
    expect(output).toMatch(treatment.prints ?? /^$/);
  });

  test('each branch of the error handling', async () => {
    const { line } = treated.find(({ treatment }) => treatment.instead) as (typeof treated)[number];
    const tried = async (given: object): Promise<string> => {
      const { output } = await node([`out/line${line}.js`], folder, { ...environment(), GIVEN: JSON.stringify(given) });
      return output.trim();
    };
    expect(await tried({ args: ['no-such-agent'] })).toBe('Component not found: no-such-agent');
    const { token } = await client().createToken({ name: 'reader', scopes: ['components:read'] });
    expect(await tried({ options: { apiToken: token }, args: ['test-agent'] })).toBe(
      'Insufficient permissions: components:install',
    );
    await client().testSetRateLimit({ limit: 0, windowSeconds: 60 });
    expect(await tried({ args: ['test-agent'] })).toMatch(/^Rate limited. Retry after (60|59)s$/);
    await client().testReset();
  });

  test('the integration tests, in a test runner', async () => {
    const sample = samples.find(({ text }) => text.includes(TESTS));
    const tests = project('guide-tests', {
      'guide.test.ts': substitute(sample?.text ?? ''),
      'tsconfig.json': strict({ noEmit: true, types: ['node', 'vitest/globals'] }),
    });
    expect((await compile(tests)).output).toBe('');
    const { code, output } = await runTests(tests);
    expect(output).toMatch(/Tests\s+2 passed \(2\)/);
    expect(code).toBe(0);
  });
});
