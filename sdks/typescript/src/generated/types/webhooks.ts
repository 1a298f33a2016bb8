// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** A new webhook. */
export interface WebhookCreate {
  /** Where events are sent; https, or an address the server allows. */
  url: string;
  /** Types of events, such as `component.installed`. */
  events: readonly string[];
  /** What deliveries are signed with. Left out: the server makes one. */
  secret?: string | null | undefined;
  /** `tenant` hears of its own, `marketplace` of every public publish and update. Left out: tenant. */
  scope?: string | null | undefined;
  /** What people know it by. */
  description?: string | null | undefined;
}

/** A webhook as it was created. */
export interface WebhookCreated {
  /** Its id. */
  id: string;
  /** Where events are sent. */
  url: string;
  /** Types of events. */
  events: string[];
  /** The secret, if the server made it: it cannot be shown again. */
  secret?: string | null | undefined;
  /** What it hears of. */
  scope?: string | null | undefined;
  /** What people know it by. */
  description?: string | null | undefined;
}
