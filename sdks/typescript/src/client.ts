// The client: its methods are generated (one for each operation of the API), how they are sent is here.

import { fromWire } from './decode.js';
import { toWire } from './encode.js';
import { UnexpectedResponseError, invalidRequest } from './errors/index.js';
import { follow, type StreamOptions } from './events.js';
import { Methods } from './generated/methods/index.js';
import type { MarketplaceEvent } from './generated/types/index.js';
import { say } from './log.js';
import { snakeName } from './names.js';
import type { Arguments, Operation } from './operation.js';
import { readOptions, type ClientOptions, type RequestOptions, type Settings } from './options.js';
import { Page, PagePromise } from './page.js';
import { ApiPromise, type ApiResponse, type RateLimit } from './promise.js';
import { Transport, type Answer, type Request } from './transport.js';
import { addressOf, pathOf, queryOf } from './url.js';

/** What a request that has no method of its own is made of. */
export interface RawRequest {
  /** Parameters of the query, as on the wire. */
  query?: Readonly<Record<string, unknown>> | undefined;
  /** The body, as on the wire. */
  body?: unknown;
}

/**
 * A client of one ATOM Marketplace.
 *
 * Every method returns a promise of its answer; `withResponse()` of it gives the status, headers and bytes as well. All
 * errors are `MarketplaceError`s. What fails by chance (connections, 408, 429, 5xx) is sent again on its own; every POST
 * and PATCH has an idempotency key, so that this never does a thing twice.
 */
export class MarketplaceClient extends Methods {
  readonly #options: ClientOptions;
  readonly #settings: Settings;
  readonly #transport: Transport;

  /** @throws MarketplaceError `INVALID_REQUEST` if an option is wrong. */
  constructor(options: ClientOptions = {}) {
    super();
    this.#options = { ...options };
    this.#settings = readOptions(options);
    this.#transport = new Transport(this.#settings);
    if (this.#settings.usesAdminKey) {
      say(
        this.#settings,
        'warn',
        'an admin key is in use, which may do everything to every tenant: never use it in production applications',
      );
    }
  }

  /** Where the marketplace is, without a slash at its end. */
  get baseUrl(): string {
    return this.#settings.baseUrl;
  }

