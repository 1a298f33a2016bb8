// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { SearchComponentsParams } from '../parameters.js';
import type { Component } from '../types/index.js';
import { CatalogMethods } from './catalog.js';

const operations = {
  searchComponents: {
    method: 'GET',
    path: '/search',
    required: ['query'],
    answer: 'Component',
  },
} as const satisfies Record<string, Operation>;

/** Methods for components. */
export abstract class ComponentsMethods extends CatalogMethods {
  /**
   * Search components of every kind.
   *
   * As the search within a kind, over all of them or those named.
   */
  searchComponents(params: SearchComponentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.searchComponents, { path: [], params, options });
  }
}
