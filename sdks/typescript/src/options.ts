// What the client is told: its options, what the environment adds to them, and what one request may have otherwise.

import { invalidRequest } from './errors/index.js';
import { LEVELS, type Logger, type LogLevel } from './log.js';

/** Any function that fetches like the platform's own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of the client. Of the credentials one at most; with none, public components can be read. */
export interface ClientOptions {
  /** Where the marketplace is; ends in `/api`, or `/api/test`. Left out: `ATOM_BASE_URL`. */
  baseUrl?: string | undefined;
  /** The tenant to act for. Left out: `ATOM_TENANT_ID`, or the token's own. */
  tenantId?: string | null | undefined;
  /** API token, `at_saas_…`. Left out: `ATOM_API_TOKEN`, unless there is another credential; `null`: none. */
  apiToken?: string | null | undefined;
  /** Federation key, `sk-fed-…`: reads public components for another instance. */
  federationKey?: string | null | undefined;
  /** The instance that asks, recorded with requests by a federation key. */
  federationSource?: string | null | undefined;
  /** The platform's admin key. It may do everything, to every tenant: never use it in production applications. */
  adminKey?: string | null | undefined;
  /** What the routes of the test environment itself want (`testLogin` and the like). Default: the one it is born with. */
  testSecret?: string | undefined;
  /** Milliseconds for one attempt, its answer included. Default 60,000. */
  timeout?: number | undefined;
  /** How often a request that failed by chance is sent again. Default 2. */
  maxRetries?: number | undefined;
  /** Headers for every request. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** What sends requests, in place of the platform's `fetch`. */
  fetch?: Fetch | undefined;
  /** Answers with an ETag are kept, and asked for again only if they changed. `false`: keep none. */
  cache?: boolean | undefined;
  /** Where messages go. Default `console`. */
  logger?: Logger | undefined;
  /** From which level on. Default `warn`, or `ATOM_LOG`. No level shows a secret or a body. */
  logLevel?: LogLevel | undefined;
  /** Lets a credential be used in a browser, where everybody who sees the page can read it. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** What one request may have otherwise. */
export interface RequestOptions {
  /** Milliseconds for one attempt, its answer included. */
  timeout?: number | undefined;
  /** How often it is sent again. */
  maxRetries?: number | undefined;
  /** Headers beside the client's; `null` removes one. */
  headers?: Readonly<Record<string, string | null>> | undefined;
  /** Ends the request, and the waiting between attempts. */
  signal?: AbortSignal | undefined;
  /** What makes repeating a POST or PATCH harmless. Left out: a random one for each call. Up to 255 characters. */
  idempotencyKey?: string | undefined;
}

/** The options, complete. */
export interface Settings {
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  timeout: number;
  maxRetries: number;
  fetch: Fetch | undefined;
  cache: boolean;
  logger: Logger;
  logLevel: LogLevel;
  usesAdminKey: boolean;
  testSecret: string;
}

/** Printed in the integration guide: it keeps nobody out. */
const TEST_SECRET = 'test-secret-key';

const TIMEOUT = 60_000;
const MAX_RETRIES = 2;

/** Reads the options. Throws an INVALID_REQUEST that names the one that is wrong. */
export function readOptions(options: ClientOptions): Settings {
  const credentials = credentialHeaders(options);
  if (Object.keys(credentials).length > 0 && isBrowser() && !options.dangerouslyAllowBrowser) {
    throw invalidRequest(
      'dangerouslyAllowBrowser',
      'this is a browser, where everybody can read the credential; call the marketplace from your server, or set this option if you know better',
    );
  }
  const tenant = options.tenantId === undefined ? environment('ATOM_TENANT_ID') : options.tenantId;
  return {
    baseUrl: baseUrlOf(options.baseUrl ?? environment('ATOM_BASE_URL')),
    headers: { ...(tenant ? { 'X-Tenant-ID': tenant } : {}), ...credentials, ...options.headers },
    timeout: milliseconds('timeout', options.timeout ?? TIMEOUT),
    maxRetries: count('maxRetries', options.maxRetries ?? MAX_RETRIES),
    fetch: options.fetch,
    cache: options.cache ?? true,
    logger: options.logger ?? console,
    logLevel: options.logLevel ?? LEVELS.find((level) => level === environment('ATOM_LOG')) ?? 'warn',
    usesAdminKey: 'X-Admin-Key' in credentials,
    testSecret: options.testSecret ?? TEST_SECRET,
  };
}

function credentialHeaders(options: ClientOptions): Record<string, string> {
  const { adminKey, federationKey, federationSource } = options;
  const fallback = adminKey || federationKey ? undefined : environment('ATOM_API_TOKEN');
  const apiToken = options.apiToken === undefined ? fallback : options.apiToken;
  const given = { apiToken, adminKey, federationKey };
  const names = Object.entries(given).flatMap(([name, value]) => (value ? [name] : []));
  if (names.length > 1) throw invalidRequest(names[1] as string, `beside ${names[0]}: one credential at most`);
  for (const [name, value] of Object.entries(given)) {
    // Said here, without the value: the platform's own message would quote it.
    if (value && !/^[\x21-\x7e]+$/.test(value)) throw invalidRequest(name, 'holds a character that no credential has');
  }
  if (apiToken) return { Authorization: `Bearer ${apiToken}` };
  if (adminKey) return { 'X-Admin-Key': adminKey };
  if (!federationKey) return {};
  return {
    'X-Federation-Key': federationKey,
    ...(federationSource ? { 'X-Federation-Source': federationSource } : {}),
  };
}

/** Ends without a slash. Joined by hand later: `new URL('/x', base)` would drop `/api`. */
function baseUrlOf(given: string | undefined): string {
  if (!given) throw invalidRequest('baseUrl', 'is required, here or as ATOM_BASE_URL');
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw invalidRequest('baseUrl', 'is no URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalidRequest('baseUrl', 'must be http or https');
  if (url.username || url.password || url.search || url.hash) {
    throw invalidRequest('baseUrl', 'must be an origin and a path alone, such as https://marketplace.example.com/api');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** What timers can wait for at most: more would be no time at all. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export function milliseconds(name: string, value: number): number {
  if (!(typeof value === 'number' && value > 0)) throw invalidRequest(name, 'must be milliseconds, more than 0');
  return Math.min(value, LONGEST_TIMEOUT);
}

export function count(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 0)) throw invalidRequest(name, 'must be a whole number, 0 or more');
  return value;
}

/** A variable of the environment, where there is one: not in browsers, nor on every edge platform. */
function environment(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name]?.trim() || undefined;
  } catch {
    // Deno asks for the permission first, and may be told no.
    return undefined;
  }
}

export function isBrowser(): boolean {
  const { window, document } = globalThis as { window?: unknown; document?: unknown };
  return typeof window !== 'undefined' && typeof document !== 'undefined';
}
