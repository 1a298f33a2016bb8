// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { ApiPromise } from '../../promise.js';
import type { WebhookCreate, WebhookCreated } from '../types/index.js';
import { UsageMethods } from './usage.js';

const operations = {
  createWebhook: {
    method: 'POST',
    path: '/webhooks',
    body: 'WebhookCreate',
    required: ['url', 'events'],
    answer: 'WebhookCreated',
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/webhooks/{webhook_id}',
  },
} as const satisfies Record<string, Operation>;

/** Methods for webhooks. */
export abstract class WebhooksMethods extends UsageMethods {
  /**
   * Create webhook.
   *
   * Sends the named events to a URL of yours. Without `secret` the server makes one and shows it this once.
   */
  createWebhook(params: WebhookCreate, options?: RequestOptions): ApiPromise<WebhookCreated> {
    return this.one(operations.createWebhook, { path: [], params, options });
  }

  /**
   * Delete webhook.
   *
   * Nothing is sent to it any more.
   *
   * @param webhookId Its id
   */
  deleteWebhook(webhookId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteWebhook, { path: [webhookId], options });
  }
}
