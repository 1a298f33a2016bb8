// Written by scripts/generate.mjs from openapi.json. Do not edit.

import { bulk, rated, targeted } from '../arguments.js';
import type { RequestOptions } from '../options.js';
import type { Arguments, Operation } from '../operation.js';
import type { PagePromise } from '../page.js';
import type { ApiPromise } from '../promise.js';
import { operations } from './operations.js';
import type {
  AgentPublish,
  ApiToken,
  ApiTokenCreate,
  ApiTokenCreated,
  BulkInstallRequest,
  BulkInstallResponse,
  Bundle,
  CanvasPublish,
  CategoryCount,
  Component,
  ComponentPatch,
  ComponentStatus,
  Decision,
  DomainPublish,
  FederationKey,
  FederationKeyCreate,
  FederationKeyCreated,
  InstallPlan,
  InstallRequest,
  Installation,
  InstallationUpdate,
  Kind,
  Lock,
  LockResponse,
  MarketplaceType,
  MaturityLevel,
  Member,
  MemberAdd,
  MemberUpdate,
  Plan,
  PlatformStats,
  PublishCheck,
  Quarantine,
  RateRequest,
  RatingSummary,
  Review,
  SkillPublish,
  Submission,
  SubmissionDetail,
  Tenant,
  TenantAdminUpdate,
  TenantCreate,
  TenantUpdate,
  Usage,
  VersionInfo,
  WebhookCreate,
  WebhookCreated,
  Yank,
} from './types.js';

/** Parameters of `listSubmissions`. */
export interface ListSubmissionsParams {
  /** Where they stand. */
  status?: ComponentStatus | undefined;
  /** Of one kind alone. */
  kind?: Kind | undefined;
  /** Of one publisher alone. */
  sourceTenantId?: string | undefined;
  /** The page, from 1. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `adminListTenants`. */
export interface AdminListTenantsParams {
  /** The page, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listAgents` and its like for the other kinds. */
export interface ComponentListParams {
  /** The order. */
  sort?: 'popular' | 'rating' | 'updated' | 'created' | 'name' | undefined;
  /** Public or private ones only. Left out: public ones and what else the caller may see. */
  marketplaceType?: MarketplaceType | undefined;
  /** Can do this; repeat it to ask for several. */
  capability?: string | string[] | undefined;
  /** In this category. */
  category?: string | undefined;
  /** Has this tag; repeat it to ask for several. */
  tag?: string | string[] | undefined;
  /** Rated at least so, 0 to 5, by the plain mean; an unrated component never matches. */
  minRating?: number | undefined;
  /** Needs exactly this plan. */
  pricingTier?: Plan | undefined;
  /** Agents: acts on its own this far. */
  maturityLevel?: MaturityLevel | undefined;
  /** Published by this tenant. */
  publisher?: string | undefined;
  /** The page's number, from 1; reaches 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page, 1 to 100. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `publishAgent` and its like for the other kinds. */
export interface ComponentPublishParams {
  /** Check alone: the answer says what a publish would do, and nothing is stored. */
  dryRun?: boolean | undefined;
}

/** Parameters of `searchAgents` and its like for the other kinds. */
export interface ComponentSearchParams {
  /** Words, up to 200 characters. All must match; the last one may be the beginning of one. */
  query: string;
  /** Public or private ones only. Left out: public ones and what else the caller may see. */
  marketplaceType?: MarketplaceType | undefined;
  /** Can do this; repeat it to ask for several. */
  capability?: string | string[] | undefined;
  /** In this category. */
  category?: string | undefined;
  /** Has this tag; repeat it to ask for several. */
  tag?: string | string[] | undefined;
  /** Rated at least so, 0 to 5, by the plain mean; an unrated component never matches. */
  minRating?: number | undefined;
  /** Needs exactly this plan. */
  pricingTier?: Plan | undefined;
  /** Agents: acts on its own this far. */
  maturityLevel?: MaturityLevel | undefined;
  /** Published by this tenant. */
  publisher?: string | undefined;
  /** The page's number, from 1; reaches 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page, 1 to 100. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `getAgent` and its like for the other kinds. */
export interface ComponentGetParams {
  /** The publisher, where several have the id. */
  sourceTenantId?: string | undefined;
  /** This version in place of the latest. */
  version?: string | undefined;
}

/** Parameters of `withdrawAgent` and its like for the other kinds. */
export interface ComponentWithdrawParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
  /** The ETag it had when it was read */
  ifMatch?: string | null | undefined;
}

/** Parameters of `updateAgent` and its like for the other kinds. */
export interface ComponentUpdateParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
  /** The ETag it had when it was read */
  ifMatch?: string | null | undefined;
}

/** Parameters of `getAgentBundle` and its like for the other kinds. */
export interface ComponentGetBundleParams {
  /** Its publisher. Left out: the caller's own of that id, else what the caller has installed under it, else the one public one. */
  sourceTenantId?: string | undefined;
  /** Exactly this version. Left out: the latest one. */
  version?: string | undefined;
}

/** Parameters of `listAgentDependents` and its like for the other kinds. */
export interface ComponentListDependentsParams {
  /** The publisher, where several have the id. */
  sourceTenantId?: string | undefined;
  /** The page's number, from 1; reaches 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page, 1 to 100. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `installAgent` and its like for the other kinds. */
export interface ComponentInstallParams {
  /** Only say what would be done, and what speaks against it. */
  dryRun?: boolean | undefined;
  /** The component's publisher, as in the body. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `uninstallAgent` and its like for the other kinds. */
export interface ComponentUninstallParams {
  /** Whom to uninstall it for; left out: the caller's own tenant. */
  targetTenantId?: string | undefined;
  /** The component's publisher, where several installed ones have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `rateAgent` and its like for the other kinds. */
export interface ComponentRateParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `deleteAgentRating` and its like for the other kinds. */
export interface ComponentDeleteRatingParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `listAgentReviews` and its like for the other kinds. */
export interface ComponentListReviewsParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listAgentVersions` and its like for the other kinds. */
export interface ComponentListVersionsParams {
  /** Its publisher. Left out: the caller's own of that id, else what the caller has installed under it, else the one public one. */
  sourceTenantId?: string | undefined;
  /** The page, from 1. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `getAgentVersion` and its like for the other kinds. */
export interface ComponentGetVersionParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `yankAgentVersion` and its like for the other kinds. */
export interface ComponentYankVersionParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `unyankAgentVersion` and its like for the other kinds. */
export interface ComponentUnyankVersionParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `listFederationKeys`. */
export interface ListFederationKeysParams {
  /** The page, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listInstallations`. */
export interface ListInstallationsParams {
  /** Only this kind. */
  componentType?: Kind | undefined;
  /** Only components with this id. */
  componentId?: string | undefined;
  /** Only components of this publisher. */
  sourceTenantId?: string | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `searchComponents`. */
export interface SearchComponentsParams {
  /** Words, up to 200 characters. All must match; the last one may be the beginning of one. */
  query: string;
  /** Only this kind; repeat it to ask for several. */
  kind?: Kind | Kind[] | undefined;
  /** Public or private ones only. Left out: public ones and what else the caller may see. */
  marketplaceType?: MarketplaceType | undefined;
  /** Can do this; repeat it to ask for several. */
  capability?: string | string[] | undefined;
  /** In this category. */
  category?: string | undefined;
  /** Has this tag; repeat it to ask for several. */
  tag?: string | string[] | undefined;
  /** Rated at least so, 0 to 5, by the plain mean; an unrated component never matches. */
  minRating?: number | undefined;
  /** Needs exactly this plan. */
  pricingTier?: Plan | undefined;
  /** Agents: acts on its own this far. */
  maturityLevel?: MaturityLevel | undefined;
  /** Published by this tenant. */
  publisher?: string | undefined;
  /** The page's number, from 1; reaches 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page, 1 to 100. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listMembers`. */
export interface ListMembersParams {
  /** The page, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listTokens`. */
export interface ListTokensParams {
  /** The page, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** One method for each operation of the API. */
export abstract class Methods {
  /** Sends an operation whose answer is one value, or nothing. */
  protected abstract one<T>(operation: Operation, call: Arguments): ApiPromise<T>;

