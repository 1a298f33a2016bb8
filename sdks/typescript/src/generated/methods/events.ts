// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { ListEventsParams } from '../parameters.js';
import type { EventList } from '../types/index.js';
import { DomainsMethods } from './domains.js';

const operations = {
  listEvents: {
    method: 'GET',
    path: '/events',
    answer: 'EventList',
  },
} as const satisfies Record<string, Operation>;

/** Methods for events. */
export abstract class EventsMethods extends DomainsMethods {
  /**
   * List events.
   *
   * What webhooks are told of, in order and without gaps: for catching up, or in place of webhooks. Events are kept for 90 days.
   */
  listEvents(params?: ListEventsParams, options?: RequestOptions): ApiPromise<EventList> {
    return this.one(operations.listEvents, { path: [], params, options });
  }
}
