// A `fetch` that sends nothing and keeps what would have been sent.

import { MarketplaceClient, type ClientOptions } from '@atom-saas/marketplace-sdk';

export interface Sent {
  method: string;
  url: URL;
  headers: Headers;
  text: string | undefined;
  body: unknown;
}

const PAGE = { items: [], page: 1, page_size: 20, total: 0, has_more: false, next_cursor: null };

/** A client whose requests go nowhere, and are answered by an empty page or what is given. */
export function recording(
  reply: unknown = PAGE,
  options: ClientOptions = {},
): { client: MarketplaceClient; sent: Sent[] } {
  const sent: Sent[] = [];
  const client = new MarketplaceClient({
    baseUrl: 'https://marketplace.example.com/api',
    apiToken: 'at_saas_test',
    fetch: (url, init) => {
      const text = init.body as string | undefined;
      sent.push({
        method: init.method ?? 'GET',
        url: new URL(url),
        headers: new Headers(init.headers),
        text,
        body: text === undefined ? undefined : JSON.parse(text),
      });
      return Promise.resolve(new Response(JSON.stringify(reply), { status: 200 }));
    },
    ...options,
  });
  return { client, sent };
}