  /** A client with these options in place of its own. */
  withOptions(options: ClientOptions): MarketplaceClient {
    return new MarketplaceClient({ ...this.#options, ...options });
  }

  /**
   * Sends a request that this version has no method for. Nothing is converted: names are those of the wire.
   *
   * @param path below the base URL, beginning with a slash
   */
  request<T = unknown>(
    method: Operation['method'],
    path: string,
    request: RawRequest = {},
    options: RequestOptions = {},
  ): ApiPromise<T> {
    const prepared = async (): Promise<Request> => {
      const safe = path.startsWith('/') && !path.split(/[/\\]/).some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
      // The parser of URLs drops tabs and line breaks, and would see dots that are not there.
      if (!safe || /[?#\s]/.test(path))
        throw invalidRequest('path', 'must begin with a slash and hold no dot segments, spaces, query or fragment');
      return this.#request(method, path, request.query ?? {}, {}, request.body);
    };
    return new ApiPromise(this.#send(prepared(), options, (answer) => answer.json as T));
  }

  /**
   * Follows events as they happen. It goes on where it was when its connection ends, and ends by its signal alone.
   *
   * ```ts
   * for await (const event of client.streamEvents()) console.log(event.type, event.data);
   * ```
   */
  streamEvents(options: StreamOptions = {}): AsyncGenerator<MarketplaceEvent, void, undefined> {
    return follow(this.#transport, addressOf(this.#settings.baseUrl, '/events/stream'), options);
  }

  protected one<T>(operation: Operation, call: Arguments): ApiPromise<T> {
    const dryRun = operation.dryRun !== undefined && (call.params as { dryRun?: unknown } | undefined)?.dryRun === true;
    const shape = dryRun ? operation.dryRun : operation.answer;
    return new ApiPromise(
      this.#send(this.#prepare(operation, call), call.options, (answer) => {
        if (operation.text) return new TextDecoder().decode(answer.body) as T;
        if (shape === undefined) return undefined as T;
        return fromWire(expected(answer), shape) as T;
      }),
    );
  }

  protected page<T>(operation: Operation, call: Arguments): PagePromise<T> {
    const next = (page: Page<T>): Promise<Page<T>> => {
      const place = page.nextCursor === null ? { page: page.page + 1 } : { cursor: page.nextCursor, page: undefined };
      return this.page<T>(operation, { ...call, params: { ...call.params, ...place } });
    };
    return new PagePromise(
      this.#send(this.#prepare(operation, call), call.options, (answer) => {
        const wire = expected(answer) as WirePage;
        if (!Array.isArray(wire.items)) throw unexpected(answer, 'is no page');
        return new Page(
          fromWire(wire.items, operation.answer) as T[],
          {
            page: wire.page,
            pageSize: wire.page_size,
            total: wire.total,
            hasMore: wire.has_more,
            nextCursor: wire.next_cursor ?? null,
          },
          next,
        );
      }),
    );
  }

  async #send<T>(
    request: Promise<Request>,
    options: RequestOptions | undefined,
    read: (answer: Answer) => T,
  ): Promise<ApiResponse<T>> {
    const answer = await this.#transport.send(await request, options ?? {});
    const { status, headers, body, fromCache } = answer;
    const requestId = headers.get('x-request-id') ?? undefined;
    return { data: read(answer), status, headers, body, requestId, rateLimit: rateLimitOf(headers), fromCache };
  }

  /** Sorts parameters into the query, headers and body. */
  async #prepare(operation: Operation, call: Arguments): Promise<Request> {
    const path = pathOf(operation, call.path);
    const query: Record<string, unknown> = {};
    const headers: Record<string, string | null> = operation.testSecret ? this.#testHeaders() : {};
    const body: Record<string, unknown> = {};
    const given = new Set<string>();
    for (const [name, value] of Object.entries(call.params ?? {}) as Array<[string, unknown]>) {
      if (value === undefined) continue;
      const wire = snakeName(name);
      given.add(wire);
      const header = operation.headers?.find((one) => one.toLowerCase().replaceAll('-', '_') === wire);
      if (header) {
        if (value !== null) headers[header] = String(value as string);
      } else if (!operation.body || operation.query?.includes(wire)) query[wire] = value;
      else body[name] = value;
    }
    const missing = operation.required?.filter((name) => !given.has(name)) ?? [];
    if (missing[0] !== undefined) throw invalidRequest(missing[0], 'is required');
    return this.#request(operation.method, path, query, headers, operation.body && toWire(body, operation.body));
  }

  #request(
    method: string,
    path: string,
    query: Readonly<Record<string, unknown>>,
    headers: Record<string, string | null>,
    body: unknown,
  ): Request {
    let text: string | undefined;
    try {
      text = body === undefined ? undefined : JSON.stringify(body);
    } catch (error) {
      throw invalidRequest('body', `cannot be written as JSON (${(error as Error).message})`);
    }
    return { method, url: `${addressOf(this.#settings.baseUrl, path)}${queryOf(query)}`, headers, body: text };
  }

  /** The test environment's own routes are nobody's: with a credential they would count as its requests. */
  #testHeaders(): Record<string, string | null> {
    return {
      'X-Test-Secret': this.#settings.testSecret,
      Authorization: null,
      'X-Admin-Key': null,
      'X-Tenant-ID': null,
    };
  }
}

interface WirePage {
  items: unknown[];
  page: number;
  page_size: number;
  total: number;
  has_more: boolean;
  next_cursor?: string | null;
}

/** The JSON of an answer that must have one. */
function expected(answer: Answer): object {
  if (typeof answer.json !== 'object' || answer.json === null) throw unexpected(answer, 'is empty');
  return answer.json;
}

function unexpected({ status, headers }: Answer, what: string): UnexpectedResponseError {
  return new UnexpectedResponseError(`The answer ${what}.`, {
    status,
    requestId: headers.get('x-request-id') ?? undefined,
  });
}

function rateLimitOf(headers: Headers): RateLimit | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => {
    const value = headers.get(`x-ratelimit-${name}`);
    return value === null ? NaN : Number(value);
  }) as [number, number, number];
  if (Number.isNaN(limit) || Number.isNaN(remaining) || Number.isNaN(reset)) return undefined;
  return { limit, remaining, reset: new Date(reset * 1000) };
}
