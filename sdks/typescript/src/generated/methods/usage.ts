// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { Usage, UsageReportAnswer, UsageReportRequest } from '../types/index.js';
import { TokensMethods } from './tokens.js';

const operations = {
  getUsageStats: {
    method: 'GET',
    path: '/usage',
    answer: 'Usage',
  },
  reportUsage: {
    method: 'POST',
    path: '/usage/reports',
    body: 'UsageReportRequest',
    required: ['instance_id', 'reports'],
    answer: 'UsageReportAnswer',
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

  /**
   * Report usage.
   *
   * What an instance ran of what its tenant has installed, as running totals: what came to the totals it said last is added
   * to the publishers' statistics of today. So a report may be sent again, and counts once. A total that is lower than before
   * means that the instance began anew. What makes no sense, or is not installed, is refused one by one.
   */
  reportUsage(params: UsageReportRequest, options?: RequestOptions): ApiPromise<UsageReportAnswer> {
    return this.one(operations.reportUsage, { path: [], params, options });
  }
}
