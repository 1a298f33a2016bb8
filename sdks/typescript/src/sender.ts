// What generated methods stand on.

import type { Arguments, Operation } from './operation.js';
import type { PagePromise } from './page.js';
import type { ApiPromise } from './promise.js';

/** Sends operations. */
export abstract class Sender {
  /** Sends an operation whose answer is one value, or nothing. */
  protected abstract one<T>(operation: Operation, call: Arguments): ApiPromise<T>;

  /** Sends an operation whose answer is a page. */
  protected abstract page<T>(operation: Operation, call: Arguments): PagePromise<T>;
}
