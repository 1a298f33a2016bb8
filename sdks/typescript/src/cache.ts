// Keeps answers that have an ETag, so that the server need not send again what has not changed. An answer is never used
// without asking the server whether it still holds.

/** An answer as it came. */
export interface Kept {
  etag: string;
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** Bytes of all bodies together, and of one. */
const CAPACITY = 8 * 1024 * 1024;
const LARGEST = 1024 * 1024;

/** The least recently used answers make room for new ones. */
export class Cache {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  get(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept) {
      // The order of a Map is that of insertion: to the end with what was used.
      this.#kept.delete(key);
      this.#kept.set(key, kept);
    }
    return kept;
  }

  put(key: string, kept: Kept): void {
    this.#drop(key);
    if (kept.body.byteLength > LARGEST) return;
    // A copy: the answer itself is the caller's, to change at will.
    this.#kept.set(key, { ...kept, headers: new Headers(kept.headers), body: kept.body.slice() });
    this.#size += kept.body.byteLength;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= CAPACITY) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    this.#kept.delete(key);
    this.#size -= kept.body.byteLength;
  }
}
