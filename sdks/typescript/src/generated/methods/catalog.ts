// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { PublisherProfile } from '../types/index.js';
import { CanvasesMethods } from './canvases.js';

const operations = {
  getPublisher: {
    method: 'GET',
    path: '/publishers/{tenant}',
    answer: 'PublisherProfile',
  },
} as const satisfies Record<string, Operation>;

/** Methods for catalog. */
export abstract class CatalogMethods extends CanvasesMethods {
  /**
   * Show a publisher.
   *
   * Who it is, whether it is verified and by which domains, and how much it shows to everyone. A tenant that shows nothing to
   * everyone is no publisher.
   *
   * @param tenant The publisher's id
   */
  getPublisher(tenant: string, options?: RequestOptions): ApiPromise<PublisherProfile> {
    return this.one(operations.getPublisher, { path: [tenant], options });
  }
}
