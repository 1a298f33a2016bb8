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
  BulkInstallRequest,
  BulkInstallResponse,
  Bundle,
  CanvasPublish,
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
import { AgentsMethods } from './agents.js';

const operations = {
  listCanvasCategories: {
    method: 'GET',
    path: '/canvas-marketplace/categories',
    answer: 'CategoryCount',
  },
  listCanvases: {
    method: 'GET',
    path: '/canvas-marketplace/components',
    answer: 'Component',
  },
  publishCanvas: {
    method: 'POST',
    path: '/canvas-marketplace/components',
    body: 'CanvasPublish',
    query: ['dry_run', 'accept_redactions'],
    required: ['canvas_id', 'marketplace_type', 'name', 'description'],
    answer: 'Component',
    dryRun: 'PublishCheck',
  },
  bulkInstallCanvases: {
    method: 'POST',
    path: '/canvas-marketplace/components/bulk-install',
    body: 'BulkInstallRequest',
    required: ['ids'],
    answer: 'BulkInstallResponse',
  },
  searchCanvases: {
    method: 'GET',
    path: '/canvas-marketplace/components/search',
    required: ['query'],
    answer: 'Component',
  },
  getCanvas: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  withdrawCanvas: {
    method: 'DELETE',
    path: '/canvas-marketplace/components/{id}',
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  updateCanvas: {
    method: 'PATCH',
    path: '/canvas-marketplace/components/{id}',
    body: 'ComponentPatch',
    query: ['source_tenant_id'],
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  getCanvasBundle: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/bundle',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Bundle',
  },
  listCanvasDependents: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/dependents',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  installCanvas: {
    method: 'POST',
    path: '/canvas-marketplace/components/{id}/install',
    body: 'InstallRequest',
    query: ['dry_run'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Installation',
    dryRun: 'InstallPlan',
  },
  uninstallCanvas: {
    method: 'DELETE',
    path: '/canvas-marketplace/components/{id}/install',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  getCanvasRating: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingOverview',
  },
  rateCanvas: {
    method: 'PUT',
    path: '/canvas-marketplace/components/{id}/rating',
    body: 'RateRequest',
    query: ['source_tenant_id'],
    required: ['rating'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  deleteCanvasRating: {
    method: 'DELETE',
    path: '/canvas-marketplace/components/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  renameCanvas: {
    method: 'POST',
    path: '/canvas-marketplace/components/{id}/rename',
    body: 'RenameRequest',
    query: ['source_tenant_id'],
    required: ['new_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  reportCanvas: {
    method: 'POST',
    path: '/canvas-marketplace/components/{id}/report',
    body: 'ReportRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ReportReceipt',
  },
  listCanvasReviews: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/reviews',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  flagCanvasReview: {
    method: 'POST',
    path: '/canvas-marketplace/components/{id}/reviews/{review_id}/flag',
    body: 'ReviewFlagRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  replyToCanvasReview: {
    method: 'PUT',
    path: '/canvas-marketplace/components/{id}/reviews/{review_id}/reply',
    body: 'ReviewReplyRequest',
    query: ['source_tenant_id'],
    required: ['text'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  deleteCanvasReviewReply: {
    method: 'DELETE',
    path: '/canvas-marketplace/components/{id}/reviews/{review_id}/reply',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  getCanvasStats: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/stats',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ComponentStatistics',
  },
  transferCanvas: {
    method: 'POST',
    path: '/canvas-marketplace/components/{id}/transfer',
    body: 'TransferRequest',
    query: ['source_tenant_id'],
    required: ['to_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Transfer',
  },
  listCanvasVersions: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/versions',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  getCanvasVersion: {
    method: 'GET',
    path: '/canvas-marketplace/components/{id}/versions/{version}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  yankCanvasVersion: {
    method: 'POST',
    path: '/canvas-marketplace/components/{id}/versions/{version}/yank',
    body: 'Yank',
    query: ['source_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  unyankCanvasVersion: {
    method: 'DELETE',
    path: '/canvas-marketplace/components/{id}/versions/{version}/yank',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
} as const satisfies Record<string, Operation>;

/** Methods for canvases. */
export abstract class CanvasesMethods extends AgentsMethods {
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
   * Publishes a canvas, or a new version of one.
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
  publishCanvas(params: CanvasPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  /**
   * Publishes a canvas, or a new version of one.
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
  publishCanvas(params: CanvasPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishCanvas(params: CanvasPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishCanvas, { path: [], params, options });
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
  /**
   * Install several canvases.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
   *
   * Called as `(canvasIds, params)` or `({ canvasIds, … })`; up to 100 ids.
   */
  bulkInstallCanvases(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallCanvases(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallCanvases, bulk('canvasIds', first, second, options));
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
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review. By a former id, or a former
   * publisher's, the answer has the present ones, and `Content-Location`.
   *
   * @param canvasId The publisher's id
   */
  getCanvas(canvasId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getCanvas, { path: [canvasId], params, options });
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
   * Only `deprecated` and `shared_with` change without a new version. A version that holds what sanitising would take out is
   * not shared (400 CHECKS_FAILED with `details.redactions`): publish it again with `shared_with`. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param canvasId The component's id
   */
  updateCanvas(canvasId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateCanvas, { path: [canvasId], params, options });
  }

  /**
   * Fetches everything an instance needs to run a canvas.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change. With
   * `Accept: application/vnd.dsse.envelope.v1+json` they come in an envelope, signed by the instance where the version was
   * published; `ETag` and `Content-Digest` are of exactly the bytes that are sent. A yanked version, or one that is not the
   * latest, is given by its number alone.
   *
   * @param canvasId The component's id
   */
  getCanvasBundle(canvasId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getCanvasBundle, { path: [canvasId], params, options });
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
  installCanvas(params: InstallRequest & ComponentInstallParams & { canvasId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
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
  installCanvas(canvasId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
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
  installCanvas(canvasId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
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
  /**
   * Uninstall canvas.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(canvasId, targetTenantId)`, `(canvasId, params)` or `({ canvasId, … })`.
   */
  uninstallCanvas(canvasId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  /**
   * Uninstall canvas.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(canvasId, targetTenantId)`, `(canvasId, params)` or `({ canvasId, … })`.
   */
  uninstallCanvas(params: ComponentUninstallParams & { canvasId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallCanvas(
    first: string | (ComponentUninstallParams & { canvasId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallCanvas, targeted('canvasId', first, second, options));
  }

  /**
   * Get canvas rating.
   *
   * What all ratings come to: their mean and how often each was given, the mean of those that have it installed, and what
   * the caller said.
   *
   * @param canvasId The component's id
   */
  getCanvasRating(canvasId: string, params?: ComponentGetRatingParams, options?: RequestOptions): ApiPromise<RatingOverview> {
    return this.one(operations.getCanvasRating, { path: [canvasId], params, options });
  }

  /**
   * Rate canvas.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token. The ranking goes by the ratings of the tenants that have it installed, each counted once. A review that
   * is left out is taken back. The same may be sent as `POST …/rate`.
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
   * Gives a canvas another id.
   *
   * At once, also where it waits for review; its versions, installations and ratings stay. Its old id goes on naming it for
   * ever, here, in lock files and in the dependencies of others, and is never given to something else. Versions keep
   * digest and bundle: those hold the id they were published under.
   *
   * @param canvasId The component's id
   */
  renameCanvas(canvasId: string, params: RenameRequest & ComponentRenameParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.renameCanvas, { path: [canvasId], params, options });
  }

  /**
   * Reports a canvas to the platform.
   *
   * For harm, leaked secrets, impersonation and the like; whoever may see it may report it. The publisher is not told who did.
   * A tenant has one open report of a component: another one takes its place.
   *
   * @param canvasId The component's id
   */
  reportCanvas(canvasId: string, params: ReportRequest & ComponentReportParams, options?: RequestOptions): ApiPromise<ReportReceipt> {
    return this.one(operations.reportCanvas, { path: [canvasId], params, options });
  }

  /**
   * List canvas reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant and whether it
   * has the component installed. What the platform hides is there for its author and the platform alone, with the reason.
   *
   * @param canvasId The component's id
   */
  listCanvasReviews(canvasId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listCanvasReviews, { path: [canvasId], params, options });
  }

  /**
   * Flag canvas review.
   *
   * Tells the platform that a review should not be there, and why. It stays until the platform decides. A member flags a
   * review once; another flag takes the place of the first.
   *
   * @param canvasId The component's id
   * @param reviewId `rate_…`
   */
  flagCanvasReview(canvasId: string, reviewId: string, params: ReviewFlagRequest & ComponentFlagReviewParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.flagCanvasReview, { path: [canvasId, reviewId], params, options });
  }

  /**
   * Reply to canvas review.
   *
   * Its publisher's answer, shown below the review, in place of the one before.
   *
   * @param canvasId The component's id
   * @param reviewId `rate_…`
   */
  replyToCanvasReview(canvasId: string, reviewId: string, params: ReviewReplyRequest & ComponentReplyToReviewParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.replyToCanvasReview, { path: [canvasId, reviewId], params, options });
  }

  /**
   * Delete canvas review reply.
   *
   * Takes the publisher's reply back. It is no error if there is none.
   *
   * @param canvasId The component's id
   * @param reviewId `rate_…`
   */
  deleteCanvasReviewReply(canvasId: string, reviewId: string, params?: ComponentDeleteReviewReplyParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.deleteCanvasReviewReply, { path: [canvasId, reviewId], params, options });
  }

  /**
   * Get canvas statistics.
   *
   * Installs, executions and ratings of a component. Everyone reads installs and ratings by day; its publisher (with
   * `usage:read`) and the platform read everything, by day, version or plan. Tenants count once, however often they install
   * or report again; who they are is not told, and by plan the figures of fewer than three are put together with others.
   *
   * @param canvasId The component's id
   */
  getCanvasStats(canvasId: string, params?: ComponentGetStatsParams, options?: RequestOptions): ApiPromise<ComponentStatistics> {
    return this.one(operations.getCanvasStats, { path: [canvasId], params, options });
  }

  /**
   * Offers a canvas to another publisher.
   *
   * Nothing changes until the other tenant accepts, for which it has 7 days. Then the component is the other's, with its
   * versions, installations and ratings; its old full name goes on naming it for ever. A member's token needs the role admin
   * or owner. The answer is the same whether there is such a tenant or not. There is one offer of a component at a time.
   *
   * @param canvasId The component's id
   */
  transferCanvas(canvasId: string, params: TransferRequest & ComponentTransferParams, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.transferCanvas, { path: [canvasId], params, options });
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
   * Its publisher reads any of them; the others those that are available.
   *
   * @param canvasId The component's id
   * @param version Its number
   */
  getCanvasVersion(canvasId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getCanvasVersion, { path: [canvasId, version], params, options });
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
   * It can be the latest again, and be installed by everyone.
   *
   * @param canvasId The component's id
   * @param version Its number
   */
  unyankCanvasVersion(canvasId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankCanvasVersion, { path: [canvasId, version], params, options });
  }
}
