// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { TestLogin, TestRateLimit, TestSession } from '../types/index.js';
import { TenantMethods } from './tenant.js';

const operations = {
  testLogin: {
    method: 'POST',
    path: '/test/auth/login',
    body: 'TestLogin',
    required: ['email', 'password'],
    answer: 'TestSession',
    testSecret: true,
  },
  testSetRateLimit: {
    method: 'POST',
    path: '/test/rate-limit',
    body: 'TestRateLimit',
    answer: 'TestRateLimit',
    testSecret: true,
  },
  testReset: {
    method: 'POST',
    path: '/test/reset',
    testSecret: true,
  },
} as const satisfies Record<string, Operation>;

/** Methods for test-environment. */
export abstract class TestEnvironmentMethods extends TenantMethods {
  /**
   * Signs in to the test environment.
   *
   * Every call makes another token of the test tenant. It may do everything there, lasts a day, and is worth nothing
   * outside of `/api/test`.
   */
  testLogin(params: TestLogin, options?: RequestOptions): ApiPromise<TestSession> {
    return this.one(operations.testLogin, { path: [], params, options });
  }

  /**
   * Sets how many requests tokens of the test environment may make.
   *
   * For trying out what a client does with a 429: `{"limit": 0, "window_seconds": 60}` refuses the next request of a token
   * for a minute. Every window begins anew. Requests without a token, such as this one, are not concerned.
   */
  testSetRateLimit(params?: TestRateLimit, options?: RequestOptions): ApiPromise<TestRateLimit> {
    return this.one(operations.testSetRateLimit, { path: [], params, options });
  }

  /**
   * Puts the test environment back to its beginning.
   *
   * Everything that was made in it is gone, tokens of the login included, and the rate limit is the usual one. Requests
   * that come meanwhile wait.
   */
  testReset(options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.testReset, { path: [], options });
  }
}
