// What every error of this package is.
//
// `instanceof` asks for a mark, not for the very class: an error made by another copy of this package (ESM beside CJS,
// or two versions in one tree) is recognised all the same.

import { fromWire } from '../decode.js';
import type { ErrorCode, JsonObject } from '../generated/types/index.js';

/** Codes of what goes wrong on this side of the wire. */
export type ClientErrorCode = 'CONNECTION_FAILED' | 'TIMEOUT' | 'ABORTED' | 'UNEXPECTED_RESPONSE';

/** What an error knows beside its message. */
export interface ErrorInit {
  /** The code. Left out: the one of the class. */
  code?: string | undefined;
  /** Facts by code, as on the wire: keys are not converted. */
  details?: JsonObject | undefined;
  /** HTTP status; undefined when no answer came. */
  status?: number | undefined;
  /** What the server calls this request in its log. */
  requestId?: string | undefined;
  /** Seconds until trying again makes sense. */
  retryAfter?: number | undefined;
  /** What caused it. */
  cause?: unknown;
}

const MARK = Symbol.for('@atom-saas/marketplace-sdk');

/** Names a class, and marks its instances for `instanceof`. */
export function mark(errorClass: { prototype: object }, name: string): void {
  const symbol = Symbol.for(`@atom-saas/marketplace-sdk/${name}`);
  Object.defineProperty(errorClass, MARK, { value: symbol });
  Object.defineProperty(errorClass.prototype, symbol, { value: true });
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
}

/** Any error of this package. The API's own carry its `code`, `status`, `details` and `requestId`. */
export class MarketplaceError extends Error {
  /** The code of an error that is given none. */
  static readonly code: string = 'INTERNAL';

  static {
    mark(this, 'MarketplaceError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const symbol: unknown = Object.hasOwn(this, MARK) ? (this as unknown as { [MARK]: symbol })[MARK] : undefined;
    // A class of the caller's own has no mark: its instances are those of the ordinary kind.
    if (typeof symbol !== 'symbol') return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && symbol in value;
  }

  /** A stable code, such as `COMPONENT_NOT_FOUND`. */
  readonly code: ErrorCode | ClientErrorCode | (string & {});
  /** Facts by code, as on the wire: keys are not converted. */
  readonly details: JsonObject;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** What the server calls this request in its log. */
  readonly requestId: string | undefined;
  /** Seconds until trying again makes sense, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, init: ErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code ?? new.target.code;
    this.details = init.details ?? {};
    this.status = init.status;
    this.requestId = init.requestId;
    this.retryAfter = init.retryAfter;
  }

  /** What a log should hold: everything but the cause. */
  toJSON(): JsonObject {
    const { name, code, message, status, details, requestId, retryAfter } = this;
    return { name, code, message, status, details, requestId, retryAfter };
  }

  /** A detail, if it is a text. */
  protected text(key: string): string | undefined {
    const value = this.details[key];
    return typeof value === 'string' ? value : undefined;
  }

  /** A detail, if it is a number. */
  protected number(key: string): number | undefined {
    const value = this.details[key];
    return typeof value === 'number' ? value : undefined;
  }

  /** A detail that is a list of typed objects; empty if it is none. */
  protected list<T>(key: string, shape: string): T[] {
    const value = this.details[key];
    return Array.isArray(value) ? (fromWire(value, shape) as T[]) : [];
  }
}
