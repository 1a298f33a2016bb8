// Written by scripts/generate.mjs from openapi.json. Do not edit.

import { bulk, rated, targeted } from '../../arguments.js';
import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type {
  ComponentDeleteRatingParams,
  ComponentDeleteReviewReplyParams,
  ComponentFlagReviewParams,
  ComponentGetBundleParams,
  ComponentGetParams,
  ComponentGetRatingParams,
  ComponentGetStatsParams,
  ComponentGetVersionParams,
  ComponentInstallParams,
  ComponentListDependentsParams,
  ComponentListParams,
  ComponentListReviewsParams,
  ComponentListVersionsParams,
  ComponentPublishParams,
  ComponentRateParams,
  ComponentRenameParams,
  ComponentReplyToReviewParams,
  ComponentReportParams,
  ComponentSearchParams,
  ComponentTransferParams,
  ComponentUninstallParams,
  ComponentUnyankVersionParams,
  ComponentUpdateParams,
  ComponentWithdrawParams,
  ComponentYankVersionParams,
} from '../parameters.js';
import type {
  AgentPublish,
  BulkInstallRequest,
  BulkInstallResponse,
  Bundle,
  CategoryCount,
  Component,
  ComponentPatch,
  ComponentStatistics,
  InstallPlan,
  InstallRequest,
  Installation,
  PublishCheck,
  RateRequest,
  RatingOverview,
  RatingSummary,
  RenameRequest,
  ReportReceipt,
  ReportRequest,
  Review,
  ReviewFlagRequest,
  ReviewReplyRequest,
  Transfer,
  TransferRequest,
  VersionInfo,
  Yank,
} from '../types/index.js';
import { AdminMethods } from './admin.js';

