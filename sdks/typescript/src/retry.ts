// When a request is sent again, and after how long.

import {
  RequestAbortedError,
  ConnectionFailedError,
  RequestTimeoutError,
  type MarketplaceError,
} from './errors/index.js';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;

/** Seconds the server may ask us to wait. Beyond it the caller decides: the error is raised at once. */
export const LONGEST_RETRY_AFTER = 30;

/** Milliseconds until the next attempt; undefined if there is none. `attempt` counts from 0. */
export function retryDelay(error: MarketplaceError, attempt: number, maxRetries: number): number | undefined {
  if (attempt >= maxRetries || !isTransient(error)) return undefined;
  if (error.retryAfter !== undefined) {
    return error.retryAfter > LONGEST_RETRY_AFTER ? undefined : error.retryAfter * 1000;
  }
  // Three quarters to all of it, so that those who failed together do not come back together.
  return Math.min(FIRST_DELAY * 2 ** attempt, LONGEST_DELAY) * (1 - Math.random() / 4);
}

function isTransient(error: MarketplaceError): boolean {
  if (error instanceof ConnectionFailedError || error instanceof RequestTimeoutError) return true;
  const { status = 0, retryAfter } = error;
  // A 409 with Retry-After is the same request still in flight; any other one stays.
  return status === 408 || status === 429 || status >= 500 || (status === 409 && retryAfter !== undefined);
}

/** Seconds, from the header (a number or a date) or else from the details of the error. */
export function retryAfterOf(headers: Headers, body: unknown): number | undefined {
  const header = headers.get('retry-after')?.trim();
  if (header) {
    if (/^\d+(\.\d+)?$/.test(header)) return Number(header);
    const date = Date.parse(header);
    if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - Date.now()) / 1000));
  }
  const detail = (body as { error?: { details?: { retry_after?: unknown } } } | null)?.error?.details?.retry_after;
  return typeof detail === 'number' && detail >= 0 ? detail : undefined;
}

/** Waits, unless the caller has no more use for it. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

export function aborted(signal: AbortSignal | undefined): RequestAbortedError {
  return new RequestAbortedError('The request was aborted.', { cause: signal?.reason });
}
