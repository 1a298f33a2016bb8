// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { ComponentStatus } from './common.js';
import type { Finding } from './common.js';
import type { Kind } from './common.js';
import type { Plan } from './common.js';
import type { ReportReason } from './common.js';

/**
 * The automated checks, run again over every public version. It changes nothing that is published: whoever reads what was
 * found decides.
 */
export interface CheckRun {
  /** Of them, those that would be refused today. */
  blocked: number;
  /** Versions looked at so far. */
  checked: number;
  /** When it was done, RFC 3339 UTC. */
  finishedAt?: string | null | undefined;
  /** Its id. */
  id: string;
  /** Those with notes alone. */
  noted: number;
  /** Those that a reviewer would be asked to look at. */
  queued: number;
  /** Names the rules and what they do here: two runs under one name find the same. */
  rules: string;
  /** When it was started, RFC 3339 UTC. */
  startedAt: string;
  /** Who started it. */
  startedBy: string;
  /** Where it stands. */
  state: CheckRunState;
  /** Versions to look at. */
  total: number;
}

/** Where a run of the checks stands. */
export type CheckRunState = 'running' | 'finished';

/** A published version in which a run found something grave: with a finding that would block it, or that a reviewer should see. */
export interface CheckRunVersion {
  /** The component's id. */
  componentId: string;
  /** The kind of the component. */
  componentType: Kind;
  /** What exactly was looked at. */
  digest: string;
  /** Everything that was found in it, the gravest first. */
  findings: Finding[];
  /** Its publisher. */
  sourceTenantId: string;
  /** The version. */
  version: string;
}

/** A reviewer's claim of a submission. */
export interface Claim {
  /** Claim it although another reviewer has. */
  takeOver?: boolean | undefined;
}

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
  /** Decide although another reviewer has claimed it. */
  takeOver?: boolean | undefined;
}

/** A field that differs. */
export interface FieldChange {
  /** What it is now. None: it is gone. */
  after?: string | null | undefined;
  /** What it was: a text as it is, anything else as JSON. None: it was not there. */
  before?: string | null | undefined;
  /** The field, written as in findings. */
  path: string;
  /** The lines that differ, for texts of several lines; `before` and `after` are left out then. */
  text?: TextDiff | null | undefined;
}

/** A file that differs. */
export interface FileChange {
  /** Why there are no lines: it is binary, or too large. */
  note?: string | null | undefined;
  /** Its path. */
  path: string;
  /** Bytes now. */
  sizeAfter?: number | null | undefined;
  /** Bytes before. */
  sizeBefore?: number | null | undefined;
  /** What became of it. */
  state: FileState;
  /** The lines that differ, if it is text. */
  text?: TextDiff | null | undefined;
}

/** What became of a file. */
export type FileState = 'added' | 'removed' | 'changed';

/** Lines that stand together. */
export interface Hunk {
  /** The lines. */
  lines: Line[];
  /** How many lines now. */
  newLines: number;
  /** The first line now, from 1; 0 when there is none. */
  newStart: number;
  /** How many lines before. */
  oldLines: number;
  /** The first line before, from 1; 0 when there is none. */
  oldStart: number;
}

/** A character that nobody sees. */
export interface Invisible {
  /** Its code. */
  character: string;
  /** The character in the line, from 1. */
  column: number;
  /** The line, from 1. */
  line: number;
  /** The field, or the file as `files[\"scripts/run.py\"]`. */
  path: string;
}

/** A line of a hunk. */
export interface Line {
  /** What became of it. */
  state: LineState;
  /** Its text, without its end. */
  text: string;
}

/** What became of a line. */
export type LineState = 'same' | 'removed' | 'added';

/** A rating as the platform sees it. */
export interface ModeratedReview {
  /** The author's tenant. */
  authorTenantId: string;
  /** The component's id. */
  componentId: string;
  /** The kind of the component. */
  componentType: Kind;
  /** When it was written, RFC 3339 UTC. */
  createdAt: string;
  /** How many members have flagged it since the platform last decided. */
  flagCount: number;
  /** What they say, the first 20. */
  flags: ReviewFlag[];
  /** Whether it is hidden. */
  hidden: boolean;
  /** Why. */
  hiddenReason?: string | null | undefined;
  /** Its id, `rate_…`. */
  id: string;
  /** 1 to 5. */
  rating: number;
  /** What it says. */
  review?: string | null | undefined;
  /** The component's publisher. */
  sourceTenantId: string;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
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

/** Hides a review, or shows it again. */
export interface ReviewDecision {
  /** Why, up to 2,000 characters. To hide one it must be given: its author reads it. */
  reason?: string | null | undefined;
}

/** What a member finds wrong with a review. */
export interface ReviewFlag {
  /** When, RFC 3339 UTC. */
  flaggedAt: string;
  /** Why. */
  reason: string;
  /** The member's tenant. */
  tenantId: string;
}

/**
 * What a submission changes against the version approved last. Every text in it shows characters that nobody sees as
 * `⟨U+200B⟩`. Large texts are cut: `note` says where.
 */
export interface SubmissionDiff {
  /** Its digest. */
  baseDigest?: string | null | undefined;
  /** The version approved last; none: nothing was, and everything is new. */
  baseVersion?: string | null | undefined;
  /** Its digest: an approval is of this. */
  digest: string;
  /** Fields that differ. */
  fields: FieldChange[];
  /** Files that differ, by their paths. */
  files: FileChange[];
  /** Characters in what is submitted that nobody sees: the first 500. */
  invisible: Invisible[];
  /** How many of these there are. */
  invisibleCount: number;
  /** What is left out of this answer, if anything is. */
  note?: string | null | undefined;
  /** What the publisher says is new. */
  releaseNotes?: string | null | undefined;
  /** What it reaches, asks for and can do, where that differs. */
  surface: SurfaceChange[];
  /** The version submitted. */
  version: string;
}

/** In which order submissions are listed. */
export type SubmissionSort = 'risk' | 'age';

/** A part of what a component touches. */
export interface SurfaceChange {
  /** What is new. */
  added: string[];
  /** `hosts`, `api_keys`, `capabilities`, `requires_capabilities` or `dependencies`. */
  part: string;
  /** What is gone. */
  removed: string[];
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

/** Lines that differ, with three around them. */
export interface TextDiff {
  /** In the order of the text. */
  hunks: Hunk[];
  /** What is left out, if anything is. */
  note?: string | null | undefined;
}
