// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { ErrorCode } from './installs.js';
import type { InstallPlan } from './installs.js';
import type { Installation } from './installs.js';
import type { PublishCheck } from './publishing.js';

/** A JSON object whose keys this package never touches. */
export type JsonObject = { [key: string]: unknown };

/** A text that is none of those this version knows: to TypeScript it equals none of them, so that comparing narrows. */
export declare enum UnknownText {
  Unknown = '',
}

/** An API token, without its secret. */
export interface ApiToken {
  /** Ids it may publish; `null` is every id. */
  componentPatterns?: string[] | null | undefined;
  /** When it was made, RFC 3339 UTC. */
  createdAt: string;
  /** The member who made it; `null` when the platform did. */
  createdBy?: string | null | undefined;
  /** When it ends, RFC 3339 UTC; `null` is never. */
  expiresAt?: string | null | undefined;
  /** Its id. */
  id: string;
  /** When it was last used, to the minute, RFC 3339 UTC; `null` is never. */
  lastUsedAt?: string | null | undefined;
  /** Its name. */
  name: string;
  /** How the secret begins, to tell one token from another. */
  prefix: string;
  /** What it may do. */
  scopes: Scope[];
  /** The tenant it acts for. */
  tenantId: string;
}

/** A new API token. */
export interface ApiTokenCreate {
  /** Ids it may publish; `*` stands for any run of characters. Left out: those its maker may. */
  componentPatterns?: readonly string[] | null | undefined;
  /** When it ends, RFC 3339, in the future. Left out: never. */
  expiresAt?: string | null | undefined;
  /** What people know it by, up to 100 characters. */
  name: string;
  /** What it may do; never more than its maker. Left out: every tenant scope its maker holds. */
  scopes?: readonly Scope[] | null | undefined;
}

/** An API token with its secret, shown this once. */
export interface ApiTokenCreated extends ApiToken {
  /** The secret. It cannot be shown again. */
  token: string;
}

/** A version of a component that was approved. */
export interface ApprovedData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** The component's publisher. */
  sourceTenantId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
  /** The version. */
  version: string;
}

/** Where a chain is broken. */
export interface AuditBreak {
  /** The first entry that is not what it was, or not there. */
  number: number;
  /** What is wrong with it. */
  why: string;
}

/** One entry of the record: who did what to what. */
export interface AuditEntry {
  /** What: a noun and a verb. */
  action: string;
  /** Who: `token:tok_…`, `member:usr_…`, `admin`, `operator`, `policy:…`, `anonymous`. */
  actor: string;
  /** When, RFC 3339 UTC. */
  at: string;
  /** What else there is to know of it. Never a secret. */
  details: JsonObject;
  /** SHA-256 over the entry and the hash before it, hexadecimal. */
  hash: string;
  /** Its place there: 1, 2, 3 … */
  number: number;
  /** The request in which it was done; none: outside of one. */
  requestId?: string | null | undefined;
  /** To what: `skill:acme/crm-lookup`, `token:tok_…` … */
  target: string;
  /** Whose record it is in; none: the platform's own. */
  tenantId?: string | null | undefined;
}

/** Where a chain ends. Kept elsewhere, it shows later that nothing before it was changed or cut off. */
export interface AuditHead {
  /** Its hash, hexadecimal. */
  hash: string;
  /** The last entry's number. */
  number: number;
}

/** An entry as it is exported: with the very text that was hashed. */
export interface AuditLine {
  /** What. */
  action: string;
  /** Who. */
  actor: string;
  /** When, RFC 3339 UTC. */
  at: string;
  /** The same in microseconds since 1970, as it was hashed. */
  atUs: number;
  /** JSON text, as it was hashed. */
  details: string;
  /** SHA-256 over the entry and the hash before it, hexadecimal. */
  hash: string;
  /** Its place there: 1, 2, 3 … */
  number: number;
  /** The request in which it was done. */
  requestId?: string | null | undefined;
  /** To what. */
  target: string;
  /** Whose record it is in; none: the platform's own. */
  tenantId?: string | null | undefined;
}

/** Whether a chain is whole. */
export interface AuditVerification {
  /** Entries that were looked at. */
  entries: number;
  /** Where it is broken. */
  firstBroken?: AuditBreak | null | undefined;
  /** Where the chain ends; none: it is empty. */
  head?: AuditHead | null | undefined;
  /** Whether every entry is there as it was written. */
  ok: boolean;
  /** Whose chain; none: the platform's own. */
  tenantId?: string | null | undefined;
}

