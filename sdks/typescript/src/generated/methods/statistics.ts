// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { GetPublisherStatsParams } from '../parameters.js';
import type { PublisherStatistics } from '../types/index.js';
import { SkillsMethods } from './skills.js';

const operations = {
  getPublisherStats: {
    method: 'GET',
    path: '/publisher/stats',
    answer: 'PublisherStatistics',
  },
} as const satisfies Record<string, Operation>;

/** Methods for statistics. */
export abstract class StatisticsMethods extends SkillsMethods {
  /**
   * Get publisher statistics.
   *
   * What all components of the tenant are used for, by day, and those that are used most. As CSV: a row for each component.
   */
  getPublisherStats(params?: GetPublisherStatsParams, options?: RequestOptions): ApiPromise<PublisherStatistics> {
    return this.one(operations.getPublisherStats, { path: [], params, options });
  }
}
