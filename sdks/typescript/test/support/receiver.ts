// A receiver of webhooks on loopback: answers 204 to every delivery, and keeps it until it is asked for.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** A delivery as it came. */
export interface Received {
  headers: Record<string, string>;
  body: Buffer;
}

export interface Receiver {
  url: string;
  /** The next delivery, in the order in which they came. */
  next: () => Promise<Received>;
}

/** One that listens until the test is over. */
export async function receiver(): Promise<Receiver> {
  const came: Received[] = [];
  const waiting: Array<(delivery: Received) => void> = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const delivery = { headers, body: Buffer.concat(chunks) };
      const first = waiting.shift();
      if (first) first(delivery);
      else came.push(delivery);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const next = (): Promise<Received> => {
    const first = came.shift();
    return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, next };
}
