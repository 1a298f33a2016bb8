// What methods return: a promise of the answer, from which the rest of the response can be had, too.

/** How many requests are left, as the answer says. */
export interface RateLimit {
  /** Requests in a window. */
  limit: number;
  /** Requests left in this one. */
  remaining: number;
  /** When the next one begins. */
  reset: Date;
}

/** An answer with what came along. */
export interface ApiResponse<T> {
  /** The answer, as the method alone would give it. */
  data: T;
  /** HTTP status. */
  status: number;
  /** The headers. */
  headers: Headers;
  /** The bytes of the body as they came: those a `Content-Digest` is of. */
  body: Uint8Array;
  /** What the server calls this request in its log. */
  requestId: string | undefined;
  /** How many requests are left. */
  rateLimit: RateLimit | undefined;
  /** Whether the server said that the answer of before still holds. */
  fromCache: boolean;
}

/** A promise of an answer. */
export class ApiPromise<T> extends Promise<T> {
  /** What `then` returns is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #response: Promise<ApiResponse<T>>;

  constructor(response: Promise<ApiResponse<T>>) {
    super((resolve, reject) => {
      response.then(({ data }) => {
        resolve(data);
      }, reject);
    });
    this.#response = response;
  }

  /** The answer with its status, headers, bytes and request id. */
  withResponse(): Promise<ApiResponse<T>> {
    // The caller asks this way in place of the other, whose failure is then nobody's.
    this.catch(() => undefined);
    return this.#response;
  }
}