/** Everything an instance needs to run a component (contract §6). */
export interface Bundle {
  /** The kind. */
  componentType: Kind;
  /** The digest of `manifest` with `id` and `component_type`. */
  digest: string;
  /** The files with their content, in the byte order of their paths. */
  files: ComponentFile[];
  /** The format, `atom-bundle/1`. */
  format: string;
  /** The publisher's id. */
  id: string;
  /** The instance it was published on, which signs it. */
  instance: string;
  /** The publisher's fields. */
  manifest: Manifest;
  /** When the version became available, RFC 3339 UTC; absent while it waits for review. */
  publishedAt?: string | null | undefined;
  /** The publisher's tenant. */
  sourceTenantId: string;
  /** The version. */
  version: string;
}

/** How a canvas is rendered. */
export type CanvasType = 'html' | 'react' | 'vue' | 'custom';

/**
 * A component as everyone reads it. Lists leave out `readme`, `config_schema`, `content`, `files` and the
 * kind's own large fields; `release_notes` too.
 */
export interface Component extends Manifest {
  /** Plain mean of its ratings, 1–5; null when unrated. */
  averageRating?: number | null | undefined;
  /** The kind. */
  componentType: Kind;
  /** First published, RFC 3339 UTC. */
  createdAt: string;
  /** Set when its publisher advises against it. */
  deprecated?: Deprecation | null | undefined;
  /** `sha256:<hex>` over every publisher's field but `version` and `marketplace_type`. */
  digest: string;
  /** What it comes to on the instances that mirror it, where they tell; not in the numbers above. */
  federated?: FederatedNumbers | null | undefined;
  /** In a search: the fields that match, with the matches between `<em>` and `</em>` and all else HTML-escaped. */
  highlights?: Highlights | null | undefined;
  /** The publisher's id. */
  id: string;
  /** How many tenants ever installed it. */
  installCount: number;
  /** Public or private. */
  marketplaceType: MarketplaceType;
  /** Where it comes from, if it is federated. */
  origin?: Origin | null | undefined;
  /** A newer version that waits. */
  pending?: PendingVersion | null | undefined;
  /** Who published it. */
  publisher: Publisher;
  /** How many ratings. */
  ratingCount: number;
  /** In a search: how well it matches, larger is better. */
  score?: number | null | undefined;
  /** Tenants that may see it, shown to its publisher. */
  sharedWith?: string[] | null | undefined;
  /** The publisher's tenant; with `id` and `component_type` it names the component. */
  sourceTenantId: string;
  /** Where it stands. */
  status: ComponentStatus;
  /** Why it is quarantined, withdrawn, rejected or sent back. */
  statusReason?: string | null | undefined;
  /** Last version or change, RFC 3339 UTC. */
  updatedAt: string;
  /** The version described here: the latest one available. */
  version: string;
}

/** A submission of it was approved. */
export interface ComponentApprovedEvent {
  data: ApprovedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.approved';
}

/** A reviewer asks for changes of a submission. */
export interface ComponentChangesRequestedEvent {
  data: RefusedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.changes_requested';
}

/** It should not be used any more. */
export interface ComponentDeprecatedEvent {
  data: DeprecatedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.deprecated';
}

/** A tenant installed it. */
export interface ComponentInstalledEvent {
  data: InstalledData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.installed';
}

/** A component was published: a private one at once, a public one with its first approval. */
export interface ComponentPublishedEvent {
  data: PublishedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.published';
}

/** The platform hides it and keeps it from being installed. */
export interface ComponentQuarantinedEvent {
  data: ReasonData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.quarantined';
}

/** It was rated. */
export interface ComponentRatedEvent {
  data: RatedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.rated';
}

/** A submission of it was rejected. */
export interface ComponentRejectedEvent {
  data: RefusedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.rejected';
}

/** The platform has released it from quarantine. */
export interface ComponentReleasedEvent {
  data: ReasonData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.released';
}

/** A tenant uninstalled it. */
export interface ComponentUninstalledEvent {
  data: InstalledData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.uninstalled';
}

/** Another version of it is there. */
export interface ComponentUpdatedEvent {
  data: PublishedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.updated';
}

/** It is not there any more. */
export interface ComponentWithdrawnEvent {
  data: ReasonData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.withdrawn';
}

/** A version of it should not be used any more. */
export interface ComponentYankedEvent {
  data: YankedData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'component.yanked';
}

