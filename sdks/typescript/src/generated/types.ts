// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** A JSON object whose keys this package never touches. */
export type JsonObject = { [key: string]: unknown };

/** Publishes an agent. */
export interface AgentPublish {
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  agentId: string;
  /** The canvases it brings. */
  canvases?: JsonObject[] | null | undefined;
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** Its configuration. */
  configuration?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files. */
  files?: ComponentFile[] | undefined;
  /** SPDX expression, or words. */
  license?: string | null | undefined;
  /** `public` waits for approval, `private` is there at once. */
  marketplaceType: MarketplaceType;
  /** How far it may act on its own. */
  maturityLevel?: MaturityLevel | null | undefined;
  /** What it has learnt, `{heuristics: […]}`. */
  memory?: JsonObject | null | undefined;
  /** Display name, up to 100 characters. */
  name: string;
  /** The least plan that may install it. Left out: free. */
  pricingTier?: Plan | null | undefined;
  /** Markdown, up to 200,000 characters. */
  readme?: string | null | undefined;
  /** What is new in this version, up to 20,000 characters. */
  releaseNotes?: string | null | undefined;
  /** Capabilities that something installed in the target must have, up to 100. */
  requiresCapabilities?: string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: string[] | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: string[] | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
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
  componentPatterns?: string[] | null | undefined;
  /** When it ends, RFC 3339, in the future. Left out: never. */
  expiresAt?: string | null | undefined;
  /** What people know it by, up to 100 characters. */
  name: string;
  /** What it may do; never more than its maker. Left out: every tenant scope its maker holds. */
  scopes?: Scope[] | null | undefined;
}

/** An API token with its secret, shown this once. */
export interface ApiTokenCreated extends ApiToken {
  /** The secret. It cannot be shown again. */
  token: string;
}

/** Installs several components of one kind. `ids` may be written with the kind's own name. */
export interface BulkInstallRequest {
  /** The same, for agents. */
  agentIds?: string[] | null | undefined;
  /** Whether the components they need are installed too. */
  autoInstallDependencies?: boolean | undefined;
  /** The same, for canvases. */
  canvasIds?: string[] | null | undefined;
  /** The same, for domains. */
  domainIds?: string[] | null | undefined;
  /** Up to 100 ids. */
  ids?: string[] | null | undefined;
  /** The configuration of each. */
  installConfig?: InstallConfig | null | undefined;
  /** The same, for skills. */
  skillIds?: string[] | null | undefined;
  /** Their publisher, where several have such an id. */
  sourceTenantId?: string | null | undefined;
  /** Whom to install them for; left out: the caller's own tenant. */
  targetTenantId?: string | null | undefined;
}

/** The answer of a bulk install: one result for each id, in the order of the request. */
export interface BulkInstallResponse {
  /** How many failed. */
  failed: number;
  /** How many were installed. */
  installed: number;
  /** What became of each id. */
  results: BulkResult[];
}

/** One id of a bulk install. */
export interface BulkResult {
  /** Why it failed. */
  error?: InstallProblem | null | undefined;
  /** The id as it was sent. */
  id: string;
  /** The installation, unless it failed. */
  installation?: Installation | null | undefined;
  /** What became of it. */
  status: BulkStatus;
}

/** What became of one id of a bulk install. */
export type BulkStatus = 'installed' | 'already_installed' | 'failed';

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
  /** The publisher's fields. */
  manifest: Manifest;
  /** When the version became available, RFC 3339 UTC; absent while it waits for review. */
  publishedAt?: string | null | undefined;
  /** The publisher's tenant. */
  sourceTenantId: string;
  /** The version. */
  version: string;
}

/** Publishes a canvas: a workspace template. */
export interface CanvasPublish {
  /** Who works on it. */
  agentRoles?: string[] | null | undefined;
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  canvasId: string;
  /** How it is rendered. */
  canvasType?: CanvasType | null | undefined;
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** Its source. */
  code?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files. */
  files?: ComponentFile[] | undefined;
  /** SPDX expression, or words. */
  license?: string | null | undefined;
  /** `public` waits for approval, `private` is there at once. */
  marketplaceType: MarketplaceType;
  /** Display name, up to 100 characters. */
  name: string;
  /** A picture of it; http or https. */
  previewUrl?: string | null | undefined;
  /** The least plan that may install it. Left out: free. */
  pricingTier?: Plan | null | undefined;
  /** Markdown, up to 200,000 characters. */
  readme?: string | null | undefined;
  /** What is new in this version, up to 20,000 characters. */
  releaseNotes?: string | null | undefined;
  /** Capabilities that something installed in the target must have, up to 100. */
  requiresCapabilities?: string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: string[] | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: string[] | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
}