  /** Sends an operation whose answer is a page. */
  protected abstract page<T>(operation: Operation, call: Arguments): PagePromise<T>;

  /**
   * Quarantines a component: hidden, and not installable.
   *
   * @param kind agent, skill, canvas or domain
   * @param tenant Its publisher
   * @param id Its id
   */
  quarantineComponent(kind: Kind, tenant: string, id: string, params: Quarantine, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.quarantineComponent, { path: [kind, tenant, id], params, options });
  }

  /**
   * Releases a component from quarantine.
   *
   * @param kind agent, skill, canvas or domain
   * @param tenant Its publisher
   * @param id Its id
   */
  releaseComponent(kind: Kind, tenant: string, id: string, params?: Quarantine, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.releaseComponent, { path: [kind, tenant, id], params, options });
  }

  /** Show the platform in numbers. */
  adminGetStats(options?: RequestOptions): ApiPromise<PlatformStats> {
    return this.one(operations.adminGetStats, { path: [], options });
  }

  /** Lists submissions, the oldest first. */
  listSubmissions(params?: ListSubmissionsParams, options?: RequestOptions): PagePromise<Submission> {
    return this.page(operations.listSubmissions, { path: [], params, options });
  }

  /**
   * Reads a submission with what it would publish.
   *
   * @param id `sub_…`
   */
  getSubmission(id: string, options?: RequestOptions): ApiPromise<SubmissionDetail> {
    return this.one(operations.getSubmission, { path: [id], options });
  }

  /**
   * Approves a submission: its version becomes public.
   *
   * With `digest`, only if the submission is still what was looked at.
   *
   * @param id `sub_…`
   */
  approveSubmission(id: string, params?: Decision, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.approveSubmission, { path: [id], params, options });
  }

  /**
   * Rejects a submission.
   *
   * @param id `sub_…`
   */
  rejectSubmission(id: string, params: Decision, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.rejectSubmission, { path: [id], params, options });
  }

  /**
   * Asks the publisher of a submission for changes.
   *
   * @param id `sub_…`
   */
  requestSubmissionChanges(id: string, params: Decision, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.requestSubmissionChanges, { path: [id], params, options });
  }

  /**
   * List tenants.
   *
   * In the order they were made; mirrored ones (`tenant@peer`) too.
   */
  adminListTenants(params?: AdminListTenantsParams, options?: RequestOptions): PagePromise<Tenant> {
    return this.page(operations.adminListTenants, { path: [], params, options });
  }

  /**
   * Make a tenant.
   *
   * Without an `id`, one is made from the name.
   */
  adminCreateTenant(params: TenantCreate, options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.adminCreateTenant, { path: [], params, options });
  }

  /**
   * Show a tenant.
   *
   * @param tenantId The tenant's id
   */
  adminGetTenant(tenantId: string, options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.adminGetTenant, { path: [tenantId], options });
  }

  /**
   * Change a tenant.
   *
   * Its name, plan, verification, suspension and limits of its own. What is left out stays.
   *
   * @param tenantId The tenant's id
   */
  adminUpdateTenant(tenantId: string, params: TenantAdminUpdate, options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.adminUpdateTenant, { path: [tenantId], params, options });
  }

  /**
   * Make an API token for a tenant.
   *
   * Without `scopes` it holds every tenant scope. The secret is in this answer and nowhere else.
   *
   * @param tenantId The tenant's id
   */
  adminCreateTenantToken(tenantId: string, params: ApiTokenCreate, options?: RequestOptions): ApiPromise<ApiTokenCreated> {
    return this.one(operations.adminCreateTenantToken, { path: [tenantId], params, options });
  }

