// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListTokensParams } from '../parameters.js';
import type { ApiToken, ApiTokenCreate, ApiTokenCreated, LeakedToken, LeakedTokenOutcome } from '../types/index.js';
import { TestEnvironmentMethods } from './test-environment.js';

const operations = {
  listTokens: {
    method: 'GET',
    path: '/tokens',
    answer: 'ApiToken',
  },
  createToken: {
    method: 'POST',
    path: '/tokens',
    body: 'ApiTokenCreate',
    required: ['name'],
    answer: 'ApiTokenCreated',
  },
  getCurrentToken: {
    method: 'GET',
    path: '/tokens/current',
    answer: 'ApiToken',
  },
  revokeLeakedToken: {
    method: 'POST',
    path: '/tokens/revoke',
    body: 'LeakedToken',
    required: ['token'],
    answer: 'LeakedTokenOutcome',
  },
  deleteToken: {
    method: 'DELETE',
    path: '/tokens/{token_id}',
    reserved: { token_id: ['current', 'revoke'] },
  },
  rotateToken: {
    method: 'POST',
    path: '/tokens/{token_id}/rotate',
    reserved: { token_id: ['current', 'revoke'] },
    answer: 'ApiTokenCreated',
  },
} as const satisfies Record<string, Operation>;

/** Methods for tokens. */
export abstract class TokensMethods extends TestEnvironmentMethods {
  /**
   * List API tokens.
   *
   * Those that are not revoked, oldest first: prefix, scopes, expiry and last use, never the secret.
   */
  listTokens(params?: ListTokensParams, options?: RequestOptions): PagePromise<ApiToken> {
    return this.page(operations.listTokens, { path: [], params, options });
  }

  /**
   * Make an API token.
   *
   * It acts for the caller's tenant, within the caller's own scopes and component patterns. The secret is in this answer
   * and nowhere else: keep it.
   */
  createToken(params: ApiTokenCreate, options?: RequestOptions): ApiPromise<ApiTokenCreated> {
    return this.one(operations.createToken, { path: [], params, options });
  }

  /**
   * Show the calling token.
   *
   * Any token may ask about itself, whatever its scopes.
   */
  getCurrentToken(options?: RequestOptions): ApiPromise<ApiToken> {
    return this.one(operations.getCurrentToken, { path: [], options });
  }

  /**
   * Hand in a leaked API token.
   *
   * Whoever finds a token may end it by sending it here: no other credential is needed, and the answer says no more than whether
   * it opened something. The tenant it belongs to finds this in its audit log.
   */
  revokeLeakedToken(params: LeakedToken, options?: RequestOptions): ApiPromise<LeakedTokenOutcome> {
    return this.one(operations.revokeLeakedToken, { path: [], params, options });
  }

  /**
   * Revoke an API token.
   *
   * It is refused from now on: at once by this node, within 5 seconds by every other.
   *
   * @param tokenId The token's id, `tok_…`
   */
  deleteToken(tokenId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteToken, { path: [tokenId], options });
  }

  /**
   * Rotate an API token.
   *
   * The token keeps its id, scopes and expiry and gets a new secret; the old one ends at once. The caller must hold every
   * scope the token has.
   *
   * @param tokenId The token's id, `tok_…`
   */
  rotateToken(tokenId: string, options?: RequestOptions): ApiPromise<ApiTokenCreated> {
    return this.one(operations.rotateToken, { path: [tokenId], options });
  }
}