/** How a canvas is rendered. */
export type CanvasType = 'html' | 'react' | 'vue' | 'custom';

/** A category and how many components are in it. */
export interface CategoryCount {
  /** The category. */
  category: string;
  /** Components the caller may see in it. */
  count: number;
}

/** Every error code an answer can carry, with its HTTP status. */
export type ErrorCode = 'RATE_LIMIT_EXCEEDED' | 'TENANT_NOT_FOUND' | 'COMPONENT_NOT_FOUND' | 'INSUFFICIENT_PERMISSIONS' | 'AGENT_LIMIT_EXCEEDED' | 'INVALID_CONFIGURATION' | 'DEPENDENCY_MISSING' | 'PLAN_RESTRICTED' | 'WEBHOOK_VERIFICATION_FAILED' | 'FEDERATION_KEY_INVALID' | 'INVALID_REQUEST' | 'CHECKS_FAILED' | 'UNAUTHENTICATED' | 'QUOTA_EXCEEDED' | 'NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'CONFLICT' | 'VERSION_EXISTS' | 'AMBIGUOUS_COMPONENT' | 'PRECONDITION_FAILED' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'IDEMPOTENCY_KEY_REUSED' | 'INTERNAL' | 'UNAVAILABLE';

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

/** How many components of one kind have one status. */
export interface ComponentCount {
  /** The kind. */
  componentType: Kind;
  /** How many. */
  count: number;
  /** The status. */
  status: ComponentStatus;
}

/** What changes without a new version. Everything else is a new version: publish it. */
export interface ComponentPatch {
  /** Advises against the component; null takes that back. */
  deprecated?: Deprecation | null | undefined;
  /** Tenants that may see it, if it is private; null is nobody. */
  sharedWith?: string[] | null | undefined;
}

