// A server on loopback that answers as it is told: what the real one cannot be asked to do.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** A request as it came. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Answers one request. */
export type Reaction = (request: Received, response: ServerResponse) => void | Promise<void>;

/** A JSON answer. */
export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reaction =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** An answer in the API's envelope. */
export const failure = (
  status: number,
  code: string,
  details: object = {},
  headers: Record<string, string> = {},
): Reaction => answer(status, { error: { code, message: `${code}.`, details, request_id: 'req_1' } }, headers);

/** A connection that ends without an answer. */
export const cut: Reaction = (_, response) => {
  response.destroy();
};

/** An answer that ends halfway. */
export const half: Reaction = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":', () => response.destroy());
};

/** No answer at all. */
export const silence: Reaction = () => undefined;

/** A server that answers the first request with the first reaction and so on; the last one stays. */
export async function faults(...reactions: Reaction[]): Promise<{ baseUrl: string; received: Received[] }> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one: Received = { method, path, headers, body: Buffer.concat(chunks).toString() };
      const reaction = reactions[Math.min(received.push(one) - 1, reactions.length - 1)];
      void reaction?.(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, received };
}
