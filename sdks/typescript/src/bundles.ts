// Verifies signed bundles: that an instance published them, and that nothing was changed since. With WebCrypto alone, which
// knows Ed25519 in Node from 20 on and in today's browsers.

import { canonical, JsonError, parse, type Json } from './canonical.js';
import { fromWire } from './decode.js';
import { MarketplaceError } from './errors/public.js';
import { mark } from './errors/base.js';
import type { Bundle } from './generated/types/index.js';

/** What to accept in order to be given a signed bundle. */
export const ENVELOPE_TYPE = 'application/vnd.dsse.envelope.v1+json';

/** Why a bundle is refused; the same in every SDK. */
export type BundleRefusal =
  | 'bad_key'
  | 'bad_path'
  | 'bad_signature'
  | 'digest_mismatch'
  | 'duplicate_key'
  | 'malformed'
  | 'not_canonical'
  | 'too_large'
  | 'unknown_key'
  | 'wrong_format'
  | 'wrong_type';

/** A bundle, or a key to check it with, is not accepted. */
export class BundleRefusedError extends MarketplaceError {
  static override readonly code: string = 'BUNDLE_REFUSED';
  static {
    mark(this, 'BundleRefusedError');
  }

  /** Why. */
  readonly reason: BundleRefusal;

  constructor(reason: BundleRefusal, message: string) {
    super(`The bundle is refused (${reason}): ${message}.`, { details: { reason } });
    this.reason = reason;
  }
}