/** A reviewer's decision. */
export interface Decision {
  /** The digest that was looked at. Where it is not the submission's, nothing is decided. */
  digest?: string | null | undefined;
  /** Why, up to 2,000 characters; its publisher reads it. Needed unless it is an approval. */
  reason?: string | null | undefined;
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

/** How a component that is needed came to be installed. */
export type DependencyStatus = 'installed' | 'already_installed';

/** A component's deprecation. */
export interface Deprecation {
  /** Why, and what to do. */
  message: string;
  /** What to install in its place. */
  successor?: Successor | null | undefined;
}

/** Publishes a domain: specialised knowledge. */
export interface DomainPublish {
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  domainId: string;
  /** Its files. */
  files?: ComponentFile[] | undefined;
  /** Its rules. */
  governanceTemplate?: JsonObject | null | undefined;
  /** Its documents. */
  knowledgeBase?: JsonObject[] | null | undefined;
  /** SPDX expression, or words. */
  license?: string | null | undefined;
  /** `public` waits for approval, `private` is there at once. */
  marketplaceType: MarketplaceType;
  /** Display name, up to 100 characters. */
  name: string;
  /** The least plan that may install it. Left out: free. */
  pricingTier?: Plan | null | undefined;
  /** Markdown, up to 200,000 characters. */
  readme?: string | null | undefined;
  /** What is new in this version, up to 20,000 characters. */
  releaseNotes?: string | null | undefined;
  /** Capabilities that something installed in the target must have, up to 100. */
  requiresCapabilities?: string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: string[] | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: string[] | undefined;
  /** What it is about. */
  topics?: string[] | null | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
  /** Its terms. */
  vocabulary?: JsonObject | null | undefined;
}

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

/** A federation key, without its secret. It reads public components and nothing else. */
export interface FederationKey {
  /** When it was made, RFC 3339 UTC. */
  createdAt: string;
  /** Its id. */
  id: string;
  /** What `X-Federation-Source` last said: recorded, never trusted. */
  lastSource?: string | null | undefined;
  /** When it was last used, to the minute, RFC 3339 UTC; `null` is never. */
  lastUsedAt?: string | null | undefined;
  /** Its name. */
  name: string;
  /** How the secret begins. */
  prefix: string;
  /** Who is to use it. */
  source?: string | null | undefined;
}

/** A new federation key. */
export interface FederationKeyCreate {
  /** What people know it by, up to 100 characters. */
  name: string;
  /** Who is to use it: recorded, never trusted. */
  source?: string | null | undefined;
}

/** A federation key with its secret, shown this once. */
export interface FederationKeyCreated extends FederationKey {
  /** The secret. It cannot be shown again. */
  key: string;
}

/** One field of a request that is wrong (`INVALID_REQUEST`, `INVALID_CONFIGURATION`). */
export interface FieldError {
  /** What is wrong and what would be right. */
  message: string;
  /** Where: `files[3].path`, `install_config.settings.max_daily_tasks`; empty for the whole body. */
  path: string;
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

/**
 * How an installation is to be configured. A part that is left out stays as it is; one that is given replaces
 * what was there, whole.
 */
export interface InstallConfig {
  /**
   * Keys of other services, by name: up to 50 names of up to 64 characters, up to 4 KiB each. Stored sealed, never
   * shown again.
   */
  apiKeys?: Record<string, string> | null | undefined;
  /** Settings, by the component's `config_schema`; up to 64 KiB. */
  settings?: JsonObject | null | undefined;
  /** The same without any conversion, in place of `settings`. */
  rawSettings?: JsonObject | null | undefined;
}

/** What an installation would do (`?dry_run=true`). */
export interface InstallPlan {
  /** Whether the component is installed already. */
  alreadyInstalled: boolean;
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** What is wrong with the configuration. */
  errors: FieldError[];
  /** What would be put in place: the component and what comes along. */
  installs: PlannedInstall[];
  /** What it needs and the tenant lacks; what `auto_install_dependencies` would bring is `not_installed`. */
  missing: MissingDependency[];
  /** Whether it would be accepted. */
  ok: boolean;
  /** Every validation that it would not pass, in the order they are made. */
  problems: InstallProblem[];
  /** The component's publisher. */
  sourceTenantId: string;
  /** The tenant it would be installed for. */
  tenantId: string;
  /** The version it would have. */
  version: string;
}

/** A validation that an installation would not pass. */
export interface InstallProblem {
  /** The code the installation would be refused with. */
  code: ErrorCode;
  /** As in the error. */
  details: JsonObject;
  /** For people. */
  message: string;
}

/** Installs a component. */
export interface InstallRequest {
  /** Whether the components it needs are installed too. */
  autoInstallDependencies?: boolean | undefined;
  /** Its configuration. */
  installConfig?: InstallConfig | null | undefined;
  /** Its publisher, where several have that id. */
  sourceTenantId?: string | null | undefined;
  /** Whom to install it for; left out: the caller's own tenant. */
  targetTenantId?: string | null | undefined;
  /** An exact version; left out: the latest. */
  version?: string | null | undefined;
}

/** An installed component. */
export interface Installation {
  /** Whether it came along with another one. */
  asDependency: boolean;
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** The components it uses. */
  dependencies: InstalledDependency[];
  /** Its digest. */
  digest: string;
  /** The installation, `inst_…`. */
  id: string;
  /** Its configuration, without the values of its keys. */
  installConfig: InstalledConfig;
  /** When it was installed, RFC 3339 UTC. */
  installedAt: string;
  /** The component's name. */
  name: string;
  /** The component's publisher. */
  sourceTenantId: string;
  /** Always `installed`. */
  status: string;
  /** The tenant that has it. */
  tenantId: string;
  /** A later version that could be installed with PATCH; nothing is upgraded by itself. */
  updateAvailable?: string | null | undefined;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
  /** The version installed. */
  version: string;
}

/** Changes an installation; at least one of the fields. */
export interface InstallationUpdate {
  /** Whether the components that the new version needs are installed too. */
  autoInstallDependencies?: boolean | undefined;
  /** Its new configuration: each part that is given replaces the whole part. */
  installConfig?: InstallConfig | null | undefined;
  /** `latest`, or an exact version. */
  version?: string | null | undefined;
}

/** What an answer says of an installation's configuration: the names of its keys, never their values. */
export interface InstalledConfig {
  /** Names of the API keys that are set. */
  apiKeys: string[];
  /** The settings. */
  settings: JsonObject;
  /** The same as it is stored, without any conversion. */
  rawSettings: JsonObject;
}

/** A component that an installation uses. */
export interface InstalledDependency {
  /** Its kind. */
  componentType: Kind;
  /** Its id. */
  id: string;
  /** Its installation, `inst_…`. */
  installationId: string;
  /** Its publisher. */
  sourceTenantId: string;
  /** How it came to be there. */
  status: DependencyStatus;
  /** The version installed. */
  version: string;
}

/** What a component is. The four kinds share one model and one set of routes. */
export type Kind = 'agent' | 'skill' | 'canvas' | 'domain';

/** What a tenant has installed, exactly, to be installed again elsewhere. */
export interface Lock {
  /** The components, by kind, publisher and id; up to 1,000 go in at once. */
  components: LockedComponent[];
  /** The format: 1. */
  lockVersion: number;
}

/** The answer to a lock that was installed. */
export interface LockResponse {
  /** How many were installed. */
  installed: number;
  /** What became of each component, in the order of the request. */
  results: LockResult[];
  /** How many were there exactly so. */
  unchanged: number;
  /** How many were changed to another version. */
  updated: number;
}

/** One component of a lock that was installed. */
export interface LockResult {
  /** Its kind. */
  componentType: Kind;
  /** Its id. */
  id: string;
  /** Its installation, `inst_…`. */
  installationId: string;
  /** Its publisher. */
  sourceTenantId: string;
  /** What became of it. */
  status: LockStatus;
  /** The version. */
  version: string;
}

/** What became of one component of a lock. */
export type LockStatus = 'installed' | 'updated' | 'unchanged';

/** A component in a lock: exactly this version with exactly this content. */
export interface LockedComponent {
  /** Its kind. */
  componentType: Kind;
  /** The version's digest. */
  digest: string;
  /** Its id. */
  id: string;
  /** Its configuration. A lock that was read has none: configurations hold secrets. */
  installConfig?: InstallConfig | null | undefined;
  /** Its publisher. */
  sourceTenantId: string;
  /** The version. */
  version: string;
}

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

/** A person in a tenant. */
export interface Member {
  /** Since when they are a member, RFC 3339 UTC. */
  createdAt: string;
  /** Where they are reached, lower case. */
  email: string;
  /** Their name. */
  name: string;
  /** What they may do here. */
  role: Role;
  /** The person's id. */
  userId: string;
}

/** A new member. */
export interface MemberAdd {
  /** Where they are reached. */
  email: string;
  /** Their name. Left out: what stands before the `@`. A person known here keeps the name they have. */
  name?: string | null | undefined;
  /** What they may do here; never more than the caller. */
  role: Role;
}

/** A member's new role. */
export interface MemberUpdate {
  /** What they may do from now on; never more than the caller. */
  role: Role;
}

/** Something that a component needs and the tenant does not have. */
export interface MissingDependency {
  /** A component's kind, or `capability`. */
  componentType: string;
  /** The component's id, or the capability. */
  id: string;
  /** The version that is installed, in a conflict. */
  installed?: string | null | undefined;
  /** Why it is missing. */
  reason: MissingReason;
  /** The components that need it. */
  requiredBy: string[];
  /** The component's publisher, where it is known. */
  sourceTenantId?: string | null | undefined;
  /** The versions that would do; `*` for a capability. */
  version: string;
}

/** Why something is missing. */
export type MissingReason = 'not_installed' | 'not_available' | 'version_conflict';

/** Where a federated component comes from. */
export interface Origin {
  /** The instance it was published on. */
  instance: string;
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

/** A component that an installation would put in place. */
export interface PlannedInstall {
  /** Its kind. */
  componentType: Kind;
  /** Its digest. */
  digest: string;
  /** Its id. */
  id: string;
  /** Why it, and why this version. */
  reason: string;
  /** Its publisher. */
  sourceTenantId: string;
  /** The version. */
  version: string;
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

/** What a publish would do (`?dry_run=true`). */
export interface PublishCheck {
  /** The digest it would have. */
  digest: string;
  /** What the automated checks find. */
  findings: Finding[];
  /** Whether the publish would be accepted. */
  ok: boolean;
  /** What would be taken out before it is shared. */
  redactions: Finding[];
  /** The version it would get. */
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

/** Why a component is quarantined or released. */
export interface Quarantine {
  /** Why, up to 2,000 characters; its publisher reads it. */
  reason?: string | null | undefined;
}

/** Rates a component, in place of what the same author said before. */
export interface RateRequest {
  /** 1 (poor) to 5 (excellent). */
  rating: number;
  /** What to say about it, up to 5,000 characters. Left out: no review. */
  review?: string | null | undefined;
}

/** The author's rating and what all ratings come to. */
export interface RatingSummary {
  /** Plain mean of all ratings, 1–5; null when unrated. */
  averageRating?: number | null | undefined;
  /** The author's rating; null when there is none. */
  rating?: number | null | undefined;
  /** How many ratings. */
  ratingCount: number;
}

/** A rating that says something. */
export interface Review {
  /** The name of the author's tenant; who wrote it is not told. */
  author: string;
  /** When it was written, RFC 3339 UTC. */
  createdAt: string;
  /** The review, `rate_…`. */
  id: string;
  /** Whether the caller wrote it. */
  mine: boolean;
  /** 1 to 5. */
  rating: number;
  /** What it says. */
  review: string;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
}

/**
 * A member's role in a tenant, from the least to the most: each holds what the one before
 * does.
 */
export type Role = 'viewer' | 'member' | 'publisher' | 'admin' | 'owner';

/** One thing a caller may do. */
export type Scope = 'components:read' | 'components:publish' | 'components:install' | 'components:rate' | 'webhooks:manage' | 'usage:read' | 'tokens:manage' | 'members:manage' | 'federation:manage' | 'reviews:manage' | 'tenants:manage';

/** How much a finding of an automated check weighs. */
export type Severity = 'note' | 'queue' | 'block';

/** Publishes a skill. */
export interface SkillPublish {
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files. */
  files?: ComponentFile[] | undefined;
  /** JSON Schema of its input. */
  inputSchema?: JsonObject | null | undefined;
  /** SPDX expression, or words. */
  license?: string | null | undefined;
  /** `public` waits for approval, `private` is there at once. */
  marketplaceType: MarketplaceType;
  /** Display name, up to 100 characters. */
  name: string;
  /** JSON Schema of its output. */
  outputSchema?: JsonObject | null | undefined;
  /** The least plan that may install it. Left out: free. */
  pricingTier?: Plan | null | undefined;
  /** Markdown, up to 200,000 characters. */
  readme?: string | null | undefined;
  /** What is new in this version, up to 20,000 characters. */
  releaseNotes?: string | null | undefined;
  /** Capabilities that something installed in the target must have, up to 100. */
  requiresCapabilities?: string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: string[] | null | undefined;
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  skillId: string;
  /** How it runs. */
  skillType?: SkillType | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: string[] | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
}

/** How a skill runs. */
export type SkillType = 'prompt_only' | 'python_code' | 'nodejs' | 'api' | 'function' | 'script' | 'docker' | 'container';

/** Where a component or one of its versions stands (contract §1 "Lifecycle"). */
export type ComponentStatus = 'pending_review' | 'published' | 'changes_requested' | 'rejected' | 'quarantined' | 'withdrawn' | 'superseded';

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
  /** Whether the platform has verified who it is. */
  verified: boolean;
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
  /** Whether the platform has verified who it is. */
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

/** What a tenant may change of itself. What is left out stays. */
export interface TenantUpdate {
  /** Its name, up to 100 characters. */
  name?: string | null | undefined;
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
  /** Webhooks it may have. */
  webhookLimit: number;
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

/** A new webhook. */
export interface WebhookCreate {
  /** Where events are sent; https, or an address the server allows. */
  url: string;
  /** Types of events, such as `component.installed`. */
  events: string[];
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

/** Yanks a version. */
export interface Yank {
  /** Why, up to 2,000 characters. */
  reason?: string | null | undefined;
}