  /**
   * Fetches everything an instance needs to run a agent.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change; `Content-Digest` is of exactly them. A
   * yanked version, or one that is not the latest, is given by its number alone.
   *
   * @param agentId The component's id
   */
  getAgentBundle(agentId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getAgentBundle, { path: [agentId], params, options });
  }

  /**
   * Lists the versions of a agent, the highest first.
   *
   * Its publisher also sees what waits and what was refused; the others what is available.
   *
   * @param agentId The component's id
   */
  listAgentVersions(agentId: string, params?: ComponentListVersionsParams, options?: RequestOptions): PagePromise<VersionInfo> {
    return this.page(operations.listAgentVersions, { path: [agentId], params, options });
  }

  /**
   * Reads one version of a agent.
   *
   * @param agentId The component's id
   * @param version Its number
   */
  getAgentVersion(agentId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getAgentVersion, { path: [agentId, version], params, options });
  }

  /**
   * Fetches everything an instance needs to run a canvas.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change; `Content-Digest` is of exactly them. A
   * yanked version, or one that is not the latest, is given by its number alone.
   *
   * @param canvasId The component's id
   */
  getCanvasBundle(canvasId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getCanvasBundle, { path: [canvasId], params, options });
  }

  /**
   * Lists the versions of a canvas, the highest first.
   *
   * Its publisher also sees what waits and what was refused; the others what is available.
   *
   * @param canvasId The component's id
   */
  listCanvasVersions(canvasId: string, params?: ComponentListVersionsParams, options?: RequestOptions): PagePromise<VersionInfo> {
    return this.page(operations.listCanvasVersions, { path: [canvasId], params, options });
  }

  /**
   * Reads one version of a canvas.
   *
   * @param canvasId The component's id
   * @param version Its number
   */
  getCanvasVersion(canvasId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getCanvasVersion, { path: [canvasId, version], params, options });
  }

  /**
   * Fetches everything an instance needs to run a domain.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change; `Content-Digest` is of exactly them. A
   * yanked version, or one that is not the latest, is given by its number alone.
   *
   * @param domainId The component's id
   */
  getDomainBundle(domainId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getDomainBundle, { path: [domainId], params, options });
  }

  /**
   * Lists the versions of a domain, the highest first.
   *
   * Its publisher also sees what waits and what was refused; the others what is available.
   *
   * @param domainId The component's id
   */
  listDomainVersions(domainId: string, params?: ComponentListVersionsParams, options?: RequestOptions): PagePromise<VersionInfo> {
    return this.page(operations.listDomainVersions, { path: [domainId], params, options });
  }

  /**
   * Reads one version of a domain.
   *
   * @param domainId The component's id
   * @param version Its number
   */
  getDomainVersion(domainId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getDomainVersion, { path: [domainId, version], params, options });
  }

  /**
   * Fetches everything an instance needs to run a skill.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change; `Content-Digest` is of exactly them. A
   * yanked version, or one that is not the latest, is given by its number alone.
   *
   * @param skillId The component's id
   */
  getSkillBundle(skillId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getSkillBundle, { path: [skillId], params, options });
  }

  /**
   * Lists the versions of a skill, the highest first.
   *
   * Its publisher also sees what waits and what was refused; the others what is available.
   *
   * @param skillId The component's id
   */
  listSkillVersions(skillId: string, params?: ComponentListVersionsParams, options?: RequestOptions): PagePromise<VersionInfo> {
    return this.page(operations.listSkillVersions, { path: [skillId], params, options });
  }

  /**
   * Reads one version of a skill.
   *
   * @param skillId The component's id
   * @param version Its number
   */
  getSkillVersion(skillId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getSkillVersion, { path: [skillId, version], params, options });
  }

  /**
   * List agents.
   *
   * Public ones and, for a tenant, its own and those shared with it, as one list.
   */
  listAgents(params?: ComponentListParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listAgents, { path: [], params, options });
  }

  /**
   * Search agents.
   *
   * Ranked by how well the words match, ratings, installs and freshness; an exact name comes first. Few matches bring in
   * corrected words; none, components with some of the words.
   */
  searchAgents(params: ComponentSearchParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.searchAgents, { path: [], params, options });
  }

  /**
   * Get one agent.
   *
   * An id that several publishers have means the caller's own, else what the caller has installed under it, else the only
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review.
   *
   * @param agentId The publisher's id
   */
  getAgent(agentId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getAgent, { path: [agentId], params, options });
  }

  /**
   * List what depends on a agent.
   *
   * Components of any kind, visible to the caller, whose served version depends on it; the newest first.
   *
   * @param agentId The publisher's id
   */
  listAgentDependents(agentId: string, params?: ComponentListDependentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listAgentDependents, { path: [agentId], params, options });
  }

  /**
   * List the categories of agents.
   *
   * With the number of components the caller sees in each, the fullest first.
   */
  listAgentCategories(options?: RequestOptions): ApiPromise<CategoryCount[]> {
    return this.one(operations.listAgentCategories, { path: [], options });
  }

  /**
   * List the categories of canvases.
   *
   * With the number of components the caller sees in each, the fullest first.
   */
  listCanvasCategories(options?: RequestOptions): ApiPromise<CategoryCount[]> {
    return this.one(operations.listCanvasCategories, { path: [], options });
  }

  /**
   * List canvases.
   *
   * Public ones and, for a tenant, its own and those shared with it, as one list.
   */
  listCanvases(params?: ComponentListParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listCanvases, { path: [], params, options });
  }

  /**
   * Search canvases.
   *
   * Ranked by how well the words match, ratings, installs and freshness; an exact name comes first. Few matches bring in
   * corrected words; none, components with some of the words.
   */
  searchCanvases(params: ComponentSearchParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.searchCanvases, { path: [], params, options });
  }

  /**
   * Get one canvas.
   *
   * An id that several publishers have means the caller's own, else what the caller has installed under it, else the only
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review.
   *
   * @param canvasId The publisher's id
   */
  getCanvas(canvasId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getCanvas, { path: [canvasId], params, options });
  }

  /**
   * List what depends on a canvas.
   *
   * Components of any kind, visible to the caller, whose served version depends on it; the newest first.
   *
   * @param canvasId The publisher's id
   */
  listCanvasDependents(canvasId: string, params?: ComponentListDependentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listCanvasDependents, { path: [canvasId], params, options });
  }

  /**
   * List the categories of domains.
   *
   * With the number of components the caller sees in each, the fullest first.
   */
  listDomainCategories(options?: RequestOptions): ApiPromise<CategoryCount[]> {
    return this.one(operations.listDomainCategories, { path: [], options });
  }

  /**
   * List domains.
   *
   * Public ones and, for a tenant, its own and those shared with it, as one list.
   */
  listDomains(params?: ComponentListParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listDomains, { path: [], params, options });
  }

  /**
   * Search domains.
   *
   * Ranked by how well the words match, ratings, installs and freshness; an exact name comes first. Few matches bring in
   * corrected words; none, components with some of the words.
   */
  searchDomains(params: ComponentSearchParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.searchDomains, { path: [], params, options });
  }

  /**
   * Get one domain.
   *
   * An id that several publishers have means the caller's own, else what the caller has installed under it, else the only
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review.
   *
   * @param domainId The publisher's id
   */
  getDomain(domainId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getDomain, { path: [domainId], params, options });
  }

  /**
   * List what depends on a domain.
   *
   * Components of any kind, visible to the caller, whose served version depends on it; the newest first.
   *
   * @param domainId The publisher's id
   */
  listDomainDependents(domainId: string, params?: ComponentListDependentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listDomainDependents, { path: [domainId], params, options });
  }

  /**
   * Search components of every kind.
   *
   * As the search within a kind, over all of them or those named.
   */
  searchComponents(params: SearchComponentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.searchComponents, { path: [], params, options });
  }

  /**
   * List the categories of skills.
   *
   * With the number of components the caller sees in each, the fullest first.
   */
  listSkillCategories(options?: RequestOptions): ApiPromise<CategoryCount[]> {
    return this.one(operations.listSkillCategories, { path: [], options });
  }

  /**
   * List skills.
   *
   * Public ones and, for a tenant, its own and those shared with it, as one list.
   */
  listSkills(params?: ComponentListParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listSkills, { path: [], params, options });
  }

  /**
   * Search skills.
   *
   * Ranked by how well the words match, ratings, installs and freshness; an exact name comes first. Few matches bring in
   * corrected words; none, components with some of the words.
   */
  searchSkills(params: ComponentSearchParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.searchSkills, { path: [], params, options });
  }

  /**
   * Get one skill.
   *
   * An id that several publishers have means the caller's own, else what the caller has installed under it, else the only
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review.
   *
   * @param skillId The publisher's id
   */
  getSkill(skillId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getSkill, { path: [skillId], params, options });
  }

  /**
   * List what depends on a skill.
   *
   * Components of any kind, visible to the caller, whose served version depends on it; the newest first.
   *
   * @param skillId The publisher's id
   */
  listSkillDependents(skillId: string, params?: ComponentListDependentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listSkillDependents, { path: [skillId], params, options });
  }

  /**
   * List federation keys.
   *
   * Those that are not revoked, oldest first, never the secret.
   */
  listFederationKeys(params?: ListFederationKeysParams, options?: RequestOptions): PagePromise<FederationKey> {
    return this.page(operations.listFederationKeys, { path: [], params, options });
  }

  /**
   * Make a federation key.
   *
   * It reads public components by the federation routes and nothing else. The platform's admin who names no tenant makes
   * a key of the platform's own. The secret is in this answer and nowhere else.
   */
  createFederationKey(params: FederationKeyCreate, options?: RequestOptions): ApiPromise<FederationKeyCreated> {
    return this.one(operations.createFederationKey, { path: [], params, options });
  }

  /**
   * Revoke a federation key.
   *
   * It is refused from now on: at once by this node, within 5 seconds by every other.
   *
   * @param keyId The key's id, `fed_…`
   */
  deleteFederationKey(keyId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteFederationKey, { path: [keyId], options });
  }

  /**
   * Install several agents.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
  
   *
   * Called as `(agentIds, params)` or `({ agentIds, … })`; up to 100 ids.
   */
  bulkInstallAgents(agentIds: readonly string[], params?: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallAgents(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallAgents(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallAgents, bulk('agentIds', first, second, options));
  }

  /**
   * Install agent.
   *
   * Installs a component for the caller's tenant after four validations, made together in one transaction: the plan must
   * cover its `pricing_tier` (403 `PLAN_RESTRICTED`), the plan must have room for its agents (400 `AGENT_LIMIT_EXCEEDED`),
   * the components and capabilities it needs must be installed (400 `DEPENDENCY_MISSING`; with
   * `auto_install_dependencies` the components come along), and `install_config` must satisfy its `config_schema` (400
   * `INVALID_CONFIGURATION`). Without `version` it is the latest release. API keys are stored sealed and never shown
   * again. What is installed already stays at its version: 200, with a configuration that is given put in place.
   * `?dry_run=true` answers the plan and changes nothing.
   *
   * Called as `(agentId, targetTenantId)`, `(agentId, params)` or `({ agentId, … })`.
   */
  installAgent(agentId: string, params: InstallRequest & ComponentInstallParams & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installAgent(params: InstallRequest & ComponentInstallParams & { agentId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installAgent(agentId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
  installAgent(agentId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
  installAgent(params: InstallRequest & ComponentInstallParams & { agentId: string }, options?: RequestOptions): ApiPromise<Installation>;
  installAgent(
    first: string | (InstallRequest & ComponentInstallParams & { agentId: string }),
    second?: string | null | (InstallRequest & ComponentInstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<Installation | InstallPlan> {
    return this.one(operations.installAgent, targeted('agentId', first, second, options));
  }

  /**
   * Uninstall agent.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(agentId, targetTenantId)`, `(agentId, params)` or `({ agentId, … })`.
   */
  uninstallAgent(agentId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<void>;
  uninstallAgent(agentId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  uninstallAgent(params: ComponentUninstallParams & { agentId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallAgent(
    first: string | (ComponentUninstallParams & { agentId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallAgent, targeted('agentId', first, second, options));
  }

  /**
   * Install several canvases.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
  
   *
   * Called as `(canvasIds, params)` or `({ canvasIds, … })`; up to 100 ids.
   */
  bulkInstallCanvases(canvasIds: readonly string[], params?: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallCanvases(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallCanvases(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallCanvases, bulk('canvasIds', first, second, options));
  }

  /**
   * Install canvas.
   *
   * Installs a component for the caller's tenant after four validations, made together in one transaction: the plan must
   * cover its `pricing_tier` (403 `PLAN_RESTRICTED`), the plan must have room for its agents (400 `AGENT_LIMIT_EXCEEDED`),
   * the components and capabilities it needs must be installed (400 `DEPENDENCY_MISSING`; with
   * `auto_install_dependencies` the components come along), and `install_config` must satisfy its `config_schema` (400
   * `INVALID_CONFIGURATION`). Without `version` it is the latest release. API keys are stored sealed and never shown
   * again. What is installed already stays at its version: 200, with a configuration that is given put in place.
   * `?dry_run=true` answers the plan and changes nothing.
   *
   * Called as `(canvasId, targetTenantId)`, `(canvasId, params)` or `({ canvasId, … })`.
   */
  installCanvas(canvasId: string, params: InstallRequest & ComponentInstallParams & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installCanvas(params: InstallRequest & ComponentInstallParams & { canvasId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installCanvas(canvasId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
  installCanvas(canvasId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
  installCanvas(params: InstallRequest & ComponentInstallParams & { canvasId: string }, options?: RequestOptions): ApiPromise<Installation>;
  installCanvas(
    first: string | (InstallRequest & ComponentInstallParams & { canvasId: string }),
    second?: string | null | (InstallRequest & ComponentInstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<Installation | InstallPlan> {
    return this.one(operations.installCanvas, targeted('canvasId', first, second, options));
  }

  /**
   * Uninstall canvas.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(canvasId, targetTenantId)`, `(canvasId, params)` or `({ canvasId, … })`.
   */
  uninstallCanvas(canvasId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<void>;
  uninstallCanvas(canvasId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  uninstallCanvas(params: ComponentUninstallParams & { canvasId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallCanvas(
    first: string | (ComponentUninstallParams & { canvasId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallCanvas, targeted('canvasId', first, second, options));
  }

  /**
   * Install several domains.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
  
   *
   * Called as `(domainIds, params)` or `({ domainIds, … })`; up to 100 ids.
   */
  bulkInstallDomains(domainIds: readonly string[], params?: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallDomains(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallDomains(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallDomains, bulk('domainIds', first, second, options));
  }

  /**
   * Install domain.
   *
   * Installs a component for the caller's tenant after four validations, made together in one transaction: the plan must
   * cover its `pricing_tier` (403 `PLAN_RESTRICTED`), the plan must have room for its agents (400 `AGENT_LIMIT_EXCEEDED`),
   * the components and capabilities it needs must be installed (400 `DEPENDENCY_MISSING`; with
   * `auto_install_dependencies` the components come along), and `install_config` must satisfy its `config_schema` (400
   * `INVALID_CONFIGURATION`). Without `version` it is the latest release. API keys are stored sealed and never shown
   * again. What is installed already stays at its version: 200, with a configuration that is given put in place.
   * `?dry_run=true` answers the plan and changes nothing.
   *
   * Called as `(domainId, targetTenantId)`, `(domainId, params)` or `({ domainId, … })`.
   */
  installDomain(domainId: string, params: InstallRequest & ComponentInstallParams & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installDomain(params: InstallRequest & ComponentInstallParams & { domainId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installDomain(domainId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
  installDomain(domainId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
  installDomain(params: InstallRequest & ComponentInstallParams & { domainId: string }, options?: RequestOptions): ApiPromise<Installation>;
  installDomain(
    first: string | (InstallRequest & ComponentInstallParams & { domainId: string }),
    second?: string | null | (InstallRequest & ComponentInstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<Installation | InstallPlan> {
    return this.one(operations.installDomain, targeted('domainId', first, second, options));
  }

  /**
   * Uninstall domain.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(domainId, targetTenantId)`, `(domainId, params)` or `({ domainId, … })`.
   */
  uninstallDomain(domainId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<void>;
  uninstallDomain(domainId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  uninstallDomain(params: ComponentUninstallParams & { domainId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallDomain(
    first: string | (ComponentUninstallParams & { domainId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallDomain, targeted('domainId', first, second, options));
  }

  /**
   * List installations.
   *
   * What the caller's tenant has installed, newest first.
   */
  listInstallations(params?: ListInstallationsParams, options?: RequestOptions): PagePromise<Installation> {
    return this.page(operations.listInstallations, { path: [], params, options });
  }

  /**
   * Get lock.
   *
   * Everything that is installed, with exact versions and digests, to be installed again elsewhere. No configuration is in it.
   */
  getInstallationsLock(options?: RequestOptions): ApiPromise<Lock> {
    return this.one(operations.getInstallationsLock, { path: [], options });
  }

  /**
   * Install lock.
   *
   * Installs exactly these versions, all of them or none; what else is installed stays, and nothing comes along. A
   * component that needs a configuration takes it beside its version. Content that is not what was locked is 409.
   */
  installLock(params: Lock, options?: RequestOptions): ApiPromise<LockResponse> {
    return this.one(operations.installLock, { path: [], params, options });
  }

  /**
   * Get installation.
   *
   * One installation, with a later version if there is one. The values of API keys are never shown.
   *
   * @param id `inst_…`
   */
  getInstallation(id: string, options?: RequestOptions): ApiPromise<Installation> {
    return this.one(operations.getInstallation, { path: [id], options });
  }

  /**
   * Update installation.
   *
   * Replaces the configuration, part by part (`api_keys` left out keeps the keys), and changes the version to `latest` or
   * to an exact one. A new version is validated as an install is, against the configuration it is to have; `latest` never
   * goes back.
   *
   * @param id `inst_…`
   */
  updateInstallation(id: string, params: InstallationUpdate, options?: RequestOptions): ApiPromise<Installation> {
    return this.one(operations.updateInstallation, { path: [id], params, options });
  }

  /**
   * Get installation bundle.
   *
   * Everything an instance needs to run the installed version, with the content of its files: also if it was yanked or
   * withdrawn since. While it is quarantined there is none: 404 with `details.status`.
   *
   * @param id `inst_…`
   */
  getInstallationBundle(id: string, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getInstallationBundle, { path: [id], options });
  }

  /**
   * Install several skills.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
  
   *
   * Called as `(skillIds, params)` or `({ skillIds, … })`; up to 100 ids.
   */
  bulkInstallSkills(skillIds: readonly string[], params?: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallSkills(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallSkills(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallSkills, bulk('skillIds', first, second, options));
  }

  /**
   * Install skill.
   *
   * Installs a component for the caller's tenant after four validations, made together in one transaction: the plan must
   * cover its `pricing_tier` (403 `PLAN_RESTRICTED`), the plan must have room for its agents (400 `AGENT_LIMIT_EXCEEDED`),
   * the components and capabilities it needs must be installed (400 `DEPENDENCY_MISSING`; with
   * `auto_install_dependencies` the components come along), and `install_config` must satisfy its `config_schema` (400
   * `INVALID_CONFIGURATION`). Without `version` it is the latest release. API keys are stored sealed and never shown
   * again. What is installed already stays at its version: 200, with a configuration that is given put in place.
   * `?dry_run=true` answers the plan and changes nothing.
   *
   * Called as `(skillId, targetTenantId)`, `(skillId, params)` or `({ skillId, … })`.
   */
  installSkill(skillId: string, params: InstallRequest & ComponentInstallParams & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installSkill(params: InstallRequest & ComponentInstallParams & { skillId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
  installSkill(skillId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
  installSkill(skillId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
  installSkill(params: InstallRequest & ComponentInstallParams & { skillId: string }, options?: RequestOptions): ApiPromise<Installation>;
  installSkill(
    first: string | (InstallRequest & ComponentInstallParams & { skillId: string }),
    second?: string | null | (InstallRequest & ComponentInstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<Installation | InstallPlan> {
    return this.one(operations.installSkill, targeted('skillId', first, second, options));
  }

  /**
   * Uninstall skill.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(skillId, targetTenantId)`, `(skillId, params)` or `({ skillId, … })`.
   */
  uninstallSkill(skillId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<void>;
  uninstallSkill(skillId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  uninstallSkill(params: ComponentUninstallParams & { skillId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallSkill(
    first: string | (ComponentUninstallParams & { skillId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallSkill, targeted('skillId', first, second, options));
  }

  /**
   * Publishes a agent, or a new version of one.
   *
   * A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
   * on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
   * changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
   * a public component private takes it from the public at once, with all its versions.
   */
  publishAgent(params: AgentPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  publishAgent(params: AgentPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishAgent(params: AgentPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishAgent, { path: [], params, options });
  }

  /**
   * Withdraws a agent.
   *
   * Nobody sees it any more and its storage is free; who has installed it keeps what they have. Its id stays its publisher's
   * and its version numbers stay spent: publishing again revives it with the next one.
   *
   * @param agentId The component's id
   */
  withdrawAgent(agentId: string, params?: ComponentWithdrawParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.withdrawAgent, { path: [agentId], params, options });
  }

  /**
   * Deprecates a agent, or says who sees a private one.
   *
   * Only `deprecated` and `shared_with` change without a new version. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param agentId The component's id
   */
  updateAgent(agentId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateAgent, { path: [agentId], params, options });
  }

  /**
   * Yanks a version of a agent.
   *
   * It is no longer the latest, and only those who have it may install it again, by its exact number. If all are yanked, the
   * highest is still shown.
   *
   * @param agentId The component's id
   * @param version Its number
   */
  yankAgentVersion(agentId: string, version: string, params?: Yank & ComponentYankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.yankAgentVersion, { path: [agentId, version], params, options });
  }

  /**
   * Takes the yank of a version of a agent back.
   *
   * @param agentId The component's id
   * @param version Its number
   */
  unyankAgentVersion(agentId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankAgentVersion, { path: [agentId, version], params, options });
  }

  /**
   * Publishes a canvas, or a new version of one.
   *
   * A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
   * on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
   * changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
   * a public component private takes it from the public at once, with all its versions.
   */
  publishCanvas(params: CanvasPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  publishCanvas(params: CanvasPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishCanvas(params: CanvasPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishCanvas, { path: [], params, options });
  }

  /**
   * Withdraws a canvas.
   *
   * Nobody sees it any more and its storage is free; who has installed it keeps what they have. Its id stays its publisher's
   * and its version numbers stay spent: publishing again revives it with the next one.
   *
   * @param canvasId The component's id
   */
  withdrawCanvas(canvasId: string, params?: ComponentWithdrawParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.withdrawCanvas, { path: [canvasId], params, options });
  }

  /**
   * Deprecates a canvas, or says who sees a private one.
   *
   * Only `deprecated` and `shared_with` change without a new version. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param canvasId The component's id
   */
  updateCanvas(canvasId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateCanvas, { path: [canvasId], params, options });
  }

  /**
   * Yanks a version of a canvas.
   *
   * It is no longer the latest, and only those who have it may install it again, by its exact number. If all are yanked, the
   * highest is still shown.
   *
   * @param canvasId The component's id
   * @param version Its number
   */
  yankCanvasVersion(canvasId: string, version: string, params?: Yank & ComponentYankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.yankCanvasVersion, { path: [canvasId, version], params, options });
  }

  /**
   * Takes the yank of a version of a canvas back.
   *
   * @param canvasId The component's id
   * @param version Its number
   */
  unyankCanvasVersion(canvasId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankCanvasVersion, { path: [canvasId, version], params, options });
  }

  /**
   * Publishes a domain, or a new version of one.
   *
   * A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
   * on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
   * changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
   * a public component private takes it from the public at once, with all its versions.
   */
  publishDomain(params: DomainPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  publishDomain(params: DomainPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishDomain(params: DomainPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishDomain, { path: [], params, options });
  }

  /**
   * Withdraws a domain.
   *
   * Nobody sees it any more and its storage is free; who has installed it keeps what they have. Its id stays its publisher's
   * and its version numbers stay spent: publishing again revives it with the next one.
   *
   * @param domainId The component's id
   */
  withdrawDomain(domainId: string, params?: ComponentWithdrawParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.withdrawDomain, { path: [domainId], params, options });
  }

  /**
   * Deprecates a domain, or says who sees a private one.
   *
   * Only `deprecated` and `shared_with` change without a new version. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param domainId The component's id
   */
  updateDomain(domainId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateDomain, { path: [domainId], params, options });
  }

  /**
   * Yanks a version of a domain.
   *
   * It is no longer the latest, and only those who have it may install it again, by its exact number. If all are yanked, the
   * highest is still shown.
   *
   * @param domainId The component's id
   * @param version Its number
   */
  yankDomainVersion(domainId: string, version: string, params?: Yank & ComponentYankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.yankDomainVersion, { path: [domainId, version], params, options });
  }

  /**
   * Takes the yank of a version of a domain back.
   *
   * @param domainId The component's id
   * @param version Its number
   */
  unyankDomainVersion(domainId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankDomainVersion, { path: [domainId, version], params, options });
  }

  /**
   * Publishes a skill, or a new version of one.
   *
   * A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
   * on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
   * changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
   * a public component private takes it from the public at once, with all its versions.
   */
  publishSkill(params: SkillPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  publishSkill(params: SkillPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishSkill(params: SkillPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishSkill, { path: [], params, options });
  }

  /**
   * Withdraws a skill.
   *
   * Nobody sees it any more and its storage is free; who has installed it keeps what they have. Its id stays its publisher's
   * and its version numbers stay spent: publishing again revives it with the next one.
   *
   * @param skillId The component's id
   */
  withdrawSkill(skillId: string, params?: ComponentWithdrawParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.withdrawSkill, { path: [skillId], params, options });
  }

  /**
   * Deprecates a skill, or says who sees a private one.
   *
   * Only `deprecated` and `shared_with` change without a new version. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param skillId The component's id
   */
  updateSkill(skillId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateSkill, { path: [skillId], params, options });
  }

  /**
   * Yanks a version of a skill.
   *
   * It is no longer the latest, and only those who have it may install it again, by its exact number. If all are yanked, the
   * highest is still shown.
   *
   * @param skillId The component's id
   * @param version Its number
   */
  yankSkillVersion(skillId: string, version: string, params?: Yank & ComponentYankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.yankSkillVersion, { path: [skillId, version], params, options });
  }

  /**
   * Takes the yank of a version of a skill back.
   *
   * @param skillId The component's id
   * @param version Its number
   */
  unyankSkillVersion(skillId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankSkillVersion, { path: [skillId, version], params, options });
  }

  /**
   * Rate agent.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token; in the ranking each tenant counts once. A review that is left out is taken back. The same may be
   * sent as `POST …/rate`.
   *
   * @param agentId The component's id
   * @param rating 1 to 5
   */
  rateAgent(
    agentId: string,
    rating: number,
    params?: Omit<RateRequest, 'rating'> & ComponentRateParams,
    options?: RequestOptions,
  ): ApiPromise<RatingSummary> {
    return this.one(operations.rateAgent, rated(agentId, rating, params, options));
  }

  /**
   * Delete agent rating.
   *
   * Takes the author's rating back, review and all. It is no error if there is none.
   *
   * @param agentId The component's id
   */
  deleteAgentRating(agentId: string, params?: ComponentDeleteRatingParams, options?: RequestOptions): ApiPromise<RatingSummary> {
    return this.one(operations.deleteAgentRating, { path: [agentId], params, options });
  }

  /**
   * List agent reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant.
   *
   * @param agentId The component's id
   */
  listAgentReviews(agentId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listAgentReviews, { path: [agentId], params, options });
  }

  /**
   * Rate canvas.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token; in the ranking each tenant counts once. A review that is left out is taken back. The same may be
   * sent as `POST …/rate`.
   *
   * @param canvasId The component's id
   * @param rating 1 to 5
   */
  rateCanvas(
    canvasId: string,
    rating: number,
    params?: Omit<RateRequest, 'rating'> & ComponentRateParams,
    options?: RequestOptions,
  ): ApiPromise<RatingSummary> {
    return this.one(operations.rateCanvas, rated(canvasId, rating, params, options));
  }

  /**
   * Delete canvas rating.
   *
   * Takes the author's rating back, review and all. It is no error if there is none.
   *
   * @param canvasId The component's id
   */
  deleteCanvasRating(canvasId: string, params?: ComponentDeleteRatingParams, options?: RequestOptions): ApiPromise<RatingSummary> {
    return this.one(operations.deleteCanvasRating, { path: [canvasId], params, options });
  }

  /**
   * List canvas reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant.
   *
   * @param canvasId The component's id
   */
  listCanvasReviews(canvasId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listCanvasReviews, { path: [canvasId], params, options });
  }

  /**
   * Rate domain.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token; in the ranking each tenant counts once. A review that is left out is taken back. The same may be
   * sent as `POST …/rate`.
   *
   * @param domainId The component's id
   * @param rating 1 to 5
   */
  rateDomain(
    domainId: string,
    rating: number,
    params?: Omit<RateRequest, 'rating'> & ComponentRateParams,
    options?: RequestOptions,
  ): ApiPromise<RatingSummary> {
    return this.one(operations.rateDomain, rated(domainId, rating, params, options));
  }

  /**
   * Delete domain rating.
   *
   * Takes the author's rating back, review and all. It is no error if there is none.
   *
   * @param domainId The component's id
   */
  deleteDomainRating(domainId: string, params?: ComponentDeleteRatingParams, options?: RequestOptions): ApiPromise<RatingSummary> {
    return this.one(operations.deleteDomainRating, { path: [domainId], params, options });
  }

  /**
   * List domain reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant.
   *
   * @param domainId The component's id
   */
  listDomainReviews(domainId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listDomainReviews, { path: [domainId], params, options });
  }

  /**
   * Rate skill.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token; in the ranking each tenant counts once. A review that is left out is taken back. The same may be
   * sent as `POST …/rate`.
   *
   * @param skillId The component's id
   * @param rating 1 to 5
   */
  rateSkill(
    skillId: string,
    rating: number,
    params?: Omit<RateRequest, 'rating'> & ComponentRateParams,
    options?: RequestOptions,
  ): ApiPromise<RatingSummary> {
    return this.one(operations.rateSkill, rated(skillId, rating, params, options));
  }

  /**
   * Delete skill rating.
   *
   * Takes the author's rating back, review and all. It is no error if there is none.
   *
   * @param skillId The component's id
   */
  deleteSkillRating(skillId: string, params?: ComponentDeleteRatingParams, options?: RequestOptions): ApiPromise<RatingSummary> {
    return this.one(operations.deleteSkillRating, { path: [skillId], params, options });
  }

  /**
   * List skill reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant.
   *
   * @param skillId The component's id
   */
  listSkillReviews(skillId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listSkillReviews, { path: [skillId], params, options });
  }

  /** Show the caller's tenant. */
  getTenant(options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.getTenant, { path: [], options });
  }

  /** Rename the caller's tenant. */
  updateTenant(params: TenantUpdate, options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.updateTenant, { path: [], params, options });
  }

  /** List the tenant's members. */
  listMembers(params?: ListMembersParams, options?: RequestOptions): PagePromise<Member> {
    return this.page(operations.listMembers, { path: [], params, options });
  }

  /**
   * Make a person a member.
   *
   * With a role that holds no more than the caller does.
   */
  addMember(params: MemberAdd, options?: RequestOptions): ApiPromise<Member> {
    return this.one(operations.addMember, { path: [], params, options });
  }

  /**
   * Remove a member.
   *
   * The tokens they made end with it.
   *
   * @param userId The member's id, `usr_…`
   */
  removeMember(userId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.removeMember, { path: [userId], options });
  }

  /**
   * Give a member another role.
   *
   * The scopes of the tokens they made change with it.
   *
   * @param userId The member's id, `usr_…`
   */
  updateMember(userId: string, params: MemberUpdate, options?: RequestOptions): ApiPromise<Member> {
    return this.one(operations.updateMember, { path: [userId], params, options });
  }

  /**
   * List API tokens.
   *
   * Those that are not revoked, oldest first: prefix, scopes, expiry and last use, never the secret.
   */
  listTokens(params?: ListTokensParams, options?: RequestOptions): PagePromise<ApiToken> {
    return this.page(operations.listTokens, { path: [], params, options });
  }

  /**
   * Make an API token.
   *
   * It acts for the caller's tenant, within the caller's own scopes and component patterns. The secret is in this answer
   * and nowhere else: keep it.
   */
  createToken(params: ApiTokenCreate, options?: RequestOptions): ApiPromise<ApiTokenCreated> {
    return this.one(operations.createToken, { path: [], params, options });
  }

  /**
   * Show the calling token.
   *
   * Any token may ask about itself, whatever its scopes.
   */
  getCurrentToken(options?: RequestOptions): ApiPromise<ApiToken> {
    return this.one(operations.getCurrentToken, { path: [], options });
  }

  /**
   * Revoke an API token.
   *
   * It is refused from now on: at once by this node, within 5 seconds by every other.
   *
   * @param tokenId The token's id, `tok_…`
   */
  deleteToken(tokenId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteToken, { path: [tokenId], options });
  }

  /**
   * Rotate an API token.
   *
   * The token keeps its id, scopes and expiry and gets a new secret; the old one ends at once. The caller must hold every
   * scope the token has.
   *
   * @param tokenId The token's id, `tok_…`
   */
  rotateToken(tokenId: string, options?: RequestOptions): ApiPromise<ApiTokenCreated> {
    return this.one(operations.rotateToken, { path: [tokenId], options });
  }

  /**
   * Show the tenant's usage.
   *
   * The rate limit is the caller's, as this very request leaves it; the rest is the tenant's.
   */
  getUsageStats(options?: RequestOptions): ApiPromise<Usage> {
    return this.one(operations.getUsageStats, { path: [], options });
  }

  /**
   * Create webhook.
   *
   * Sends the named events to a URL of yours. Without `secret` the server makes one and shows it this once.
   */
  createWebhook(params: WebhookCreate, options?: RequestOptions): ApiPromise<WebhookCreated> {
    return this.one(operations.createWebhook, { path: [], params, options });
  }

  /**
   * Delete webhook.
   *
   * Nothing is sent to it any more.
   *
   * @param webhookId Its id
   */
  deleteWebhook(webhookId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteWebhook, { path: [webhookId], options });
  }
}
