// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Plan } from './common.js';

/** A tenant's usage, flat. */
export interface Usage {
  /** How many there may be; `null` is no limit. */
  agentLimit?: number | null | undefined;
  /** Agents installed now. */
  agentsInstalled: number;
  /** Canvases installed now. */
  canvasesInstalled: number;
  /** Its components that are served, public and private. */
  componentsPublished: number;
  /** Domains installed now. */
  domainsInstalled: number;
  /** Its plan. */
  plan: Plan;
  /** Requests in a window. */
  rateLimitLimit: number;
  /** Requests left in this window, after this one. */
  rateLimitRemaining: number;
  /** When the window ends, seconds since the epoch. */
  rateLimitReset: number;
  /** How long a window is. */
  rateLimitWindow: string;
  /** Skills installed now. */
  skillsInstalled: number;
  /** How many there may be. */
  storageLimit: number;
  /** Canonical bytes of every version it keeps here. */
  storageUsed: number;
  /** The tenant. */
  tenantId: string;
  /** API tokens that are neither revoked nor expired. */
  tokens: number;
  /** How many there may be. */
  webhookLimit: number;
  /** Webhooks it has. */
  webhooksUsed: number;
}
