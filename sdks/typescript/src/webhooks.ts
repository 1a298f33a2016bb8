// Verifies and makes signatures of webhooks: the hexadecimal one of the integration guide, and that of Standard
// Webhooks, which also holds the time and so cannot be replayed later.
//
// Signatures are compared in constant time by WebCrypto. Nothing here throws over what a sender made up: a signature of
// the wrong length or alphabet is a wrong signature.

import { fromWire } from './decode.js';
import { UnexpectedResponseError, WebhookVerificationError } from './errors/public.js';
import type { MarketplaceEvent } from './generated/types/index.js';
import { isPlain } from './names.js';

/** The raw body of a delivery, exactly as it came. Parsed and written again it has another signature. */
export type WebhookPayload = string | Uint8Array | ArrayBuffer;

/** Headers of a delivery: those of `fetch`, or of Node's `IncomingMessage`. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** How to judge the time of a delivery. */
export interface WebhookTolerance {
  /** Seconds between the sender's clock and this one. Default 300. */
  toleranceSeconds?: number | undefined;
  /** Now. Default: the time it is. */
  now?: Date | undefined;
}

const TOLERANCE = 300;

/**
 * Whether `signature` (the header `X-ATOM-Signature`) is that of the body with the secret, or with one of several: the
 * one before is good until it is retired. Never throws.
 */
export async function verifyWebhook(
  payload: WebhookPayload,
  signature: string,
  secrets: string | readonly string[],
): Promise<boolean> {
  const found = fromHex(signature);
  return found !== undefined && matches(bytesOf(payload), [found], keysOf(secrets, utf8));
}

/**
 * Whether the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks) are those of the
 * body with one of the secrets, and the time is near. Never throws.
 */
export async function verifyStandardWebhook(
  payload: WebhookPayload,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceSeconds = TOLERANCE, now = new Date() }: WebhookTolerance = {},
): Promise<boolean> {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  if (!id || !timestamp || !/^\d{1,12}$/.test(timestamp)) return false;
  if (!(Math.abs(now.getTime() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false;
  const signatures = (header(headers, 'webhook-signature') ?? '').split(' ').flatMap((one) => {
    const signature = one.startsWith('v1,') ? fromBase64(one.slice(3)) : undefined;
    return signature ? [signature] : [];
  });
  return matches(signedContent(id, timestamp, payload), signatures, keysOf(secrets, standardKey));
}

/**
 * The event of a delivery whose Standard Webhooks signature is good. Its `type` says what its `data` holds.
 *
 * @throws WebhookVerificationError if it is not
 */
export async function unwrapWebhook(
  payload: WebhookPayload,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  tolerance: WebhookTolerance = {},
): Promise<MarketplaceEvent> {
  if (!(await verifyStandardWebhook(payload, headers, secrets, tolerance))) {
    throw new WebhookVerificationError('The webhook has no valid signature of these secrets, or is too old.');
  }
  const event = eventOf(new TextDecoder().decode(bytesOf(payload)));
  if (!event) throw new UnexpectedResponseError('The webhook is signed, but is no event.');
  return event;
}

function eventOf(text: string): MarketplaceEvent | undefined {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { id, type, timestamp, data } = Object(event) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof timestamp !== 'string' || !isPlain(data)) return;
  return fromWire(event, 'MarketplaceEvent') as MarketplaceEvent;
}

/** The signature of `X-ATOM-Signature`: HMAC-SHA256 in lowercase hexadecimal. For tests of receivers. */
export async function signWebhook(payload: WebhookPayload, secret: string): Promise<string> {
  const signature = await sign(bytesOf(payload), utf8(secret));
  return Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The headers of Standard Webhooks for a body. For tests of receivers. */
export async function signStandardWebhook(
  payload: WebhookPayload,
  secret: string,
  { id, timestamp = new Date() }: { id: string; timestamp?: Date },
): Promise<{ 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string }> {
  const seconds = String(Math.floor(timestamp.getTime() / 1000));
  const key = standardKey(secret);
  if (!key?.byteLength) throw new WebhookVerificationError('The secret is empty, or no base64 after `whsec_`.');
  const signature = await sign(signedContent(id, seconds, payload), key);
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${btoa(String.fromCharCode(...signature))}`,
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

const standardKey = (secret: string): Bytes | undefined =>
  secret.startsWith('whsec_') ? fromBase64(secret.slice('whsec_'.length)) : utf8(secret);

async function sign(content: Bytes, key: Bytes): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key, ALGORITHM, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, content));
}

/** Whether any signature is that of any key. All are tried: how long it takes does not tell which it was. */
async function matches(content: Bytes, signatures: readonly Bytes[], keys: readonly Bytes[]): Promise<boolean> {
  let good = false;
  for (const key of keys) {
    const imported = await crypto.subtle.importKey('raw', key, ALGORITHM, false, ['verify']);
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', imported, signature, content)) good = true;
    }
  }
  return good;
}

/** An empty secret is none: everybody knows it. */
function keysOf(secrets: string | readonly string[], keyOf: (secret: string) => Bytes | undefined): Bytes[] {
  return [secrets].flat().flatMap((secret: unknown) => {
    const key = typeof secret === 'string' ? keyOf(secret) : undefined;
    return key?.byteLength ? [key] : [];
  });
}

function signedContent(id: string, timestamp: string, payload: WebhookPayload): Bytes {
  const head = utf8(`${id}.${timestamp}.`);
  const body = bytesOf(payload);
  const content = new Uint8Array(head.byteLength + body.byteLength);
  content.set(head);
  content.set(body, head.byteLength);
  return content;
}

function bytesOf(payload: WebhookPayload): Bytes {
  return typeof payload === 'string'
    ? utf8(payload)
    : new Uint8Array(payload instanceof Uint8Array ? Uint8Array.from(payload).buffer : payload);
}

function fromHex(text: unknown): Bytes | undefined {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})+$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (typeof (headers as Headers).get === 'function') return (headers as Headers).get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] as
    string | readonly string[] | undefined;
  return typeof found === 'string' ? found : found?.join(' ');
}