const operations = {
  listAgents: {
    method: 'GET',
    path: '/agent-marketplace/agents',
    answer: 'Component',
  },
  publishAgent: {
    method: 'POST',
    path: '/agent-marketplace/agents',
    body: 'AgentPublish',
    query: ['dry_run', 'accept_redactions'],
    required: ['agent_id', 'marketplace_type', 'name', 'description'],
    answer: 'Component',
    dryRun: 'PublishCheck',
  },
  bulkInstallAgents: {
    method: 'POST',
    path: '/agent-marketplace/agents/bulk-install',
    body: 'BulkInstallRequest',
    required: ['ids'],
    answer: 'BulkInstallResponse',
  },
  searchAgents: {
    method: 'GET',
    path: '/agent-marketplace/agents/search',
    required: ['query'],
    answer: 'Component',
  },
  getAgent: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  withdrawAgent: {
    method: 'DELETE',
    path: '/agent-marketplace/agents/{id}',
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  updateAgent: {
    method: 'PATCH',
    path: '/agent-marketplace/agents/{id}',
    body: 'ComponentPatch',
    query: ['source_tenant_id'],
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  getAgentBundle: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/bundle',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Bundle',
  },
  listAgentDependents: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/dependents',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  installAgent: {
    method: 'POST',
    path: '/agent-marketplace/agents/{id}/install',
    body: 'InstallRequest',
    query: ['dry_run'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Installation',
    dryRun: 'InstallPlan',
  },
  uninstallAgent: {
    method: 'DELETE',
    path: '/agent-marketplace/agents/{id}/install',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  getAgentRating: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingOverview',
  },
  rateAgent: {
    method: 'PUT',
    path: '/agent-marketplace/agents/{id}/rating',
    body: 'RateRequest',
    query: ['source_tenant_id'],
    required: ['rating'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  deleteAgentRating: {
    method: 'DELETE',
    path: '/agent-marketplace/agents/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  renameAgent: {
    method: 'POST',
    path: '/agent-marketplace/agents/{id}/rename',
    body: 'RenameRequest',
    query: ['source_tenant_id'],
    required: ['new_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  reportAgent: {
    method: 'POST',
    path: '/agent-marketplace/agents/{id}/report',
    body: 'ReportRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ReportReceipt',
  },
  listAgentReviews: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/reviews',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  flagAgentReview: {
    method: 'POST',
    path: '/agent-marketplace/agents/{id}/reviews/{review_id}/flag',
    body: 'ReviewFlagRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  replyToAgentReview: {
    method: 'PUT',
    path: '/agent-marketplace/agents/{id}/reviews/{review_id}/reply',
    body: 'ReviewReplyRequest',
    query: ['source_tenant_id'],
    required: ['text'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  deleteAgentReviewReply: {
    method: 'DELETE',
    path: '/agent-marketplace/agents/{id}/reviews/{review_id}/reply',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  getAgentStats: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/stats',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ComponentStatistics',
  },
  transferAgent: {
    method: 'POST',
    path: '/agent-marketplace/agents/{id}/transfer',
    body: 'TransferRequest',
    query: ['source_tenant_id'],
    required: ['to_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Transfer',
  },
  listAgentVersions: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/versions',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  getAgentVersion: {
    method: 'GET',
    path: '/agent-marketplace/agents/{id}/versions/{version}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  yankAgentVersion: {
    method: 'POST',
    path: '/agent-marketplace/agents/{id}/versions/{version}/yank',
    body: 'Yank',
    query: ['source_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  unyankAgentVersion: {
    method: 'DELETE',
    path: '/agent-marketplace/agents/{id}/versions/{version}/yank',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  listAgentCategories: {
    method: 'GET',
    path: '/agent-marketplace/categories',
    answer: 'CategoryCount',
  },
} as const satisfies Record<string, Operation>;

/** Methods for agents. */
export abstract class AgentsMethods extends AdminMethods {
  /**
   * List agents.
   *
   * Public ones and, for a tenant, its own and those shared with it, as one list.
   */
  listAgents(params?: ComponentListParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listAgents, { path: [], params, options });
  }

  /**
   * Publishes an agent, or a new version of one.
   *
   * A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
   * on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
   * changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
   * a public component private takes it from the public at once, with all its versions.
   *
   * What is public, or shared with somebody, is sanitised first: in the free JSON (`configuration`, `canvases`, `memory`,
   * `content`, `knowledge_base`, `governance_template`, `vocabulary`) keys that hold credentials are dropped, and credentials,
   * emails, phone numbers, social security numbers, tenant ids and internal hosts in texts are replaced by `[redacted:<kind>]`.
   * Where there is anything of that, it is 400 CHECKS_FAILED with `details.redactions` (which name the places, never the
   * values) unless `accept_redactions=true`; what is stored, and its digest, are of the content that is left.
   */
  publishAgent(params: AgentPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  /**
   * Publishes an agent, or a new version of one.
   *
   * A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
   * on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
   * changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
   * a public component private takes it from the public at once, with all its versions.
   *
   * What is public, or shared with somebody, is sanitised first: in the free JSON (`configuration`, `canvases`, `memory`,
   * `content`, `knowledge_base`, `governance_template`, `vocabulary`) keys that hold credentials are dropped, and credentials,
   * emails, phone numbers, social security numbers, tenant ids and internal hosts in texts are replaced by `[redacted:<kind>]`.
   * Where there is anything of that, it is 400 CHECKS_FAILED with `details.redactions` (which name the places, never the
   * values) unless `accept_redactions=true`; what is stored, and its digest, are of the content that is left.
   */
  publishAgent(params: AgentPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishAgent(params: AgentPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishAgent, { path: [], params, options });
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
  /**
   * Install several agents.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
   *
   * Called as `(agentIds, params)` or `({ agentIds, … })`; up to 100 ids.
   */
  bulkInstallAgents(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallAgents(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallAgents, bulk('agentIds', first, second, options));
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
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review. By a former id, or a former
   * publisher's, the answer has the present ones, and `Content-Location`.
   *
   * @param agentId The publisher's id
   */
  getAgent(agentId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getAgent, { path: [agentId], params, options });
  }

  /**
   * Withdraws an agent.
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
   * Deprecates an agent, or says who sees a private one.
   *
   * Only `deprecated` and `shared_with` change without a new version. A version that holds what sanitising would take out is
   * not shared (400 CHECKS_FAILED with `details.redactions`): publish it again with `shared_with`. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param agentId The component's id
   */
  updateAgent(agentId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateAgent, { path: [agentId], params, options });
  }

  /**
   * Fetches everything an instance needs to run an agent.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change. With
   * `Accept: application/vnd.dsse.envelope.v1+json` they come in an envelope, signed by the instance where the version was
   * published; `ETag` and `Content-Digest` are of exactly the bytes that are sent. A yanked version, or one that is not the
   * latest, is given by its number alone.
   *
   * @param agentId The component's id
   */
  getAgentBundle(agentId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getAgentBundle, { path: [agentId], params, options });
  }

  /**
   * List what depends on an agent.
   *
   * Components of any kind, visible to the caller, whose served version depends on it; the newest first.
   *
   * @param agentId The publisher's id
   */
  listAgentDependents(agentId: string, params?: ComponentListDependentsParams, options?: RequestOptions): PagePromise<Component> {
    return this.page(operations.listAgentDependents, { path: [agentId], params, options });
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
  installAgent(params: InstallRequest & ComponentInstallParams & { agentId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
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
  installAgent(agentId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
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
  installAgent(agentId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
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
  /**
   * Uninstall agent.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(agentId, targetTenantId)`, `(agentId, params)` or `({ agentId, … })`.
   */
  uninstallAgent(agentId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  /**
   * Uninstall agent.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(agentId, targetTenantId)`, `(agentId, params)` or `({ agentId, … })`.
   */
  uninstallAgent(params: ComponentUninstallParams & { agentId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallAgent(
    first: string | (ComponentUninstallParams & { agentId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallAgent, targeted('agentId', first, second, options));
  }

  /**
   * Get agent rating.
   *
   * What all ratings come to: their mean and how often each was given, the mean of those that have it installed, and what
   * the caller said.
   *
   * @param agentId The component's id
   */
  getAgentRating(agentId: string, params?: ComponentGetRatingParams, options?: RequestOptions): ApiPromise<RatingOverview> {
    return this.one(operations.getAgentRating, { path: [agentId], params, options });
  }

  /**
   * Rate agent.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token. The ranking goes by the ratings of the tenants that have it installed, each counted once. A review that
   * is left out is taken back. The same may be sent as `POST …/rate`.
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
   * Gives an agent another id.
   *
   * At once, also where it waits for review; its versions, installations and ratings stay. Its old id goes on naming it for
   * ever, here, in lock files and in the dependencies of others, and is never given to something else. Versions keep
   * digest and bundle: those hold the id they were published under.
   *
   * @param agentId The component's id
   */
  renameAgent(agentId: string, params: RenameRequest & ComponentRenameParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.renameAgent, { path: [agentId], params, options });
  }

  /**
   * Reports an agent to the platform.
   *
   * For harm, leaked secrets, impersonation and the like; whoever may see it may report it. The publisher is not told who did.
   * A tenant has one open report of a component: another one takes its place.
   *
   * @param agentId The component's id
   */
  reportAgent(agentId: string, params: ReportRequest & ComponentReportParams, options?: RequestOptions): ApiPromise<ReportReceipt> {
    return this.one(operations.reportAgent, { path: [agentId], params, options });
  }

  /**
   * List agent reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant and whether it
   * has the component installed. What the platform hides is there for its author and the platform alone, with the reason.
   *
   * @param agentId The component's id
   */
  listAgentReviews(agentId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listAgentReviews, { path: [agentId], params, options });
  }

  /**
   * Flag agent review.
   *
   * Tells the platform that a review should not be there, and why. It stays until the platform decides. A member flags a
   * review once; another flag takes the place of the first.
   *
   * @param agentId The component's id
   * @param reviewId `rate_…`
   */
  flagAgentReview(agentId: string, reviewId: string, params: ReviewFlagRequest & ComponentFlagReviewParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.flagAgentReview, { path: [agentId, reviewId], params, options });
  }

  /**
   * Reply to agent review.
   *
   * Its publisher's answer, shown below the review, in place of the one before.
   *
   * @param agentId The component's id
   * @param reviewId `rate_…`
   */
  replyToAgentReview(agentId: string, reviewId: string, params: ReviewReplyRequest & ComponentReplyToReviewParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.replyToAgentReview, { path: [agentId, reviewId], params, options });
  }

  /**
   * Delete agent review reply.
   *
   * Takes the publisher's reply back. It is no error if there is none.
   *
   * @param agentId The component's id
   * @param reviewId `rate_…`
   */
  deleteAgentReviewReply(agentId: string, reviewId: string, params?: ComponentDeleteReviewReplyParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.deleteAgentReviewReply, { path: [agentId, reviewId], params, options });
  }

  /**
   * Get agent statistics.
   *
   * Installs, executions and ratings of a component. Everyone reads installs and ratings by day; its publisher (with
   * `usage:read`) and the platform read everything, by day, version or plan. Tenants count once, however often they install
   * or report again; who they are is not told, and by plan the figures of fewer than three are put together with others.
   *
   * @param agentId The component's id
   */
  getAgentStats(agentId: string, params?: ComponentGetStatsParams, options?: RequestOptions): ApiPromise<ComponentStatistics> {
    return this.one(operations.getAgentStats, { path: [agentId], params, options });
  }

  /**
   * Offers an agent to another publisher.
   *
   * Nothing changes until the other tenant accepts, for which it has 7 days. Then the component is the other's, with its
   * versions, installations and ratings; its old full name goes on naming it for ever. A member's token needs the role admin
   * or owner. The answer is the same whether there is such a tenant or not. There is one offer of a component at a time.
   *
   * @param agentId The component's id
   */
  transferAgent(agentId: string, params: TransferRequest & ComponentTransferParams, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.transferAgent, { path: [agentId], params, options });
  }

  /**
   * Lists the versions of an agent, the highest first.
   *
   * Its publisher also sees what waits and what was refused; the others what is available.
   *
   * @param agentId The component's id
   */
  listAgentVersions(agentId: string, params?: ComponentListVersionsParams, options?: RequestOptions): PagePromise<VersionInfo> {
    return this.page(operations.listAgentVersions, { path: [agentId], params, options });
  }

  /**
   * Reads one version of an agent.
   *
   * Its publisher reads any of them; the others those that are available.
   *
   * @param agentId The component's id
   * @param version Its number
   */
  getAgentVersion(agentId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getAgentVersion, { path: [agentId, version], params, options });
  }

  /**
   * Yanks a version of an agent.
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
   * Takes the yank of a version of an agent back.
   *
   * It can be the latest again, and be installed by everyone.
   *
   * @param agentId The component's id
   * @param version Its number
   */
  unyankAgentVersion(agentId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankAgentVersion, { path: [agentId, version], params, options });
  }

  /**
   * List the categories of agents.
   *
   * With the number of components the caller sees in each, the fullest first.
   */
  listAgentCategories(options?: RequestOptions): ApiPromise<CategoryCount[]> {
    return this.one(operations.listAgentCategories, { path: [], options });
  }
}
