// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { CanvasType } from './common.js';
import type { ComponentFile } from './common.js';
import type { Dependency } from './common.js';
import type { Deprecation } from './common.js';
import type { Finding } from './common.js';
import type { JsonObject } from './common.js';
import type { Kind } from './common.js';
import type { MarketplaceType } from './common.js';
import type { MaturityLevel } from './common.js';
import type { Plan } from './common.js';
import type { SkillType } from './common.js';

/** Publishes an agent. */
export interface AgentPublish {
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  agentId: string;
  /** The canvases it brings. */
  canvases?: readonly JsonObject[] | null | undefined;
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: readonly string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** Its configuration. */
  configuration?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: readonly Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files. */
  files?: readonly ComponentFile[] | undefined;
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
  requiresCapabilities?: readonly string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: readonly string[] | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: readonly string[] | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
}

/** Publishes a canvas: a workspace template. */
export interface CanvasPublish {
  /** Who works on it. */
  agentRoles?: readonly string[] | null | undefined;
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  canvasId: string;
  /** How it is rendered. */
  canvasType?: CanvasType | null | undefined;
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: readonly string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** Its source. */
  code?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: readonly Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files. */
  files?: readonly ComponentFile[] | undefined;
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
  requiresCapabilities?: readonly string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: readonly string[] | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: readonly string[] | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
}

/** What changes without a new version. Everything else is a new version: publish it. */
export interface ComponentPatch {
  /** Advises against the component; null takes that back. */
  deprecated?: Deprecation | null | undefined;
  /** Tenants that may see it, if it is private; null is nobody. */
  sharedWith?: readonly string[] | null | undefined;
}

/** Publishes a domain: specialised knowledge. */
export interface DomainPublish {
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: readonly string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: readonly Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  domainId: string;
  /** Its files. */
  files?: readonly ComponentFile[] | undefined;
  /** Its rules. */
  governanceTemplate?: JsonObject | null | undefined;
  /** Its documents. */
  knowledgeBase?: readonly JsonObject[] | null | undefined;
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
  requiresCapabilities?: readonly string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: readonly string[] | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: readonly string[] | undefined;
  /** What it is about. */
  topics?: readonly string[] | null | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
  /** Its terms. */
  vocabulary?: JsonObject | null | undefined;
}

/** What a publish would do (`?dry_run=true`). */
export interface PublishCheck {
  /** The digest it would have. */
  digest: string;
  /** What the automated checks find. */
  findings: Finding[];
  /** Whether the publish would be accepted as it was sent. */
  ok: boolean;
  /** How many redactions there are. */
  redactionCount: number;
  /**
   * What would be taken out before anyone else can read it: the first 1,000. Empty for what is shared with nobody. With any,
   * a publish needs `accept_redactions=true`; `digest` is of what is left.
   */
  redactions: Redaction[];
  /** The version it would get. */
  version: string;
}

/** One thing that is taken out. It never says what the thing was. */
export interface Redaction {
  /** What becomes of it. */
  action: RedactionAction;
  /** What was found there. */
  kind: RedactionKind;
  /** The field, written as in findings. */
  path: string;
}

/** What becomes of it. */
export type RedactionAction = 'dropped' | 'replaced';

/** What was found. */
export type RedactionKind = 'credential' | 'email' | 'phone' | 'ssn' | 'tenant_id' | 'internal_host';

/** Gives a component another id. The old one stays its name too, for ever. */
export interface RenameRequest {
  /** The id it is to have: 1–128 of `A-Z a-z 0-9 _ . -`, never used by its publisher for another component. */
  newId: string;
}

/** Publishes a skill. */
export interface SkillPublish {
  /** What it can do: up to 100, each up to 64 characters. */
  capabilities?: readonly string[] | undefined;
  /** One category, up to 64 characters. */
  category?: string | null | undefined;
  /** JSON Schema 2020-12 of `install_config.settings`, without remote `$ref`; its extra key `required_api_keys` names the keys it needs. */
  configSchema?: JsonObject | null | undefined;
  /** What the instance runs: free JSON. */
  content?: JsonObject | null | undefined;
  /** Components it needs, up to 100. */
  dependencies?: readonly Dependency[] | undefined;
  /** What it does, up to 2,000 characters. */
  description: string;
  /** Where its documentation is; http or https. */
  documentationUrl?: string | null | undefined;
  /** Its files. */
  files?: readonly ComponentFile[] | undefined;
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
  requiresCapabilities?: readonly string[] | undefined;
  /** Tenants that may see it, if it is private. */
  sharedWith?: readonly string[] | null | undefined;
  /** The publisher's id: 1–128 of `A-Z a-z 0-9 _ . -`, first a letter or digit. */
  skillId: string;
  /** How it runs. */
  skillType?: SkillType | null | undefined;
  /** Up to 50, each up to 64 characters. */
  tags?: readonly string[] | undefined;
  /** Semver without build metadata. Left out: 1.0.0 at first, then the next patch. */
  version?: string | null | undefined;
}

/** A component offered to another publisher. */
export interface Transfer {
  /** The component's id. */
  componentId: string;
  /** The component's kind. */
  componentType: Kind;
  /** When it was accepted, declined or cancelled, RFC 3339 UTC. */
  decidedAt?: string | null | undefined;
  /** Until when it can be accepted, RFC 3339 UTC. */
  expiresAt: string;
  /** Who offers it. */
  fromTenantId: string;
  /** Its id. */
  id: string;
  /** What was said with it. */
  message?: string | null | undefined;
  /** The component's name. */
  name: string;
  /** When it was offered, RFC 3339 UTC. */
  offeredAt: string;
  /** Where it stands. */
  status: TransferStatus;
  /** To whom. */
  toTenantId: string;
}

/** Which offers. */
export type TransferDirection = 'in' | 'out';

/** Offers a component to another publisher. */
export interface TransferRequest {
  /** What you want to say with it, up to 2,000 characters. */
  message?: string | null | undefined;
  /** Who is to have it. Whether there is such a tenant is not told: an offer to one that does not exist expires. */
  toTenantId: string;
}

/** Where an offer stands. */
export type TransferStatus = 'pending' | 'accepted' | 'declined' | 'cancelled' | 'expired';

/** Yanks a version. */
export interface Yank {
  /** Why, up to 2,000 characters. */
  reason?: string | null | undefined;
}