/** A bundle whose signature fits, whose content is that of its digest, and whose files can be written to a disk. */
export interface VerifiedBundle {
  /** What it says. */
  bundle: Bundle;
  /** Its bytes, exactly as they were signed. */
  payload: Uint8Array;
  /** Who signed it. */
  keyId: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

const TYPE = 'application/vnd.atom.bundle+json';
const FORMAT = 'atom-bundle/1';
const LIMIT = 24 << 20;
const FILES = 1_000;
const DEPTH = 65;
const CONTAINERS = 350_000;

const refuse = (reason: BundleRefusal, message: string): BundleRefusedError => new BundleRefusedError(reason, message);

/**
 * The bundle in an envelope, if one of the keys signed it and it is what it ought to be.
 *
 * @param envelope - the answer to `Accept: application/vnd.dsse.envelope.v1+json`, byte for byte
 * @param keys - public keys that are trusted: base64, as instances publish them, or 32 bytes. Whose they are is for the
 *   caller to know: compare `bundle.instance`.
 * @throws BundleRefusedError if it is not to be trusted; `reason` says why
 */
export async function verifyBundle(
  envelope: string | Uint8Array | ArrayBuffer,
  keys: Iterable<string | Uint8Array>,
): Promise<VerifiedBundle> {
  const trusted = Array.from(keys, keyOf);
  const bytes = typeof envelope === 'string' ? utf8(envelope) : Uint8Array.from(new Uint8Array(envelope));
  const { payload, keyId } = await open(bytes, trusted);
  const { text, value } = read(payload, DEPTH, CONTAINERS, 'payload');
  const format = value instanceof Map ? value.get('format') : undefined;
  if (!(value instanceof Map) || typeof format !== 'string') throw refuse('malformed', 'it has no format');
  if (format !== FORMAT) throw refuse('wrong_format', `its format is not ${FORMAT}`);
  await check(value);
  return { bundle: fromWire(JSON.parse(text), 'Bundle') as Bundle, payload, keyId };
}

/** The payload of an envelope (DSSE 1.0), and who signed it. */
async function open(envelope: Bytes, keys: readonly Bytes[]): Promise<{ payload: Bytes; keyId: string }> {
  if (envelope.byteLength > LIMIT)
    throw refuse('too_large', `it has ${envelope.byteLength} bytes, of at most ${LIMIT}`);
  const fields = shaped(read(envelope, 3, 8, 'envelope').value, ENVELOPE);
  const [signature, ...others] = fields.get('signatures') as Array<Map<string, string>>;
  if (!signature || others.length > 0) throw refuse('malformed', 'it has not exactly one signature');
  if (fields.get('payloadType') !== TYPE) throw refuse('wrong_type', `it is no ${TYPE}`);
  const keyId = signature.get('keyid') as string;
  if (!/^[0-9a-f]{16}$/.test(keyId)) throw refuse('malformed', "a key's id is 16 lower-case hex digits");
  const payload = fromBase64(fields.get('payload') as string);
  const signed = fromBase64(signature.get('sig') as string);
  if (signed.byteLength !== 64) throw refuse('malformed', 'a signature has 64 bytes');
  // The id is no proof: two keys may share it.
  let known = false;
  const head = utf8(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.byteLength} `);
  const message = new Uint8Array(head.byteLength + payload.byteLength);
  message.set(head);
  message.set(payload, head.byteLength);
  for (const key of keys) {
    if ((await sha256(key)).slice(0, 16) !== keyId) continue;
    known = true;
    if (await isSigned(key, signed, message)) return { payload, keyId };
  }
  if (!known) throw refuse('unknown_key', 'the key that signed it is not among those that are trusted');
  throw refuse('bad_signature', 'it was changed after it was signed');
}

function read(bytes: Bytes, depth: number, containers: number, what: string): { text: string; value: Json } {
  let text: string;
  let value: Json;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = parse(text, depth, containers);
  } catch (error) {
    if (error instanceof JsonError && error.reason === 'duplicate_key') {
      throw refuse('duplicate_key', `the ${what} can be read in two ways`);
    }
    throw refuse('malformed', `the ${what} is no JSON, or too deep`);
  }
  if (canonical(value) !== text)
    throw refuse('not_canonical', `the ${what} is written in another way than the one there is`);
  return { text, value };
}

// Keys.

const PRIME = 2n ** 255n - 19n;
const EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
/** The y of the eight points whose order is small: under such a key, anything can be signed. */
const SMALL: ReadonlySet<bigint> = new Set([0n, 1n, PRIME - 1n, EIGHTH, PRIME - EIGHTH]);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % PRIME) {
    if (rest & 1n) result = (result * square) % PRIME;
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, PRIME - 2n);

const yOf = (point: Bytes): bigint => BigInt(`0x${Array.from(point, hex).reverse().join('')}`) & ((1n << 255n) - 1n);

function keyOf(key: string | Uint8Array): Bytes {
  let point: Bytes;
  try {
    point = typeof key === 'string' ? fromBase64(key) : Uint8Array.from(key);
  } catch {
    throw refuse('bad_key', 'it is no base64');
  }
  if (point.byteLength !== 32) throw refuse('bad_key', `it has ${point.byteLength} bytes, not 32`);
  const y = yOf(point);
  const d = ((PRIME - 121665n) * inverse(121666n)) % PRIME;
  // x² of the curve: a square, or there is no such point.
  const square = ((y * y - 1n + PRIME) * inverse((d * y * y + 1n) % PRIME)) % PRIME;
  if (y >= PRIME || SMALL.has(y) || power(square, (PRIME - 1n) / 2n) !== 1n) {
    throw refuse('bad_key', 'these 32 bytes are no Ed25519 key, or one under which all can be signed');
  }
  return point;
}

async function isSigned(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  if (SMALL.has(yOf(signature.subarray(0, 32)))) return false;
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', imported, signature, message);
}

// What a bundle holds.

type Check = (value: Json) => boolean;

const text: Check = (value) => typeof value === 'string';
const map: Check = (value) => value instanceof Map;
const array: Check = (value) => Array.isArray(value);
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) =>
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) ||
  (typeof value === 'bigint' && value >= 0n);
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

/** An object with these fields, and perhaps those; whether it may have others. */
const object =
  (required: Record<string, Check>, optional: Record<string, Check> = {}, others = false): Check =>
  (value) => {
    if (!(value instanceof Map) || !Object.keys(required).every((name) => value.has(name))) return false;
    const known: Record<string, Check> = { ...optional, ...required };
    return [...value].every(([name, field]) => (Object.hasOwn(known, name) ? known[name]?.(field) : others));
  };

function shaped(value: Json, check: Check): Map<string, Json> {
  if (!check(value)) throw refuse('malformed', 'it is not what such a document holds');
  return value as Map<string, Json>;
}

const ENVELOPE = object({
  payload: text,
  payloadType: text,
  signatures: listOf(object({ keyid: text, sig: text })),
});

const KIND = oneOf('agent', 'skill', 'canvas', 'domain');
const DEPENDENCY = object(
  { component_type: KIND, id: text },
  { source_tenant_id: orNull(text), version: text, optional: flag },
);
const MANIFEST = object(
  { name: text, description: text },
  {
    agent_roles: orNull(listOf(text)),
    canvas_type: orNull(oneOf('html', 'react', 'vue', 'custom')),
    canvases: orNull(array),
    capabilities: listOf(text),
    category: orNull(text),
    code: orNull(text),
    configuration: orNull(map),
    dependencies: listOf(DEPENDENCY),
    documentation_url: orNull(text),
    files: listOf(object({ path: text, sha256: text, size: count }, {}, true)),
    knowledge_base: orNull(array),
    license: orNull(text),
    maturity_level: orNull(oneOf('student', 'intern', 'supervised', 'autonomous')),
    memory: orNull(map),
    preview_url: orNull(text),
    pricing_tier: oneOf('free', 'solo', 'team', 'enterprise'),
    readme: orNull(text),
    release_notes: orNull(text),
    requires_capabilities: listOf(text),
    skill_type: orNull(
      oneOf('prompt_only', 'python_code', 'nodejs', 'api', 'function', 'script', 'docker', 'container'),
    ),
    tags: listOf(text),
    topics: orNull(listOf(text)),
  },
  true,
);
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?$/;
const BUNDLE = object({
  format: text,
  instance: matching(/^ins_[0-9a-f]{32}$/),
  component_type: KIND,
  id: matching(/^(?!(?:search|bulk-install|categories)$)[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/),
  source_tenant_id: matching(/^[a-z0-9][a-z0-9-]{1,62}$/),
  version: (value) =>
    typeof value === 'string' &&
    value.length <= 64 &&
    (VERSION.exec(value)?.slice(1, 4) ?? [Infinity]).every((number) => Number(number) <= 2 ** 31),
  digest: matching(/^sha256:[0-9a-f]{64}$/),
  published_at: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/),
  manifest: MANIFEST,
  files: listOf(object({ path: text, content: text }, { encoding: oneOf('utf-8', 'base64') })),
});

async function check(bundle: Map<string, Json>): Promise<void> {
  shaped(bundle, BUNDLE);
  const manifest = bundle.get('manifest') as Map<string, Json>;
  await checkFiles(manifest.get('files') as Entry[] | undefined, bundle.get('files') as Entry[]);
  const covered = new Map(manifest);
  for (const name of ['id', 'component_type']) covered.set(name, bundle.get(name) ?? null);
  for (const name of ['version', 'marketplace_type']) covered.delete(name);
  if (bundle.get('digest') !== `sha256:${await sha256(utf8(canonical(covered)))}`) {
    throw refuse('digest_mismatch', 'its content is not that of its digest');
  }
}

type Entry = Map<string, Json>;

/** Files are those that the manifest names, in the byte order of their paths. */
async function checkFiles(entries: readonly Entry[] = [], files: readonly Entry[]): Promise<void> {
  if (files.length > FILES) throw refuse('malformed', `it has ${files.length} files, of at most ${FILES}`);
  const differs = refuse('digest_mismatch', 'its files are not those that the manifest names');
  if (entries.length !== files.length) throw differs;
  let last = '';
  const taken = new Set<string>();
  for (const [index, file] of files.entries()) {
    const path = file.get('path') as string;
    checkPath(path);
    // Hex of UTF-8 is ordered as its bytes are.
    const place = Array.from(utf8(path), hex).join('');
    if (place <= last) throw refuse('bad_path', 'a path is not in its place by the order of bytes');
    last = place;
    // Only the letters of ASCII, as disks that do not mind the case at least agree on.
    const lower = path.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    if (taken.has(lower)) throw refuse('bad_path', 'two paths differ by case alone');
    taken.add(lower);
    const content = file.get('content') as string;
    const bytes = file.get('encoding') === 'base64' ? fromBase64(content) : utf8(content);
    const named = entries[index];
    const fits = named?.get('path') === path && named.get('size') === bytes.byteLength;
    if (!fits || named.get('sha256') !== (await sha256(bytes))) throw differs;
  }
}

const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[1-9])(?:\.|$)/i;

/** Whether a path stays in its folder, and means one file on every system. */
function checkPath(path: string): void {
  const letters = [...path].length <= 255 && !/[\u0000-\u001f\u007f\\:*?"<>|]/.test(path);
  const stays = (part: string): boolean =>
    !['', '.', '..'].includes(part) && !part.startsWith(' ') && !/[ .]$/.test(part) && !DEVICE.test(part);
  if (letters && path.split('/').every(stays)) return;
  throw refuse('bad_path', 'a path does not stay in its folder, or is no name on some systems');
}

// Bytes.

const utf8 = (value: string): Bytes => new TextEncoder().encode(value);

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

async function sha256(bytes: Bytes): Promise<string> {
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), hex).join('');
}

/** Base64 in the one way there is: padded, without white space, no stray bits in the last letter. */
function fromBase64(value: string): Bytes {
  let binary: string;
  try {
    binary = atob(value);
  } catch {
    throw refuse('malformed', 'a text is no base64');
  }
  if (btoa(binary) !== value) throw refuse('malformed', 'a text is base64 in a second way');
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
