// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { ComponentStatus } from './common.js';
import type { Finding } from './common.js';
import type { Kind } from './common.js';
import type { Manifest } from './common.js';
import type { Plan } from './common.js';
import type { ReportReason } from './common.js';

/** How many components of one kind have one status. */
export interface ComponentCount {
  /** The kind. */
  componentType: Kind;
  /** How many. */
  count: number;
  /** The status. */
  status: ComponentStatus;
}

/** A reviewer's decision. */
export interface Decision {
  /** The digest that was looked at. Where it is not the submission's, nothing is decided. */
  digest?: string | null | undefined;
  /** Why, up to 2,000 characters; its publisher reads it. Needed unless it is an approval. */
  reason?: string | null | undefined;
}

/** The platform in numbers. */
export interface PlatformStats {
  /** Components by kind and status; what there is none of is left out. */
  components: ComponentCount[];
  /** Components that are installed now, over all tenants. */
  installations: number;
  /** Public submissions that wait for a reviewer. */
  pendingSubmissions: number;
  /** Tenants of this instance and mirrored ones. */
  tenants: number;
}

/** Why a component is quarantined or released. */
export interface Quarantine {
  /** Why, up to 2,000 characters; its publisher reads it. */
  reason?: string | null | undefined;
}

/** A report as the platform reads it. */
export interface Report {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** When it was first reported, RFC 3339 UTC. */
  createdAt: string;
  /** What was seen. */
  details?: string | null | undefined;
  /** Its id. */
  id: string;
  /** What came of it. */
  outcome?: ReportOutcome | null | undefined;
  /** Why. */
  outcomeReason?: string | null | undefined;
  /** What is wrong with the component. */
  reason: ReportReason;
  /** Who acted for that tenant. */
  reportedBy: string;
  /** The tenant that reported it; its publisher is never told. */
  reporterTenantId: string;
  /** How many tenants have reported the component and wait for an answer; for a resolved report, how many got one. */
  reporters: number;
  /** When, RFC 3339 UTC. */
  resolvedAt?: string | null | undefined;
  /** Who resolved it. */
  resolvedBy?: string | null | undefined;
  /** Its publisher. */
  sourceTenantId: string;
  /** Whether it still waits. */
  status: ReportStatus;
  /** When the report last changed, RFC 3339 UTC. */
  updatedAt: string;
}

/** What came of a report. */
export type ReportOutcome = 'dismissed' | 'quarantined' | 'taken_down' | 'fixed';

/** What the platform makes of a report. */
export interface ReportResolution {
  /** Resolve every open report of the component in the same way. */
  all?: boolean | undefined;
  /** What came of it. It is noted; the component itself changes with `quarantine` alone. */
  outcome: ReportOutcome;
  /** Put the component in quarantine at once, for this reason; with the outcome `quarantined`. */
  quarantine?: boolean | undefined;
  /** Why, up to 2,000 characters. */
  reason: string;
}

/** Whether a report still waits. */
export type ReportStatus = 'open' | 'resolved';

/** A version that its publisher wants to be public. */
export interface Submission {
  /** The component's id. */
  componentId: string;
  /** The kind of the component. */
  componentType: Kind;
  /** When it was decided, RFC 3339 UTC. */
  decidedAt?: string | null | undefined;
  /** Who decided. */
  decidedBy?: string | null | undefined;
  /** What exactly is submitted: an approval is of this and nothing else. */
  digest: string;
  /** What the automated checks found. */
  findings: Finding[];
  /** Its id. */
  id: string;
  /** What the reviewer said. */
  reason?: string | null | undefined;
  /** How much the findings weigh together; more is riskier. */
  risk: number;
  /** Its publisher. */
  sourceTenantId: string;
  /** Where it stands. */
  status: ComponentStatus;
  /** When it was submitted, RFC 3339 UTC. */
  submittedAt: string;
  /** Who submitted it. */
  submittedBy: string;
  /** The version it would be. */
  version: string;
}

/** A submission with what it would publish. The files are in the component's bundle of that version. */
export interface SubmissionDetail extends Submission {
  /** The publisher's fields. Empty once the submission was superseded. */
  manifest: Manifest;
}

/** A component that was taken down: what is left of it. */
export interface Takedown {
  /** Its kind. */
  componentType: Kind;
  /** Its id, which nobody can publish under again. */
  id: string;
  /** Why. */
  reason: string;
  /** Its publisher. */
  sourceTenantId: string;
  /** When, RFC 3339 UTC. */
  takenDownAt: string;
}

/** Why a component is taken down. */
export interface TakedownRequest {
  /** Why, up to 2,000 characters; its publisher and those who installed it read it. */
  reason: string;
}

/** What the platform may change of a tenant. What is left out stays. */
export interface TenantAdminUpdate {
  /** Limits of its own. */
  limits?: TenantLimitsUpdate | null | undefined;
  /** Its name, up to 100 characters. */
  name?: string | null | undefined;
  /** Its plan. */
  plan?: Plan | null | undefined;
  /** Whether its credentials are refused. */
  suspended?: boolean | null | undefined;
  /**
   * Whether the platform vouches for who it is, until it takes another name. Domains that it has proven go on speaking for
   * it without.
   */
  verified?: boolean | null | undefined;
}

/** A new tenant. */
export interface TenantCreate {
  /** Its id, for ever: 2–63 of `a-z 0-9 -`. Left out: made from the name. */
  id?: string | null | undefined;
  /** Its name, up to 100 characters. */
  name: string;
  /** Its plan. */
  plan?: Plan | undefined;
}

/** Limits that stand before the plan's. What is left out stays; `null` is the plan's again. */
export interface TenantLimitsUpdate {
  /** Installed agents. */
  agents?: number | null | undefined;
  /** Canonical bytes of every kept version. */
  storageBytes?: number | null | undefined;
  /** Webhooks. */
  webhooks?: number | null | undefined;
}
