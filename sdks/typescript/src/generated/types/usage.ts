// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Kind } from './common.js';
import type { Plan } from './common.js';

/** A report that was not taken. */
export interface RejectedReport {
  /** The id it named. */
  componentId: string;
  /** The kind it named. */
  componentType: Kind;
  /** Why. */
  reason: string;
}

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

/** One component's running totals. Any that is lower than before means that the instance began anew. */
export interface UsageReport {
  /** Its id. */
  componentId: string;
  /** Its kind. */
  componentType: Kind;
  /** How often it ran. */
  executionCount: number;
  /** Its publisher, where several installed ones have that id. */
  sourceTenantId?: string | null | undefined;
  /** How often with success; never more. */
  successCount: number;
  /** How long altogether, milliseconds. */
  totalDurationMs: number;
}

/** What became of usage reports. */
export interface UsageReportAnswer {
  /** How many were taken. */
  accepted: number;
  /** Those that were not. */
  rejected: RejectedReport[];
}

/** What an instance ran, as running totals since it started counting. */
export interface UsageReportRequest {
  /** Which of the tenant's instances reports: 1–128 characters, the same each time. A tenant has up to 1,000. */
  instanceId: string;
  /** At most 1,000. */
  reports: readonly UsageReport[];
}
