// Sends a request until it is answered: attempts with a timeout each, waiting between them, and the cache of answers.

import { Cache, type Kept } from './cache.js';
import {
  ConnectionFailedError,
  RequestTimeoutError,
  errorOf,
  UnexpectedResponseError,
  invalidRequest,
  MarketplaceError,
} from './errors/index.js';
import { VERSION } from './generated/version.js';
import { say, shown } from './log.js';
import { count, isBrowser, milliseconds, type RequestOptions, type Settings } from './options.js';
import { aborted, retryAfterOf, retryDelay, wait } from './retry.js';

/** A request, ready to be sent. */
export interface Request {
  method: string;
  url: string;
  /** Beside the client's; `null` removes one of those. */
  headers: Readonly<Record<string, string | null>>;
  body: string | undefined;
}

/** An answer that is no error. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** The body read as JSON; undefined if it is empty. */
  json: unknown;
  fromCache: boolean;
}

/** Sends requests. */
export class Transport {
  readonly #settings: Settings;
  readonly #cache: Cache | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#cache = settings.cache ? new Cache() : undefined;
  }

  /** Sends it, again where that makes sense, and gives the answer or throws the error of the last attempt. */
  async send(request: Request, options: RequestOptions): Promise<Answer> {
    const maxRetries = count('maxRetries', options.maxRetries ?? this.#settings.maxRetries);
    const timeout = milliseconds('timeout', options.timeout ?? this.#settings.timeout);
    const headers = this.#headers(request, options);
    const cacheKey = request.method === 'GET' && !headers.has('if-none-match') ? keyOf(request, options) : undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(request, headers, cacheKey, timeout, options.signal);
      } catch (error) {
        if (!(error instanceof MarketplaceError)) throw error;
        const delay = retryDelay(error, attempt, maxRetries);
        if (delay === undefined) throw error;
        this.#log('info', `${request.method} ${pathOf(request.url)} failed (${error.code}), trying again`, {
          attempt: attempt + 1,
          delay: Math.round(delay),
          requestId: error.requestId,
        });
        await wait(delay, options.signal);
      }
    }
  }

  async #attempt(
    request: Request,
    headers: Headers,
    cacheKey: string | undefined,
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const kept = cacheKey === undefined ? undefined : this.#cache?.get(cacheKey);
    const sent = new Headers(headers);
    if (kept) sent.set('If-None-Match', kept.etag);
    const started = Date.now();
    this.#log('debug', `${request.method} ${pathOf(request.url)}`, { headers: shown(sent) });
    const { response, body } = await this.#exchange(request, sent, timeout, signal);
    this.#log('debug', `${request.method} ${pathOf(request.url)}: ${response.status}`, {
      milliseconds: Date.now() - started,
      headers: shown(response.headers),
    });
    if (response.status === 304 && kept) return revive(kept, response.headers);
    const json = parse(body);
    if (response.ok) {
      if (json instanceof SyntaxError) {
        throw new UnexpectedResponseError(
          `The answer is no JSON (${response.headers.get('content-type') ?? 'no type'}).`,
          {
            status: response.status,
            requestId: response.headers.get('x-request-id') ?? undefined,
          },
        );
      }
      const etag = response.headers.get('etag');
      if (cacheKey !== undefined && etag) {
        this.#cache?.put(cacheKey, { etag, status: response.status, headers: response.headers, body });
      }
      return { status: response.status, headers: response.headers, body, json, fromCache: false };
    }
    if (
      response.type === 'opaqueredirect' ||
      (response.status >= 300 && response.status < 400 && response.status !== 304)
    ) {
      // Following would hand the credential to wherever it points.
      throw new UnexpectedResponseError('The server redirects, which is not followed: check the base URL.', {
        status: response.status,
      });
    }
    throw errorOf(response.status, response.headers, json, retryAfterOf(response.headers, json));
  }

  /** One request and its whole answer, within the timeout. */
  async #exchange(
    { method, url, body }: Request,
    headers: Headers,
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<{ response: Response; body: Uint8Array }> {
    if (signal?.aborted) throw aborted(signal);
    const controller = new AbortController();
    const stop = (): void => {
      controller.abort();
    };
    signal?.addEventListener('abort', stop, { once: true });
    const timer = setTimeout(stop, timeout);
    try {
      const response = await this.#fetch(url, {
        method,
        headers,
        signal: controller.signal,
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      });
      return { response, body: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      if (controller.signal.aborted) {
        throw new RequestTimeoutError(`No complete answer within ${timeout} ms.`, { cause: error });
      }
      throw new ConnectionFailedError('The connection failed.', { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Sends it once, and gives an answer's body that does not end soon. Its head must come within the timeout. */
  async open(request: Request, signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>> {
    if (signal?.aborted) throw aborted(signal);
    const { method, url } = request;
    const controller = new AbortController();
    const stop = (): void => {
      controller.abort();
    };
    signal?.addEventListener('abort', stop, { once: true });
    const timer = setTimeout(stop, this.#settings.timeout);
    let response: Response;
    try {
      const headers = this.#headers(request, {});
      response = await this.#fetch(url, { method, headers, signal: controller.signal, redirect: 'manual' });
    } catch (error) {
      if (error instanceof MarketplaceError) throw error;
      if (signal?.aborted) throw aborted(signal);
      throw new ConnectionFailedError('The connection failed.', { cause: error });
    } finally {
      clearTimeout(timer);
    }
    if (response.ok && response.body) return guarded(response.body);
    const json = parse(new Uint8Array(await response.arrayBuffer()));
    throw errorOf(response.status, response.headers, json, retryAfterOf(response.headers, json));
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    const { fetch } = this.#settings;
    // Looked up for each request, so that what replaces the platform's own is used; called free of `this`, as it must be.
    return fetch ? fetch(url, init) : globalThis.fetch(url, init);
  }

  #headers(request: Request, options: RequestOptions): Headers {
    const all: Record<string, string | null> = {
      Accept: 'application/json',
      ...(isBrowser() ? {} : { 'User-Agent': `atom-marketplace-typescript/${VERSION}` }),
      ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(request.method === 'POST' || request.method === 'PATCH'
        ? { 'Idempotency-Key': options.idempotencyKey ?? randomKey() }
        : {}),
    };
    const headers = new Headers();
    for (const group of [all, this.#settings.headers, request.headers, options.headers ?? {}]) {
      for (const [name, value] of Object.entries(group)) {
        try {
          if (value === null) headers.delete(name);
          else headers.set(name, value);
        } catch {
          // The platform's own message would quote the value, which may be a secret.
          throw invalidRequest(`headers.${name}`, 'is no valid header');
        }
      }
    }
    return headers;
  }

  #log(level: 'debug' | 'info', message: string, facts: object): void {
    say(this.#settings, level, message, facts);
  }
}

/** The same, whose failures are errors of this library. */
function guarded(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(new ConnectionFailedError('The connection failed.', { cause: error }));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The URL, and what a request changes of the client's headers: one client may ask in the name of several tenants. */
const keyOf = (request: Request, options: RequestOptions): string =>
  `${request.url}\n${JSON.stringify(options.headers ?? {})}`;

const pathOf = (url: string): string => new URL(url).pathname;

/** The answer of before with what the new one says of the request itself. */
function revive(kept: Kept, fresh: Headers): Answer {
  const headers = new Headers(kept.headers);
  fresh.forEach((value, name) => {
    headers.set(name, value);
  });
  return { status: kept.status, headers, body: kept.body.slice(), json: parse(kept.body), fromCache: true };
}

function parse(body: Uint8Array): unknown {
  if (body.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch (error) {
    return error;
  }
}

/** 128 random bits. `randomUUID` exists only where the page is secure; this exists everywhere. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
