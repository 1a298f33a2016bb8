// Signatures of webhooks, against the guide's own verifier and the published example of Standard Webhooks.

import crypto from 'node:crypto';

import { describe, expect, test } from 'vitest';

import {
  unwrapWebhook,
  signStandardWebhook,
  signWebhook,
  verifyStandardWebhook,
  verifyWebhook,
} from '@atom-saas/marketplace-sdk';

const payload =
  '{"id":"evt_1","type":"component.installed","timestamp":"2026-01-02T03:04:05Z","data":{"component_type":"agent","component_id":"a","tenant_id":"ümlaut"}}';

/** As the integration guide prints it. */
function guide(body: string, signature: string, secret: string): boolean {
  const expected = crypto.createHmac('sha256', secret).update(body).digest('hex');
  return crypto.timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

describe('the hexadecimal signature', () => {
  test.each(['your-webhook-secret', 'ünicode', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])('of %s', async (secret) => {
    const signature = await signWebhook(payload, secret);
    expect(guide(payload, signature, secret)).toBe(true);
    for (const body of [
      payload,
      new TextEncoder().encode(payload),
      Buffer.from(payload),
      new TextEncoder().encode(payload).buffer,
    ]) {
      expect(await verifyWebhook(body, signature, secret)).toBe(true);
      expect(await verifyWebhook(body, signature, ['old', secret])).toBe(true);
    }
    expect(await verifyWebhook(`${payload} `, signature, secret)).toBe(false);
    expect(await verifyWebhook(payload, signature, ['old', 'older'])).toBe(false);
  });

  test('nothing a sender makes up throws', async () => {
    const signature = await signWebhook(payload, 's');
    const made = [
      '',
      'a',
      signature.slice(1),
      `${signature}00`,
      signature.toUpperCase(),
      'g'.repeat(64),
      'é'.repeat(64),
      '\u0000',
      `v1,${signature}`,
    ];
    for (const wrong of [...made, undefined, null, 7, {}, ['x']]) {
      expect(await verifyWebhook(payload, wrong as string, 's'), String(wrong)).toBe(false);
    }
  });

  test('an empty secret verifies nothing', async () => {
    const signature = crypto.createHmac('sha256', '').update(payload).digest('hex');
    for (const none of ['', [], [''], undefined, [null]]) {
      expect(await verifyWebhook(payload, signature, none as string)).toBe(false);
    }
  });
});

describe('Standard Webhooks', () => {
  // The example of the specification.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"test": 2432232314}';
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const now = new Date(1614265330_000);

  test('the example of the specification', async () => {
    expect(await verifyStandardWebhook(body, headers, secret, { now })).toBe(true);
    expect(await signStandardWebhook(body, secret, { id: headers['webhook-id'], timestamp: now })).toEqual(headers);
  });

  test('headers come in several forms', async () => {
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    for (const form of [new Headers(headers), upper]) {
      expect(await verifyStandardWebhook(body, form, secret, { now })).toBe(true);
    }
  });

  test('300 seconds either way', async () => {
    for (const [seconds, good] of [
      [-301, false],
      [-300, true],
      [300, true],
      [301, false],
    ] as const) {
      const at = new Date(now.getTime() + seconds * 1000);
      expect(await verifyStandardWebhook(body, headers, secret, { now: at }), String(seconds)).toBe(good);
    }
    expect(await verifyStandardWebhook(body, headers, secret)).toBe(false);
    expect(await verifyStandardWebhook(body, headers, secret, { now, toleranceSeconds: NaN })).toBe(false);
  });

  test('during a rotation there are several signatures and several secrets', async () => {
    const both = { ...headers, 'webhook-signature': `v1,AAAA v1a,x ${headers['webhook-signature']}` };
    expect(await verifyStandardWebhook(body, both, secret, { now })).toBe(true);
    expect(await verifyStandardWebhook(body, headers, ['new-secret', secret], { now })).toBe(true);
    expect(await verifyStandardWebhook(body, headers, ['new-secret'], { now })).toBe(false);
  });

  test('nothing a sender makes up throws', async () => {
    const changes: Array<Record<string, string | undefined>> = [
      { 'webhook-id': '' },
      { 'webhook-id': undefined },
      { 'webhook-id': 'msg_other' },
      ...['', 'x', '-1', '1e9', '1614265331', ' 1614265330', '9'.repeat(400)].map((value) => ({
        'webhook-timestamp': value,
      })),
      ...['', 'v1', 'v1,', 'v1,%', 'v1,é', 'v2,AAAA', headers['webhook-signature'].slice(3), 'v1,AAAA', ' '].map(
        (value) => ({ 'webhook-signature': value }),
      ),
    ];
    for (const change of changes) {
      expect(
        await verifyStandardWebhook(body, { ...headers, ...change }, secret, { now }),
        JSON.stringify(change),
      ).toBe(false);
    }
    expect(await verifyStandardWebhook(body, headers, 'whsec_%%%', { now })).toBe(false);
    expect(await verifyStandardWebhook(body, headers, ['whsec_', ''], { now })).toBe(false);
  });

  test('an event', async () => {
    const signed = await signStandardWebhook(payload, 'plain-secret', { id: 'evt_1' });
    expect(await unwrapWebhook(payload, signed, 'plain-secret')).toEqual({
      id: 'evt_1',
      type: 'component.installed',
      timestamp: '2026-01-02T03:04:05Z',
      data: { componentType: 'agent', componentId: 'a', tenantId: 'ümlaut' },
    });
    await expect(unwrapWebhook(payload, signed, 'other')).rejects.toMatchObject({
      code: 'WEBHOOK_VERIFICATION_FAILED',
    });
    for (const body of ['not json', 'null', '[]', '{"id":1}', '7']) {
      const headersOfIt = await signStandardWebhook(body, 's', { id: 'evt_2' });
      await expect(unwrapWebhook(body, headersOfIt, 's')).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
    }
    for (const none of [undefined, null, 'x', {}]) {
      expect(await verifyStandardWebhook(body, none as never, secret, { now })).toBe(false);
    }
  });
});
