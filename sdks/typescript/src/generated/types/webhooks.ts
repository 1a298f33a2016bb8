// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { DisabledReason } from './common.js';
import type { MarketplaceEvent } from './common.js';
import type { WebhookScope } from './common.js';

/** One event for one webhook. */
export interface Delivery {
  /** Exchanges so far. */
  attemptCount: number;
  /** When the event happened, RFC 3339 UTC. */
  createdAt: string;
  /** Why the last exchange failed, or why it was never made; `null`: it did not. */
  error?: string | null | undefined;
  /** The event's type. */
  event: EventType;
  /** The event, the header `webhook-id`: the same on every try. */
  eventId: string;
  /** Its id, the header `X-ATOM-Delivery`; unique within its webhook. */
  id: string;
  /** When the last exchange began, RFC 3339 UTC. */
  lastAttemptAt?: string | null | undefined;
  /** When it is sent next, RFC 3339 UTC, if it is pending and the webhook is active. */
  nextAttemptAt?: string | null | undefined;
  /** The HTTP status of the last answer; `null`: none came. */
  responseStatus?: number | null | undefined;
  /** What became of it. */
  status: DeliveryStatus;
  /** The webhook. */
  webhookId: string;
}

/** One exchange with a receiver. */
export interface DeliveryAttempt {
  /** When it began, RFC 3339 UTC. */
  at: string;
  /** How long it took. */
  durationMs?: number | null | undefined;
  /** Why it failed; `null`: it did not. */
  error?: string | null | undefined;
  /** 1, 2, 3 … */
  number: number;
  /** The first 4 KB of the answer's body. */
  responseBody?: string | null | undefined;
  /** The HTTP status of the answer; `null`: none came. */
  responseStatus?: number | null | undefined;
  /** Where the POST went. */
  url?: string | null | undefined;
}

/** A delivery with what was sent and every exchange. */
export interface DeliveryDetail extends Delivery {
  /** Its exchanges, oldest first. */
  attempts: DeliveryAttempt[];
  /** The body that is sent, parsed. */
  payload: MarketplaceEvent;
}

/** What became of a delivery. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/** What happened. */
export type EventType = 'component.published' | 'component.installed' | 'component.updated' | 'component.rated' | 'component.approved' | 'component.changes_requested' | 'component.rejected' | 'component.quarantined' | 'component.released' | 'component.withdrawn' | 'component.yanked' | 'component.deprecated' | 'component.uninstalled' | 'webhook.disabled';

/** A webhook, without its secret. */
export interface Webhook {
  /** When it was made, RFC 3339 UTC. */
  createdAt: string;
  /** What people know it by. */
  description?: string | null | undefined;
  /** Why it was disabled, if it is. */
  disabledReason?: DisabledReason | null | undefined;
  /** Types of events it hears of. */
  events: EventType[];
  /** Since when its deliveries have done nothing but fail, RFC 3339 UTC; `null`: the last one succeeded, or there was none. */
  failingSince?: string | null | undefined;
  /** Its id. */
  id: string;
  /** Until when the secret before this one signs too, RFC 3339 UTC; `null`: there is none. */
  previousSecretUntil?: string | null | undefined;
  /** Deliveries a second; `null`: as fast as its receiver answers. */
  rateLimit?: number | null | undefined;
  /** What it hears of. */
  scope: WebhookScope;
  /** Whether it is told of events. */
  status: WebhookStatus;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
  /** Where events are sent. */
  url: string;
}

/** A new webhook. */
export interface WebhookCreate {
  /** What people know it by, up to 200 characters. */
  description?: string | null | undefined;
  /** Types of events it hears of, at least one. */
  events: readonly EventType[];
  /** Deliveries a second, 1–10,000. Left out: as fast as its receiver answers. */
  rateLimit?: number | null | undefined;
  /** What it hears of. Left out: `tenant`. */
  scope?: WebhookScope | null | undefined;
  /**
   * What deliveries are signed with, 12–256 printable ASCII characters; one that begins with `whsec_` is base64 for
   * Standard Webhooks. Left out: one is made and shown in this answer alone.
   */
  secret?: string | null | undefined;
  /** Where events are sent: https, at a public address, port 80, 443 or from 1024 on. No user name or password. */
  url: string;
}

/** A webhook with its secret, if the marketplace has just made one; it is shown this once. */
export interface WebhookCreated extends Webhook {
  /** The secret. It cannot be shown again. Absent where you chose it yourself. */
  secret?: string | null | undefined;
}

/** From when on failed deliveries are to be sent again. */
export interface WebhookRecover {
  /** Failed deliveries of events from this time on are queued again, RFC 3339. */
  since: string;
}

/** What was queued again. */
export interface WebhookRecovered {
  /** Deliveries queued again. */
  recovered: number;
}

/** Another secret for a webhook. */
export interface WebhookSecretRotate {
  /** How long the old one signs beside the new one, 0–604,800 seconds; left out: a day. */
  gracePeriodSeconds?: number | null | undefined;
  /** The new secret, as for a new webhook. Left out: one is made and shown in this answer alone. */
  secret?: string | null | undefined;
}

/** Whether a webhook is told of events. */
export type WebhookStatus = 'active' | 'paused' | 'disabled';

/** Which event to try a webhook with. */
export interface WebhookTest {
  /** The type, whether the webhook hears of it or not. Its data is an example, with `"test": true`. */
  event: EventType;
}

/** What to change of a webhook; what is left out stays. */
export interface WebhookUpdate {
  /** What people know it by; empty: nothing. */
  description?: string | null | undefined;
  /** Types of events it hears of, at least one. */
  events?: readonly EventType[] | null | undefined;
  /** Deliveries a second, 1–10,000; 0: as fast as its receiver answers. */
  rateLimit?: number | null | undefined;
  /** `paused` keeps its deliveries waiting; `active` sends them, and makes a disabled webhook active again. */
  status?: WebhookStatus | null | undefined;
  /** Where events are sent. */
  url?: string | null | undefined;
}

/** A signature that matches. */
export interface WebhookVerified {
  /** Whether it was made with the secret that was rotated out. */
  previousSecret: boolean;
  /** Always true; a signature that does not match is `WEBHOOK_VERIFICATION_FAILED`. */
  valid: boolean;
}

/** A delivery to be checked, for people who look for a mistake in their receiver. */
export interface WebhookVerify {
  /** The raw body that came. */
  payload: string;
  /** What `X-ATOM-Signature` said: lower-case hex. */
  signature: string;
  /** The webhook. */
  webhookId: string;
}