/** Another component that this one needs. */
export interface Dependency {
  /** The kind of the component needed. */
  componentType: Kind;
  /** Its id. */
  id: string;
  /** Installed only when asked for, never missed. */
  optional?: boolean | undefined;
  /** Its publisher. Left out: the publisher's own of that id, else the one public one, fixed at publish. */
  sourceTenantId?: string | null | undefined;
  /** The versions that will do, as a semver range. */
  version?: string | undefined;
}

/** A component that should not be used any more. */
export interface DeprecatedData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** Why, and what to do. */
  message: string;
  /** The component's publisher. */
  sourceTenantId: string;
  /** What to install in its place. */
  successor?: Successor | null | undefined;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
}

/** A component's deprecation. */
export interface Deprecation {
  /** Why, and what to do. */
  message: string;
  /** What to install in its place. */
  successor?: Successor | null | undefined;
}

/** Why a webhook was disabled. */
export type DisabledReason = 'gone' | 'failing';

/** The error itself. */
export interface ErrorBody {
  /** Stable code; see [`Code`]. */
  code: ErrorCode;
  /** Facts for programs; which ones depends on the code. */
  details: JsonObject;
  /** What went wrong and what to do, for a person. */
  message: string;
  /** Names this request in the server's log. */
  requestId: string;
}

/** What every error answer looks like. */
export interface ErrorEnvelope {
  /** The error. */
  error: ErrorBody;
}

/** `MarketplaceEvent` of a `type` that this version does not know. */
export interface UnknownEvent {
  data: JsonObject;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: UnknownText;
}

/** One event; its `type` says what its `data` holds. Types that are not among these may come: ignore them. */
export type MarketplaceEvent =
  | ComponentPublishedEvent
  | ComponentInstalledEvent
  | ComponentUpdatedEvent
  | ComponentRatedEvent
  | ComponentApprovedEvent
  | ComponentChangesRequestedEvent
  | ComponentRejectedEvent
  | ComponentQuarantinedEvent
  | ComponentReleasedEvent
  | ComponentWithdrawnEvent
  | ComponentYankedEvent
  | ComponentDeprecatedEvent
  | ComponentUninstalledEvent
  | WebhookDisabledEvent
  | UnknownEvent;

/** What a component comes to on other instances, as those tell. */
export interface FederatedNumbers {
  /** Plain mean of its ratings there, 1–5; null when unrated. */
  averageRating?: number | null | undefined;
  /** How many tenants there ever installed it. */
  installCount: number;
  /** How many ratings. */
  ratingCount: number;
}

/** A file of a publication or of a bundle. */
export interface ComponentFile {
  /** The content. */
  content: string;
  /** How `content` is written. */
  encoding?: FileEncoding | undefined;
  /** Relative, `/` between parts, no `..`. */
  path: string;
}

/** How a file's content is written in JSON. */
export type FileEncoding = 'utf-8' | 'base64';

/** What a component's answer says of a file; the content is in the bundle. */
export interface ComponentFileEntry {
  /** The file's path. */
  path: string;
  /** SHA-256 of its bytes, lowercase hex. */
  sha256: string;
  /** Its size in bytes. */
  size: number;
}

/** What an automated check found in a publication. */
export interface Finding {
  /** The check's name. */
  check: string;
  /** What was found. */
  message: string;
  /** The field or file it is about. */
  path: string;
  /** How much it weighs. */
  severity: Severity;
}

/** Where a search found its words. */
export interface Highlights {
  /** A passage of the description. */
  description?: string | null | undefined;
  /** The name. */
  name?: string | null | undefined;
  /** The tags that match. */
  tags?: string[] | undefined;
}

/** What an install answers 200 with. */
export type InstallAnswer = Installation | InstallPlan;

/** A component that a tenant has, or had. */
export interface InstalledData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** The component's publisher. */
  sourceTenantId: string;
  /** The tenant. */
  tenantId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
  /** The version. */
  version: string;
}

/** What a component is. The four kinds share one model and one set of routes. */
export type Kind = 'agent' | 'skill' | 'canvas' | 'domain';

/**
 * The publisher's fields that do not depend on the kind, and those that do: everything the digest covers
 * but the files' bytes. Fields not given are absent.
 */
