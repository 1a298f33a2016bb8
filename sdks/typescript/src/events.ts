// Following events: a stream that comes again by itself, where it was, when its connection ends.

import { fromWire } from './decode.js';
import { MarketplaceError } from './errors/index.js';
import type { MarketplaceEvent } from './generated/types/index.js';
import { wait } from './retry.js';
import type { Transport } from './transport.js';

/** Which events to follow. */
export interface StreamOptions {
  /** Begin behind this event, `evt_…`. Left out: from now on. */
  after?: string | undefined;
  /** `tenant`, what concerns the tenant, or `marketplace`, every public publish and update. */
  scope?: 'tenant' | 'marketplace' | undefined;
  /** Ends the stream. */
  signal?: AbortSignal | undefined;
}

/** Milliseconds before coming again. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;
const MOST_FAILURES = 60;

/** Events as they happen, until the signal is aborted or an error that coming again does not mend. */
export async function* follow(
  transport: Transport,
  address: string,
  options: StreamOptions,
): AsyncGenerator<MarketplaceEvent, void, undefined> {
  const { scope, signal } = options;
  const url = scope === undefined ? address : `${address}?scope=${scope}`;
  let last = options.after;
  let failures = 0;
  while (!signal?.aborted) {
    let pause = PAUSE;
    try {
      const headers = { Accept: 'text/event-stream', ...(last === undefined ? {} : { 'Last-Event-ID': last }) };
      for await (const data of dataOf(await transport.open({ method: 'GET', url, headers, body: undefined }, signal))) {
        const event = fromWire(JSON.parse(data) as object, 'MarketplaceEvent') as MarketplaceEvent;
        failures = 0;
        last = event.id;
        yield event;
      }
    } catch (error) {
      if (signal?.aborted) return;
      failures++;
      if (!comesAgain(error) || failures > MOST_FAILURES) throw error;
      pause = Math.min(PAUSE * failures, LONGEST_PAUSE);
    }
    try {
      await wait(pause, signal);
    } catch {
      return;
    }
  }
}

function comesAgain(error: unknown): boolean {
  if (!(error instanceof MarketplaceError)) return false;
  const status = error.status;
  return status === undefined || status === 409 || status === 429 || status >= 500;
}

/** The data of each server-sent event. */
export async function* dataOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const raw of lines) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
        else if (line === '' && data.length > 0) {
          yield data.join('\n');
          data = [];
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
