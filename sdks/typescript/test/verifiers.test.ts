// Verifiers that are not this package's take what the server really sends, and nothing that was tampered with: those that
// the integration guide prints, and the published `standardwebhooks`.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import ts from 'typescript';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { verifyStandardWebhook } from '@atom-saas/marketplace-sdk';

import { guidePath, guideText, samplesOf } from './support/guide.js';
import { newTenant, type Tenant } from './support/live.js';
import { repository } from './support/process.js';
import { receiver, type Received } from './support/receiver.js';

type Verify = (delivery: Received, secret: string) => Promise<boolean>;

/** The guide's verifier: from its own text, where that is there, and from its copy in this repository. */
function printed(): Array<[string, string]> {
  const copied = readFileSync(join(repository, 'docs/INTEGRATION_GUIDE.md'), 'utf8');
  const blocks = copied.split('```typescript\n').map((part) => part.split('```')[0] ?? '');
  const isVerifier = (text: string): boolean => text.includes('function verifyWebhook(');
  const found: Array<[string, string]> = [['copied', blocks.find(isVerifier) ?? '']];
  if (existsSync(guidePath)) {
    found.push(['printed', samplesOf(guideText()).find(({ text }) => isVerifier(text))?.text ?? '']);
  }
  return found;
}

async function guides(text: string, name = 'x-atom-signature'): Promise<Verify> {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  const program = ts.transpileModule(`${text}\nexport { verifyWebhook };`, { compilerOptions: options }).outputText;
  const address = `data:text/javascript,${encodeURIComponent(program)}`;
  const { verifyWebhook } = (await import(/* @vite-ignore */ address)) as {
    verifyWebhook: (payload: string, signature: string, secret: string) => boolean;
  };
  return ({ body, headers }, secret) =>
    Promise.resolve(verifyWebhook(body.toString('utf8'), headers[name] ?? '', secret));
}

/** The published package's: a `whsec_` secret is given as it is, any other as raw. */
const standard: Verify = ({ body, headers }, secret) => {
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  try {
    expect(webhook.verify(body, headers)).toMatchObject({ id: headers['webhook-id'] });
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return Promise.resolve(false);
  }
  return Promise.resolve(true);
};

const ours: Verify = ({ body, headers }, secret) => verifyStandardWebhook(body, headers, secret);

/** The delivery with one byte of its body changed, in several places. */
const changed = ({ body, headers }: Received): Received[] =>
  [0, body.length >> 1, body.length - 1].map((place) => {
    const other = Buffer.from(body);
    other.writeUInt8(other.readUInt8(place) ^ 1, place);
    return { headers, body: other };
  });

const withHeaders = ({ body, headers }: Received, others: Record<string, string>): Received => ({
  body,
  headers: { ...headers, ...others },
});

let tenant: Tenant;
let published = 0;

beforeAll(async () => {
  tenant = await newTenant();
});

/** A webhook of the server's, its secret, and a way to the next delivery. */
async function subject(
  given: string | undefined,
): Promise<{ id: string; secret: string; next: () => Promise<Received> }> {
  const { client } = tenant;
  const hook = await receiver();
  const webhook = await client.createWebhook({ url: hook.url, events: ['component.published'], secret: given });
  onTestFinished(() => client.deleteWebhook(webhook.id));
  const next = async (): Promise<Received> => {
    const skillId = `s-${published++}`;
    await client.publishSkill({ skillId, marketplaceType: 'private', name: 'One', description: 'It is delivered.' });
    return hook.next();
  };
  return { id: webhook.id, secret: given ?? webhook.secret ?? '', next };
}

describe.each([
  ['a given secret', 'your-webhook-secret'],
  ["a secret of the server's", undefined],
])('with %s', (_, given) => {
  test.each(printed())("the guide's verifier, as it is %s", async (_, text) => {
    const { secret, next } = await subject(given);
    const [verify, delivery] = [await guides(text), await next()];
    expect(await verify(delivery, secret)).toBe(true);
    for (const other of changed(delivery)) expect(await verify(other, secret)).toBe(false);
    expect(await verify(delivery, `${secret}x`)).toBe(false);
  });

  test.each<[string, Verify]>([
    ['standardwebhooks', standard],
    ["this package's", ours],
  ])('%s', async (_, verify) => {
    const { secret, next } = await subject(given);
    const [delivery, other] = [await next(), await next()];
    expect(await verify(delivery, secret)).toBe(true);
    for (const one of changed(delivery)) expect(await verify(one, secret)).toBe(false);
    const sentAt = Number(delivery.headers['webhook-timestamp']);
    for (const headers of [
      { 'webhook-id': other.headers['webhook-id'] ?? '' },
      { 'webhook-signature': other.headers['webhook-signature'] ?? '' },
      { 'webhook-timestamp': String(sentAt + 1) },
      { 'webhook-timestamp': String(sentAt - 301) },
    ]) {
      expect(await verify(withHeaders(delivery, headers), secret), JSON.stringify(headers)).toBe(false);
    }
    for (const wrong of [`whsec_${'A'.repeat(32)}`, 'another secret'])
      expect(await verify(delivery, wrong)).toBe(false);

    // Recorded, and played again when six minutes have passed.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 360_000 });
    try {
      expect(await verify(delivery, secret)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test('both secrets, while one is rotated', async () => {
    const { id, secret: old, next } = await subject(given);
    const { secret } = await tenant.client.rotateWebhookSecret(id);
    expect(secret).not.toBe(old);
    const delivery = await next();
    for (const verify of [standard, ours]) {
      expect(await verify(delivery, secret ?? '')).toBe(true);
      expect(await verify(delivery, old)).toBe(true);
      expect(await verify(delivery, `whsec_${'A'.repeat(32)}`)).toBe(false);
      for (const other of changed(delivery)) expect(await verify(other, old)).toBe(false);
    }
    for (const [, text] of printed()) {
      expect(await (await guides(text))(delivery, secret ?? '')).toBe(true);
      expect(await (await guides(text))(delivery, old)).toBe(false);
      expect(await (await guides(text, 'x-atom-signature-previous'))(delivery, old)).toBe(true);
    }

    await tenant.client.rotateWebhookSecret(id, { secret: 'the-third-secret', gracePeriodSeconds: 0 });
    const third = await next();
    expect(third.headers).not.toHaveProperty('x-atom-signature-previous');
    expect(await standard(third, 'the-third-secret')).toBe(true);
    expect(await standard(third, secret ?? '')).toBe(false);
  });
});
