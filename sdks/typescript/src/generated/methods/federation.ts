// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListFederationKeysParams } from '../parameters.js';
import type { FederationKey, FederationKeyCreate, FederationKeyCreated } from '../types/index.js';
import { DomainsMethods } from './domains.js';

const operations = {
  listFederationKeys: {
    method: 'GET',
    path: '/federation/keys',
    answer: 'FederationKey',
  },
  createFederationKey: {
    method: 'POST',
    path: '/federation/keys',
    body: 'FederationKeyCreate',
    required: ['name'],
    answer: 'FederationKeyCreated',
  },
  deleteFederationKey: {
    method: 'DELETE',
    path: '/federation/keys/{key_id}',
  },
} as const satisfies Record<string, Operation>;

/** Methods for federation. */
export abstract class FederationMethods extends DomainsMethods {
  /**
   * List federation keys.
   *
   * Those that are not revoked, oldest first, never the secret.
   */
  listFederationKeys(params?: ListFederationKeysParams, options?: RequestOptions): PagePromise<FederationKey> {
    return this.page(operations.listFederationKeys, { path: [], params, options });
  }

  /**
   * Make a federation key.
   *
   * It reads public components by the federation routes and nothing else. The platform's admin who names no tenant makes
   * a key of the platform's own. The secret is in this answer and nowhere else.
   */
  createFederationKey(params: FederationKeyCreate, options?: RequestOptions): ApiPromise<FederationKeyCreated> {
    return this.one(operations.createFederationKey, { path: [], params, options });
  }

  /**
   * Revoke a federation key.
   *
   * It is refused from now on: at once by this node, within 5 seconds by every other.
   *
   * @param keyId The key's id, `fed_…`
   */
  deleteFederationKey(keyId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteFederationKey, { path: [keyId], options });
  }
}