export interface Manifest {
  /** Canvases: who works on it. */
  agentRoles?: string[] | null | undefined;
  /** Canvases: how it is rendered. */
  canvasType?: CanvasType | null | undefined;
  /** Agents: the canvases it brings. */
  canvases?: JsonObject[] | null | undefined;
  /** What it can do, up to 100. */
  capabilities?: string[] | undefined;
  /** One category. */
  category?: string | null | undefined;
  /** Canvases: its source. */
  code?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`; its key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** Agents: its configuration. */
  configuration?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files, without their content. */
  files?: ComponentFileEntry[] | undefined;
  /** Domains: its rules. */
  governanceTemplate?: JsonObject | null | undefined;
  /** Skills: JSON Schema of its input. */
  inputSchema?: JsonObject | null | undefined;
  /** Domains: its documents. */
  knowledgeBase?: JsonObject[] | null | undefined;
  /** SPDX expression, or words. */
  license?: string | null | undefined;
  /** Agents: how far it may act on its own. */
  maturityLevel?: MaturityLevel | null | undefined;
  /** Agents: what it has learnt, `{heuristics: […]}`. */
  memory?: JsonObject | null | undefined;
  /** Display name, up to 100 characters. */
  name: string;
  /** Skills: JSON Schema of its output. */
  outputSchema?: JsonObject | null | undefined;
  /** Canvases: a picture of it; http or https. */
  previewUrl?: string | null | undefined;
  /** The least plan that may install it. */
  pricingTier?: Plan | undefined;
  /** Markdown, up to 200,000 characters. Not in lists. */
  readme?: string | null | undefined;
  /** What is new in this version, up to 20,000 characters. */
  releaseNotes?: string | null | undefined;
  /** Capabilities that something installed in the target must have. */
  requiresCapabilities?: string[] | undefined;
  /** Skills: how it runs. */
  skillType?: SkillType | null | undefined;
  /** Up to 50. */
  tags?: string[] | undefined;
  /** Domains: what it is about. */
  topics?: string[] | null | undefined;
  /** Domains: its terms. */
  vocabulary?: JsonObject | null | undefined;
}

/** Who a component is for. */
export type MarketplaceType = 'public' | 'private';

/** How far an agent may act on its own. */
export type MaturityLevel = 'student' | 'intern' | 'supervised' | 'autonomous';

/** A message about a submission, between its publisher and the reviewers. */
export interface Message {
  /** Who wrote it. */
  author: string;
  /** When, RFC 3339 UTC. */
  createdAt: string;
  /** Which side it comes from. */
  from: MessageSide;
  /** Its id. */
  id: string;
  /** What they say. */
  text: string;
}

/** A new message. */
export interface MessageCreate {
  /** What to say, up to 4,000 characters of plain text. */
  text: string;
}

/** Which side a message comes from. */
export type MessageSide = 'reviewer' | 'publisher';

/** Where a federated component comes from. */
export interface Origin {
  /** The instance it was published on. */
  instance: string;
  /** What that instance calls itself. */
  name?: string | null | undefined;
  /** The peer it came from, by its name here. */
  peer?: string | null | undefined;
  /** Its publisher there. */
  tenantId: string;
  /** The peer that vouches for the origin's key, where that is not pinned here. */
  vouchedBy?: string | null | undefined;
}

/** A newer version that is not served yet; only its publisher and reviewers see it. */
export interface PendingVersion {
  /** What the automated checks found. */
  findings?: Finding[] | undefined;
  /** What the reviewer says of it. */
  reason?: string | null | undefined;
  /** Where its review stands. */
  status: ComponentStatus;
  /** The submission, `sub_…`. */
  submissionId: string;
  /** Its version. */
  version: string;
}

/**
 * A tenant's plan, from the least to the most; also a component's `pricing_tier`, the least
 * plan that may install it.
 */
export type Plan = 'free' | 'solo' | 'team' | 'enterprise';

/** What a plan includes. */
export interface PlanLimits {
  /** Installed agents; `null` is no limit. */
  agents?: number | null | undefined;
  /** Canonical bytes of every kept version the tenant published. */
  storageBytes: number;
  /** Webhooks. */
  webhooks: number;
}

/** What a publish answers 200 with. */
export type PublishAnswer = Component | PublishCheck;

/** A version of a component that can be installed. */
export interface PublishedData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** Who it is for. */
  marketplaceType: MarketplaceType;
  /** The component's publisher. */
  sourceTenantId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
  /** The version. */
  version: string;
}

/** Who published a component. */
export interface Publisher {
  /** Its name. */
  name: string;
  /** The tenant. */
  tenantId: string;
  /** Whether the platform has verified who it is. */
  verified: boolean;
}

/** A rating of a component. */
export interface RatedData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** 1 to 5. */
  rating: number;
  /** The component's publisher. */
  sourceTenantId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
}

/** A component that is there again, or is not any more. */
export interface ReasonData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** Why, if somebody said so. */
  reason?: string | null | undefined;
  /** The component's publisher. */
  sourceTenantId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
}

/** A version of a component that was not approved as it is. */
export interface RefusedData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** Why, and what to do. */
  reason?: string | null | undefined;
  /** The component's publisher. */
  sourceTenantId: string;
  /** The submission, `sub_…`. */
  submissionId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
  /** The version. */
  version: string;
}

/** What is wrong with a component. */
export type ReportReason = 'malware' | 'secrets' | 'impersonation' | 'copyright' | 'spam' | 'broken' | 'other';

/**
 * A member's role in a tenant, from the least to the most: each holds what the one before
 * does.
 */
export type Role = 'viewer' | 'member' | 'publisher' | 'admin' | 'owner';

/** One thing a caller may do. */
export type Scope = 'components:read' | 'components:publish' | 'components:install' | 'components:rate' | 'webhooks:manage' | 'usage:read' | 'tokens:manage' | 'members:manage' | 'federation:manage' | 'reviews:manage' | 'tenants:manage';

/** How much a finding of an automated check weighs. */
export type Severity = 'note' | 'queue' | 'block';

/** How a skill runs. */
export type SkillType = 'prompt_only' | 'python_code' | 'nodejs' | 'api' | 'function' | 'script' | 'docker' | 'container';

/** Where a component or one of its versions stands (contract §1 "Lifecycle"). */
export type ComponentStatus = 'pending_review' | 'published' | 'changes_requested' | 'rejected' | 'quarantined' | 'withdrawn' | 'superseded';

/** A version that its publisher wants to be public. */
export interface Submission {
  /** The reviewer who looks at it just now; shown to reviewers. */
  claimedBy?: string | null | undefined;
  /** When that claim lapses, RFC 3339 UTC. */
  claimedUntil?: string | null | undefined;
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
  /** Messages in its conversation. */
  messageCount: number;
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

/** The component to use in place of a deprecated one. */
export interface Successor {
  /** Its id. */
  id: string;
  /** Its publisher; left out: the same one. */
  sourceTenantId?: string | null | undefined;
}

/** A tenant. */
export interface Tenant {
  /** When it was made, RFC 3339 UTC. */
  createdAt: string;
  /** Its id. */
  id: string;
  /** Its limits: the plan's, where the platform set nothing else. */
  limits: PlanLimits;
  /** Its name. */
  name: string;
  /** Its plan. */
  plan: Plan;
  /** Canonical bytes of every version it keeps here. */
  storageUsed: number;
  /** Whether the platform has suspended it: its tokens are refused. */
  suspended: boolean;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
  /** Whether it is verified: it has proven a domain, or the platform vouches for it. */
  verified: boolean;
}

/** One version of a component. */
export interface VersionInfo {
  /** Its digest. */
  digest: string;
  /** What the automated checks found; shown to its publisher. */
  findings?: Finding[] | undefined;
  /** Public or private when it was submitted. */
  marketplaceType: MarketplaceType;
  /** When it became available, RFC 3339 UTC. */
  publishedAt?: string | null | undefined;
  /** What the reviewer said; shown to its publisher. */
  reason?: string | null | undefined;
  /** What is new in it. */
  releaseNotes?: string | null | undefined;
  /** Canonical bytes with its files. */
  size: number;
  /** Where it stands. */
  status: ComponentStatus;
  /** When it was submitted, RFC 3339 UTC. */
  submittedAt: string;
  /** The number. */
  version: string;
  /** Why it was yanked. */
  yankReason?: string | null | undefined;
  /** Yanked: installable only by exact version by those who have it. */
  yanked: boolean;
}

/** A webhook that is told of nothing any more. */
export interface WebhookDisabledData {
  /** Why. */
  reason: DisabledReason;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
  /** Where its deliveries went. */
  url: string;
  /** The webhook, `whk_…`. */
  webhookId: string;
}

/** A webhook was disabled, since its deliveries failed. */
export interface WebhookDisabledEvent {
  data: WebhookDisabledData;
  /** Its id: the same on every delivery and on every try. */
  id: string;
  /** When, RFC 3339 UTC. */
  timestamp: string;
  /** What happened. */
  type: 'webhook.disabled';
}

/** What a webhook hears of. */
export type WebhookScope = 'tenant' | 'marketplace';

/** A version of a component that should not be used any more. */
export interface YankedData {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** Why, if its publisher said so. */
  reason?: string | null | undefined;
  /** The component's publisher. */
  sourceTenantId: string;
  /** Whether nothing happened: the event tries a webhook. */
  test?: boolean | undefined;
  /** The version. */
  version: string;
}
