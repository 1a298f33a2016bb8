// Signed bundles: the same answers as the server and the other SDKs give, by the vectors that all of them share.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { BundleRefusedError, ENVELOPE_TYPE, MarketplaceError, verifyBundle } from '@atom-saas/marketplace-sdk';

import { canonical, parse } from '../src/canonical.js';
import { admin, baseUrl, newTenant } from './support/live.js';
import { repository } from './support/process.js';

interface Vector {
  name: string;
  expect: string;
  keys: string[];
  envelope?: string;
  envelope_base64?: string;
  repeat?: { text: string; times: number };
  keyid?: string;
  digest?: string;
}

const { vectors } = JSON.parse(readFileSync(join(repository, 'sdks/vectors/bundles.json'), 'utf8')) as {
  vectors: Vector[];
};

const envelopeOf = ({ envelope, envelope_base64: base64, repeat }: Vector): string | Buffer => {
  if (repeat) return repeat.text.repeat(repeat.times);
  return base64 === undefined ? (envelope ?? '') : Buffer.from(base64, 'base64');
};

const reasonOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof BundleRefusedError ? error.reason : error),
  );

describe('the shared vectors', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const envelope = envelopeOf(vector);
    expect(await reasonOf(verifyBundle(envelope, vector.keys))).toBe(vector.expect);
    if (vector.expect !== 'ok') return;
    const keys = vector.keys.map((key) => Buffer.from(key, 'base64'));
    const verified = await verifyBundle(Buffer.from(envelope), keys);
    expect([verified.keyId, verified.bundle.digest]).toEqual([vector.keyid, vector.digest]);
    const written = parse(new TextDecoder().decode(verified.payload), 65, 1_000);
    expect(canonical(written)).toBe(new TextDecoder().decode(verified.payload));
  });
});

test('any byte counts', async () => {
  const vector = vectors.find((one) => one.expect === 'ok') as Vector;
  const text = Buffer.from(envelopeOf(vector));
  for (let place = 0; place < text.length; place += 7) {
    for (const bit of [1, 32]) {
      const changed = Buffer.from(text);
      changed.writeUInt8(changed.readUInt8(place) ^ bit, place);
      expect(await reasonOf(verifyBundle(changed, vector.keys)), `${place}`).not.toBe('ok');
    }
  }
});

test('a refusal is an error of this package', async () => {
  const error = await verifyBundle('{}', []).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MarketplaceError);
  expect(error).toMatchObject({ code: 'BUNDLE_REFUSED', name: 'BundleRefusedError', details: { reason: 'malformed' } });
});

test('canonical JSON', () => {
  const text =
    '{"\\r":1,"1":"\\u0007\u007f","é":[18446744073709551615,-9223372036854775808,1.5,1e+23],"😀":null,"\ufb33":{}}';
  expect(canonical(parse(text, 3, 9))).toBe(text);
  const again = '[5e-324,1.7976931348623157e+308,295147905179352830000,999999999999999700000,9.999999999999997e-7]';
  expect(canonical(parse(again, 1, 1))).toBe(again);
  for (const wrong of ['{"a":1,"\\u0061":2}', '[[[[]]]]', 'NaN', '[1,]', '1e999', '"\\ud800"', '\ufeff1', '01', '']) {
    expect(() => parse(wrong, 3, 9), wrong).toThrow();
  }
});

test('what a server signs', async () => {
  const { client, id } = await newTenant();
  await client.publishSkill({
    skillId: 'signed',
    marketplaceType: 'public',
    name: 'Signed',
    description: 'It is signed.',
    content: { n: [1.5, 2 ** 53] },
  });
  const [submission] = await admin().listSubmissions({ sourceTenantId: id, status: 'pending_review' });
  await admin().approveSubmission(submission?.id ?? '');
  const known = (await (await fetch(new URL('/.well-known/atom-federation', baseUrl()))).json()) as {
    instance: { id: string };
    keys: Array<{ public_key: string }>;
  };
  const { body } = await client.getSkillBundle('signed', {}, { headers: { Accept: ENVELOPE_TYPE } }).withResponse();
  const pinned = known.keys.map((key) => key.public_key);
  const { bundle } = await verifyBundle(body, pinned);
  expect(bundle).toMatchObject({ id: 'signed', instance: known.instance.id, sourceTenantId: id });
  expect(await reasonOf(verifyBundle(body, []))).toBe('unknown_key');
});
