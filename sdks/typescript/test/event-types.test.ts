// Every type of event has its own data: those that docs/WEBHOOKS.md shows, and what the server really delivers.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, expectTypeOf, test } from 'vitest';

import {
  signStandardWebhook,
  unwrapWebhook,
  type EventType,
  type InboxItem,
  type JsonObject,
  type MarketplaceEvent,
  type Successor,
} from '@atom-saas/marketplace-sdk';

import { newTenant } from './support/live.js';
import { repository } from './support/process.js';
import { receiver } from './support/receiver.js';

const secret = 'your-webhook-secret';

const page = readFileSync(join(repository, 'docs/WEBHOOKS.md'), 'utf8');
const catalogue = page.split('<!-- events:begin')[1]?.split('<!-- events:end')[0] ?? '';
const examples = [...catalogue.matchAll(/^### (\S+)\n[^]*?```json\n(.*)\n```/gm)].map(
  ([, type, data]) => [type as EventType, JSON.parse(data ?? '') as JsonObject] as const,
);

/** What comes, as it is signed. */
async function unwrapped(type: string, data: object): Promise<MarketplaceEvent> {
  const body = JSON.stringify({ id: 'evt_1', type, timestamp: '2026-11-24T10:00:00Z', data });
  return unwrapWebhook(body, await signStandardWebhook(body, secret, { id: 'evt_1' }), secret);
}

/** One sentence for each type, by what its data has; the compiler sees that every field is there. */
function told(event: MarketplaceEvent): string {
  switch (event.type) {
    case 'component.published':
    case 'component.updated':
      expectTypeOf(event.data.marketplaceType).toEqualTypeOf<'public' | 'private'>();
      return `${event.data.componentId} ${event.data.version}`;
    case 'component.installed':
    case 'component.uninstalled':
      expectTypeOf(event.data.tenantId).toBeString();
      return `${event.data.tenantId} ${event.data.version}`;
    case 'component.rated':
      expectTypeOf(event.data.rating).toBeNumber();
      return '★'.repeat(event.data.rating);
    case 'component.approved':
      return event.data.version;
    case 'component.changes_requested':
    case 'component.rejected':
      expectTypeOf(event.data.reason).toEqualTypeOf<string | null | undefined>();
      return `${event.data.submissionId} ${event.data.reason}`;
    case 'component.quarantined':
    case 'component.released':
    case 'component.withdrawn':
      return `${event.data.componentType} ${event.data.reason}`;
    case 'component.yanked':
      return `${event.data.version} ${event.data.reason}`;
    case 'component.deprecated':
      expectTypeOf(event.data.successor).toEqualTypeOf<Successor | null | undefined>();
      return `${event.data.message} ${event.data.successor?.id}`;
    case 'webhook.disabled':
      return `${event.data.webhookId} ${event.data.url} ${event.data.reason}`;
    default:
      expectTypeOf(event.type).toExtend<string>();
      expectTypeOf(event.data).toEqualTypeOf<JsonObject>();
      return `${event.type}?`;
  }
}

test('the documents show every type, and each is told', async () => {
  expect(examples).toHaveLength(14);
  for (const [type, data] of examples) {
    const event = await unwrapped(type, data);
    expect([event.type, event.id, event.timestamp]).toEqual([type, 'evt_1', '2026-11-24T10:00:00Z']);
    expect(Object.keys(event.data)).toHaveLength(Object.keys(data).length);
    expect(told(event)).not.toMatch(/undefined|\?$/);
  }
});

test('what the server delivers', async () => {
  const [{ client, id: sourceTenantId }, reader] = await Promise.all([newTenant(), newTenant()]);
  const hook = await receiver();
  const webhook = await client.createWebhook({ url: hook.url, events: ['component.published'], secret });
  for (const [type, data] of examples) {
    await client.testWebhook(webhook.id, { event: type });
    const { body, headers } = await hook.next();
    const event = await unwrapWebhook(body, headers, secret);
    expect(event.data.test).toBe(true);
    const { test: _, ...rest } = event.data;
    expect({ ...event, data: rest }).toEqual({
      ...(await unwrapped(type, data)),
      id: event.id,
      timestamp: event.timestamp,
    });
  }

  const skill = { skillId: 'lookup', marketplaceType: 'private', name: 'Lookup', description: 'Looks up.' } as const;
  await client.publishSkill({ ...skill, skillId: 'lookup-2' });
  await client.publishSkill({ ...skill, sharedWith: [reader.id] });
  await reader.client.installSkill('lookup', { sourceTenantId });
  await reader.client.rateSkill('lookup', 4, { sourceTenantId });
  await reader.client.uninstallSkill('lookup');
  await client.yankSkillVersion('lookup', '1.0.0');
  await client.updateSkill('lookup', { deprecated: { message: 'Use another.', successor: { id: 'lookup-2' } } });
  await client.withdrawSkill('lookup');
  const { items } = await client.listEvents();
  const delivered = await hook.next();
  expect(items).toContainEqual(await unwrapWebhook(delivered.body, delivered.headers, secret));
  const seen = new Map(items.map((event) => [event.type as string, told(event)]));
  expect(Object.fromEntries(seen)).toEqual({
    'component.published': 'lookup 1.0.0',
    'component.installed': `${reader.id} 1.0.0`,
    'component.rated': '★★★★',
    'component.uninstalled': `${reader.id} 1.0.0`,
    'component.yanked': '1.0.0 null',
    'component.deprecated': 'Use another. lookup-2',
    'component.withdrawn': 'skill undefined',
  });
});

test('a type of later is handed on', async () => {
  const event = await unwrapped('component.praised', { component_id: 'lookup', praise: [{ by_whom: 'all' }] });
  expect(told(event)).toBe('component.praised?');
  expect(event.data).toEqual({ componentId: 'lookup', praise: [{ by_whom: 'all' }] });
  const more = await unwrapped('component.rated', {
    ...examples.find(([type]) => type === 'component.rated')?.[1],
    mood: 1,
  });
  expect([told(more), more.data]).toEqual(['★★★★★', expect.objectContaining({ rating: 5, mood: 1 })]);
});

test('an item of the inbox is an event', () => {
  expectTypeOf<InboxItem>().toExtend<MarketplaceEvent>();
  expectTypeOf<Extract<InboxItem, { type: 'component.rated' }>['data']['rating']>().toBeNumber();
});
