// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { Usage } from '../types/index.js';
import { TokensMethods } from './tokens.js';

const operations = {
  getUsageStats: {
    method: 'GET',
    path: '/usage',
    answer: 'Usage',
  },
} as const satisfies Record<string, Operation>;

/** Methods for usage. */
export abstract class UsageMethods extends TokensMethods {
  /**
   * Show the tenant's usage.
   *
   * The rate limit is the caller's, as this very request leaves it; the rest is the tenant's.
   */
  getUsageStats(options?: RequestOptions): ApiPromise<Usage> {
    return this.one(operations.getUsageStats, { path: [], options });
  }
}
