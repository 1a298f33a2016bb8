// Following events: what came before a connection ended is not asked for again, and what ends a stream is an error.

import { expect, test } from 'vitest';

import { MarketplaceClient, type Fetch } from '@atom-saas/marketplace-sdk';

const event = (number: number): string => {
  const data = { component_id: 'lookup', rating: number };
  const text = JSON.stringify({
    id: `evt_${number}`,
    type: 'component.rated',
    timestamp: '2026-11-24T10:00:00Z',
    data,
  });
  return `: hello\n\nid: evt_${number}\r\nevent: component.rated\r\ndata: ${text}\r\n\r\n`;
};

test('a stream goes on where it was', async () => {
  const asked: Array<string | null> = [];
  const fetch: Fetch = (_, init) => {
    asked.push(new Headers(init?.headers).get('last-event-id'));
    if (asked.length === 2) return Promise.resolve(Response.json({ error: { code: 'UNAVAILABLE' } }, { status: 503 }));
    const first = asked.length === 1 ? 1 : 3;
    return Promise.resolve(new Response(`${event(first)}${event(first + 1)}data: {`));
  };
  const client = new MarketplaceClient({ baseUrl: 'http://market.example/api', apiToken: 't', fetch });
  const seen: string[] = [];
  for await (const one of client.streamEvents({ after: 'evt_0' })) {
    seen.push(one.id);
    if (seen.length === 4) break;
  }
  expect(seen).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4']);
  expect(asked).toEqual(['evt_0', 'evt_2', 'evt_2']);
});

test('what coming again does not mend is thrown, and a signal ends a stream', async () => {
  const refuse: Fetch = () => Promise.resolve(Response.json({ error: { code: 'FORBIDDEN' } }, { status: 403 }));
  const client = new MarketplaceClient({ baseUrl: 'http://market.example/api', fetch: refuse });
  await expect(client.streamEvents({ scope: 'marketplace' }).next()).rejects.toMatchObject({ status: 403 });
  const stopped = client.streamEvents({ signal: AbortSignal.abort() });
  expect((await stopped.next()).done).toBe(true);
});
