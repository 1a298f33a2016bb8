// Lists of 0, 99, 100, 101 and 250 rows, each row once.

import { beforeAll, expect, test } from 'vitest';

import { Page } from '@atom-saas/marketplace-sdk';

import { answer, faults } from './support/faults.js';
import { newTenant, type Tenant } from './support/live.js';
import { recording } from './support/recording.js';

let tenant: Tenant;
const ids = Array.from({ length: 250 }, (_, index) => `row-${String(index).padStart(3, '0')}`);
const LENGTHS = [0, 99, 100, 101, 250];

beforeAll(async () => {
  tenant = await newTenant({}, 'enterprise');
  const rows = ids.map((skillId, index) => ({
    skillId,
    marketplaceType: 'private' as const,
    name: skillId,
    description: 'A row.',
    tags: LENGTHS.filter((length) => index < length).map((length) => `first-${length}`),
  }));
  while (rows.length > 0) await Promise.all(rows.splice(0, 10).map((row) => tenant.client.publishSkill(row)));
});

test.each(LENGTHS)('%i rows', async (length) => {
  const list = { tag: `first-${length}`, publisher: tenant.id, sort: 'name' } as const;
  for (const pageSize of [20, 100]) {
    const walked: string[] = [];
    for await (const { id } of tenant.client.listSkills({ ...list, pageSize })) walked.push(id);
    expect([...walked].sort()).toEqual(ids.slice(0, length));
  }

  // The loop of the guide.
  const paged: string[] = [];
  for (let page = 1; ; page++) {
    const response = await tenant.client.listSkills({ ...list, page, pageSize: 100 });
    expect([response.page, response.pageSize, response.total]).toEqual([page, 100, length]);
    paged.push(...response.items.map(({ id }) => id));
    if (response.items.length < 100) break;
  }
  expect([...paged].sort()).toEqual(ids.slice(0, length));
});

test('a page is an array', async () => {
  const page = await tenant.client.listSkills({ publisher: tenant.id, pageSize: 3, sort: 'name' });
  expect(Array.isArray(page)).toBe(true);
  expect(page).toBeInstanceOf(Page);
  expect([page.length, page.total, page.hasMore, typeof page.nextCursor]).toEqual([3, 250, true, 'string']);
  const made = [
    page.map(({ id }) => id),
    page.filter(() => true),
    page.slice(1),
    page.concat([]),
    page.flatMap((one) => [one]),
    page.items,
  ];
  for (const plain of made) {
    expect(Object.getPrototypeOf(plain)).toBe(Array.prototype);
  }
  const [first, ...rest] = page;
  expect([first?.id, rest.length]).toEqual([page[0]?.id, 2]);
  expect(JSON.parse(JSON.stringify(page))).toHaveLength(3);
  const second = await page.nextPage();
  expect(second?.map(({ id }) => id)).not.toContain(first?.id);
});

test('from a page in the middle on, and no further than asked', async () => {
  const page = await tenant.client.listSkills({ publisher: tenant.id, pageSize: 100, page: 3, sort: 'name' });
  expect([page.length, page.hasMore]).toEqual([50, false]);
  expect(await page.nextPage()).toBeUndefined();
  const past = await tenant.client.listSkills({ publisher: tenant.id, pageSize: 100, page: 4 });
  expect([past.length, past.total]).toEqual([0, 250]);
  let seen = 0;
  for await (const skill of await tenant.client.listSkills({ publisher: tenant.id, pageSize: 10 })) {
    expect(skill.componentType).toBe('skill');
    if (++seen === 15) break;
  }
  expect(seen).toBe(15);
});

test('one item that is a number is an item', () => {
  const page = new Page([3], { page: 1, pageSize: 20, total: 1, hasMore: false, nextCursor: null }, () =>
    Promise.reject(new Error()),
  );
  expect([...page]).toEqual([3]);
  expect(page.length).toBe(1);
});

test('without a cursor the next page goes by its number, with the same parameters and options', async () => {
  const items = [{ id: 'a' }];
  const { baseUrl, received } = await faults(
    answer(200, { items, page: 1, page_size: 1, total: 2, has_more: true }),
    answer(200, { items, page: 2, page_size: 1, total: 2, has_more: false }),
  );
  const { client } = recording(undefined, { baseUrl, fetch: undefined });
  let seen = 0;
  for await (const { id } of client.listAgents({ category: 'c', pageSize: 1 }, { headers: { 'X-Mine': '1' } }))
    seen += id.length;
  expect(seen).toBe(2);
  expect(received.map(({ path, headers }) => [path.split('?')[1], headers['x-mine']])).toEqual([
    ['category=c&page_size=1', '1'],
    ['category=c&page_size=1&page=2', '1'],
  ]);
});
