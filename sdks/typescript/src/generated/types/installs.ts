// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { JsonObject } from './common.js';
import type { Kind } from './common.js';

/** Installs several components of one kind. `ids` may be written with the kind's own name. */
export interface BulkInstallRequest {
  /** The same, for agents. */
  agentIds?: readonly string[] | null | undefined;
  /** Whether the components they need are installed too. */
  autoInstallDependencies?: boolean | undefined;
  /** The same, for canvases. */
  canvasIds?: readonly string[] | null | undefined;
  /** The same, for domains. */
  domainIds?: readonly string[] | null | undefined;
  /** Up to 100 ids. */
  ids?: readonly string[] | null | undefined;
  /** The configuration of each. */
  installConfig?: InstallConfig | null | undefined;
  /** The same, for skills. */
  skillIds?: readonly string[] | null | undefined;
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

/** Every error code an answer can carry, with its HTTP status. */
export type ErrorCode = 'RATE_LIMIT_EXCEEDED' | 'TENANT_NOT_FOUND' | 'COMPONENT_NOT_FOUND' | 'INSUFFICIENT_PERMISSIONS' | 'AGENT_LIMIT_EXCEEDED' | 'INVALID_CONFIGURATION' | 'DEPENDENCY_MISSING' | 'PLAN_RESTRICTED' | 'WEBHOOK_VERIFICATION_FAILED' | 'FEDERATION_KEY_INVALID' | 'INVALID_REQUEST' | 'CHECKS_FAILED' | 'UNAUTHENTICATED' | 'QUOTA_EXCEEDED' | 'NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'CONFLICT' | 'VERSION_EXISTS' | 'AMBIGUOUS_COMPONENT' | 'PRECONDITION_FAILED' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'IDEMPOTENCY_KEY_REUSED' | 'INTERNAL' | 'UNAVAILABLE';

/** How a component that is needed came to be installed. */
export type DependencyStatus = 'installed' | 'already_installed';

/** One field of a request that is wrong (`INVALID_REQUEST`, `INVALID_CONFIGURATION`). */
export interface FieldError {
  /** What is wrong and what would be right. */
  message: string;
  /** Where: `files[3].path`, `install_config.settings.max_daily_tasks`; empty for the whole body. */
  path: string;
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

/** What a tenant has installed, exactly, to be installed again elsewhere. */
export interface Lock {
  /** The components, by kind, publisher and id; up to 1,000 go in at once. */
  components: readonly LockedComponent[];
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
