// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListWebhookDeliveriesParams, ListWebhooksParams } from '../parameters.js';
import type {
  Delivery,
  DeliveryDetail,
  Webhook,
  WebhookCreate,
  WebhookCreated,
  WebhookRecover,
  WebhookRecovered,
  WebhookSecretRotate,
  WebhookTest,
  WebhookUpdate,
  WebhookVerified,
  WebhookVerify,
} from '../types/index.js';
import { UsageMethods } from './usage.js';

const operations = {
  listWebhooks: {
    method: 'GET',
    path: '/webhooks',
    answer: 'Webhook',
  },
  createWebhook: {
    method: 'POST',
    path: '/webhooks',
    body: 'WebhookCreate',
    required: ['url', 'events'],
    answer: 'WebhookCreated',
  },
  verifyWebhook: {
    method: 'POST',
    path: '/webhooks/verify',
    body: 'WebhookVerify',
    required: ['webhook_id', 'payload', 'signature'],
    answer: 'WebhookVerified',
  },
  getWebhook: {
    method: 'GET',
    path: '/webhooks/{webhook_id}',
    reserved: { webhook_id: ['verify'] },
    answer: 'Webhook',
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/webhooks/{webhook_id}',
    reserved: { webhook_id: ['verify'] },
  },
  updateWebhook: {
    method: 'PATCH',
    path: '/webhooks/{webhook_id}',
    body: 'WebhookUpdate',
    reserved: { webhook_id: ['verify'] },
    answer: 'Webhook',
  },
  listWebhookDeliveries: {
    method: 'GET',
    path: '/webhooks/{webhook_id}/deliveries',
    reserved: { webhook_id: ['verify'] },
    answer: 'Delivery',
  },
  getWebhookDelivery: {
    method: 'GET',
    path: '/webhooks/{webhook_id}/deliveries/{delivery_id}',
    reserved: { webhook_id: ['verify'] },
    answer: 'DeliveryDetail',
  },
  redeliverWebhookDelivery: {
    method: 'POST',
    path: '/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver',
    reserved: { webhook_id: ['verify'] },
    answer: 'Delivery',
  },
  recoverWebhook: {
    method: 'POST',
    path: '/webhooks/{webhook_id}/recover',
    body: 'WebhookRecover',
    required: ['since'],
    reserved: { webhook_id: ['verify'] },
    answer: 'WebhookRecovered',
  },
  rotateWebhookSecret: {
    method: 'POST',
    path: '/webhooks/{webhook_id}/rotate-secret',
    body: 'WebhookSecretRotate',
    reserved: { webhook_id: ['verify'] },
    answer: 'WebhookCreated',
  },
  testWebhook: {
    method: 'POST',
    path: '/webhooks/{webhook_id}/test',
    body: 'WebhookTest',
    required: ['event'],
    reserved: { webhook_id: ['verify'] },
    answer: 'Delivery',
  },
} as const satisfies Record<string, Operation>;

/** Methods for webhooks. */
export abstract class WebhooksMethods extends UsageMethods {
  /**
   * List webhooks.
   *
   * The tenant's, oldest first, without their secrets.
   */
  listWebhooks(params?: ListWebhooksParams, options?: RequestOptions): PagePromise<Webhook> {
    return this.page(operations.listWebhooks, { path: [], params, options });
  }

  /**
   * Make a webhook.
   *
   * From now on events of these types are sent to the URL, signed. Where no secret is given, one is made; it is in this answer
   * and nowhere else: keep it. How deliveries look, are signed and are tried again is in docs/WEBHOOKS.md.
   */
  createWebhook(params: WebhookCreate, options?: RequestOptions): ApiPromise<WebhookCreated> {
    return this.one(operations.createWebhook, { path: [], params, options });
  }

  /**
   * Check a signature.
   *
   * For people who look for a mistake in their receiver: whether `X-ATOM-Signature` is what this webhook's secret makes of
   * the payload.
   */
  verifyWebhook(params: WebhookVerify, options?: RequestOptions): ApiPromise<WebhookVerified> {
    return this.one(operations.verifyWebhook, { path: [], params, options });
  }

  /**
   * Show a webhook.
   *
   * Without its secret; with since when its deliveries have failed, if they do.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  getWebhook(webhookId: string, options?: RequestOptions): ApiPromise<Webhook> {
    return this.one(operations.getWebhook, { path: [webhookId], options });
  }

  /**
   * Delete a webhook.
   *
   * Nothing more is sent to it, not even what waits.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  deleteWebhook(webhookId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteWebhook, { path: [webhookId], options });
  }

  /**
   * Change a webhook, pause it, or make it active again.
   *
   * What is left out stays. While a webhook is paused or disabled its deliveries wait; once it is active, they are sent.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  updateWebhook(webhookId: string, params: WebhookUpdate, options?: RequestOptions): ApiPromise<Webhook> {
    return this.one(operations.updateWebhook, { path: [webhookId], params, options });
  }

  /**
   * List a webhook's deliveries.
   *
   * Newest first. `total` counts up to 10,000.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  listWebhookDeliveries(webhookId: string, params?: ListWebhookDeliveriesParams, options?: RequestOptions): PagePromise<Delivery> {
    return this.page(operations.listWebhookDeliveries, { path: [webhookId], params, options });
  }

  /**
   * Show a delivery.
   *
   * What was sent, and every exchange with its status, how long it took and the first 4 KB of the answer.
   *
   * @param webhookId The webhook's id, `whk_…`
   * @param deliveryId The delivery's id, `dlv_…`
   */
  getWebhookDelivery(webhookId: string, deliveryId: string, options?: RequestOptions): ApiPromise<DeliveryDetail> {
    return this.one(operations.getWebhookDelivery, { path: [webhookId, deliveryId], options });
  }

  /**
   * Send a delivery again.
   *
   * Whatever became of it, with the same `webhook-id`.
   *
   * @param webhookId The webhook's id, `whk_…`
   * @param deliveryId The delivery's id, `dlv_…`
   */
  redeliverWebhookDelivery(webhookId: string, deliveryId: string, options?: RequestOptions): ApiPromise<Delivery> {
    return this.one(operations.redeliverWebhookDelivery, { path: [webhookId, deliveryId], options });
  }

  /**
   * Send failed deliveries again.
   *
   * Those of events since a time, from the beginning of their schedule. It can be asked for again: what is queued already is
   * not queued twice.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  recoverWebhook(webhookId: string, params: WebhookRecover, options?: RequestOptions): ApiPromise<WebhookRecovered> {
    return this.one(operations.recoverWebhook, { path: [webhookId], params, options });
  }

  /**
   * Give a webhook another secret.
   *
   * For the grace period deliveries are signed with both: `webhook-signature` carries two signatures, and the old one is in
   * `X-ATOM-Signature-Previous`. A secret that the marketplace makes is in this answer and nowhere else.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  rotateWebhookSecret(webhookId: string, params?: WebhookSecretRotate, options?: RequestOptions): ApiPromise<WebhookCreated> {
    return this.one(operations.rotateWebhookSecret, { path: [webhookId], params, options });
  }

  /**
   * Try a webhook.
   *
   * Sends it an example of an event, whether it hears of that type or not, with `"test": true` among the data. What came of it
   * is read with the delivery's id.
   *
   * @param webhookId The webhook's id, `whk_…`
   */
  testWebhook(webhookId: string, params: WebhookTest, options?: RequestOptions): ApiPromise<Delivery> {
    return this.one(operations.testWebhook, { path: [webhookId], params, options });
  }
}
