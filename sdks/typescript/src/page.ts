// Pages of a list. A page is an array of its items; walking it with `for await` goes on through all pages after it.

import { ApiPromise, type ApiResponse } from './promise.js';

/** What a page is beside its items. */
export interface PageInfo {
  /** Its number, from 1. */
  page: number;
  /** How many items a full one has. */
  pageSize: number;
  /** How many items all pages have together. */
  total: number;
  /** Whether another one comes after it. */
  hasMore: boolean;
  /** What the next one is asked for by. */
  nextCursor: string | null;
}

/** Fetches the page after one. */
export type Next<T> = (page: Page<T>) => Promise<Page<T>>;

/** One page: an array of its items, and where it is in the list. */
export class Page<T> extends Array<T> implements PageInfo, AsyncIterable<T> {
  /** What `map` and `filter` return is an ordinary array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
  readonly #next: Next<T>;

  constructor(items: readonly T[], info: PageInfo, next: Next<T>) {
    super();
    // One by one: `super(...items)` would take a single number for a length.
    for (const item of items) this.push(item);
    this.page = info.page;
    this.pageSize = info.pageSize;
    this.total = info.total;
    this.hasMore = info.hasMore;
    this.nextCursor = info.nextCursor;
    this.#next = next;
  }

  /** The items as an ordinary array. */
  get items(): T[] {
    return Array.from(this);
  }

  /** The page after this one; undefined after the last. */
  async nextPage(): Promise<Page<T> | undefined> {
    return this.hasMore ? this.#next(this) : undefined;
  }

  /** Every item of this page and of all pages after it, which are fetched as they are needed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let page: Page<T> | undefined = this;
    while (page) {
      yield* page.items;
      page = await page.nextPage();
    }
  }
}

/** A promise of a page; `for await` walks all items from it on. */
export class PagePromise<T> extends ApiPromise<Page<T>> implements AsyncIterable<T> {
  constructor(response: Promise<ApiResponse<Page<T>>>) {
    super(response);
  }

  /** Every item of this page and of all pages after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this;
  }
}
