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
  CategoryCount,
  Component,
  ComponentPatch,
  ComponentStatistics,
  DomainPublish,
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
import { ComponentsMethods } from './components.js';

const operations = {
  listDomainCategories: {
    method: 'GET',
    path: '/domain-marketplace/categories',
    answer: 'CategoryCount',
  },
  listDomains: {
    method: 'GET',
    path: '/domain-marketplace/domains',
    answer: 'Component',
  },
  publishDomain: {
    method: 'POST',
    path: '/domain-marketplace/domains',
    body: 'DomainPublish',
    query: ['dry_run', 'accept_redactions'],
    required: ['domain_id', 'marketplace_type', 'name', 'description'],
    answer: 'Component',
    dryRun: 'PublishCheck',
  },
  bulkInstallDomains: {
    method: 'POST',
    path: '/domain-marketplace/domains/bulk-install',
    body: 'BulkInstallRequest',
    required: ['ids'],
    answer: 'BulkInstallResponse',
  },
  searchDomains: {
    method: 'GET',
    path: '/domain-marketplace/domains/search',
    required: ['query'],
    answer: 'Component',
  },
  getDomain: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  withdrawDomain: {
    method: 'DELETE',
    path: '/domain-marketplace/domains/{id}',
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  updateDomain: {
    method: 'PATCH',
    path: '/domain-marketplace/domains/{id}',
    body: 'ComponentPatch',
    query: ['source_tenant_id'],
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  getDomainBundle: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/bundle',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Bundle',
  },
  listDomainDependents: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/dependents',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  installDomain: {
    method: 'POST',
    path: '/domain-marketplace/domains/{id}/install',
    body: 'InstallRequest',
    query: ['dry_run'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Installation',
    dryRun: 'InstallPlan',
  },
  uninstallDomain: {
    method: 'DELETE',
    path: '/domain-marketplace/domains/{id}/install',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  getDomainRating: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingOverview',
  },
  rateDomain: {
    method: 'PUT',
    path: '/domain-marketplace/domains/{id}/rating',
    body: 'RateRequest',
    query: ['source_tenant_id'],
    required: ['rating'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  deleteDomainRating: {
    method: 'DELETE',
    path: '/domain-marketplace/domains/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  renameDomain: {
    method: 'POST',
    path: '/domain-marketplace/domains/{id}/rename',
    body: 'RenameRequest',
    query: ['source_tenant_id'],
    required: ['new_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  reportDomain: {
    method: 'POST',
    path: '/domain-marketplace/domains/{id}/report',
    body: 'ReportRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ReportReceipt',
  },
  listDomainReviews: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/reviews',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  flagDomainReview: {
    method: 'POST',
    path: '/domain-marketplace/domains/{id}/reviews/{review_id}/flag',
    body: 'ReviewFlagRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  replyToDomainReview: {
    method: 'PUT',
    path: '/domain-marketplace/domains/{id}/reviews/{review_id}/reply',
    body: 'ReviewReplyRequest',
    query: ['source_tenant_id'],
    required: ['text'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  deleteDomainReviewReply: {
    method: 'DELETE',
    path: '/domain-marketplace/domains/{id}/reviews/{review_id}/reply',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  getDomainStats: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/stats',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ComponentStatistics',
  },
  transferDomain: {
    method: 'POST',
    path: '/domain-marketplace/domains/{id}/transfer',
    body: 'TransferRequest',
    query: ['source_tenant_id'],
    required: ['to_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Transfer',
  },
  listDomainVersions: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/versions',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  getDomainVersion: {
    method: 'GET',
    path: '/domain-marketplace/domains/{id}/versions/{version}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  yankDomainVersion: {
    method: 'POST',
    path: '/domain-marketplace/domains/{id}/versions/{version}/yank',
    body: 'Yank',
    query: ['source_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  unyankDomainVersion: {
    method: 'DELETE',
    path: '/domain-marketplace/domains/{id}/versions/{version}/yank',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
} as const satisfies Record<string, Operation>;

/** Methods for domains. */
export abstract class DomainsMethods extends ComponentsMethods {
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
   * Publishes a domain, or a new version of one.
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
  publishDomain(params: DomainPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  /**
   * Publishes a domain, or a new version of one.
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
  publishDomain(params: DomainPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishDomain(params: DomainPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishDomain, { path: [], params, options });
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
  /**
   * Install several domains.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
   *
   * Called as `(domainIds, params)` or `({ domainIds, … })`; up to 100 ids.
   */
  bulkInstallDomains(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallDomains(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallDomains, bulk('domainIds', first, second, options));
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
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review. By a former id, or a former
   * publisher's, the answer has the present ones, and `Content-Location`.
   *
   * @param domainId The publisher's id
   */
  getDomain(domainId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getDomain, { path: [domainId], params, options });
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
   * Only `deprecated` and `shared_with` change without a new version. A version that holds what sanitising would take out is
   * not shared (400 CHECKS_FAILED with `details.redactions`): publish it again with `shared_with`. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param domainId The component's id
   */
  updateDomain(domainId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateDomain, { path: [domainId], params, options });
  }

  /**
   * Fetches everything an instance needs to run a domain.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change. With
   * `Accept: application/vnd.dsse.envelope.v1+json` they come in an envelope, signed by the instance where the version was
   * published; `ETag` and `Content-Digest` are of exactly the bytes that are sent. A yanked version, or one that is not the
   * latest, is given by its number alone.
   *
   * @param domainId The component's id
   */
  getDomainBundle(domainId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getDomainBundle, { path: [domainId], params, options });
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
  installDomain(params: InstallRequest & ComponentInstallParams & { domainId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
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
  installDomain(domainId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
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
  installDomain(domainId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
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
  /**
   * Uninstall domain.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(domainId, targetTenantId)`, `(domainId, params)` or `({ domainId, … })`.
   */
  uninstallDomain(domainId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  /**
   * Uninstall domain.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(domainId, targetTenantId)`, `(domainId, params)` or `({ domainId, … })`.
   */
  uninstallDomain(params: ComponentUninstallParams & { domainId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallDomain(
    first: string | (ComponentUninstallParams & { domainId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallDomain, targeted('domainId', first, second, options));
  }

  /**
   * Get domain rating.
   *
   * What all ratings come to: their mean and how often each was given, the mean of those that have it installed, and what
   * the caller said.
   *
   * @param domainId The component's id
   */
  getDomainRating(domainId: string, params?: ComponentGetRatingParams, options?: RequestOptions): ApiPromise<RatingOverview> {
    return this.one(operations.getDomainRating, { path: [domainId], params, options });
  }

  /**
   * Rate domain.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token. The ranking goes by the ratings of the tenants that have it installed, each counted once. A review that
   * is left out is taken back. The same may be sent as `POST …/rate`.
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
   * Gives a domain another id.
   *
   * At once, also where it waits for review; its versions, installations and ratings stay. Its old id goes on naming it for
   * ever, here, in lock files and in the dependencies of others, and is never given to something else. Versions keep
   * digest and bundle: those hold the id they were published under.
   *
   * @param domainId The component's id
   */
  renameDomain(domainId: string, params: RenameRequest & ComponentRenameParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.renameDomain, { path: [domainId], params, options });
  }

  /**
   * Reports a domain to the platform.
   *
   * For harm, leaked secrets, impersonation and the like; whoever may see it may report it. The publisher is not told who did.
   * A tenant has one open report of a component: another one takes its place.
   *
   * @param domainId The component's id
   */
  reportDomain(domainId: string, params: ReportRequest & ComponentReportParams, options?: RequestOptions): ApiPromise<ReportReceipt> {
    return this.one(operations.reportDomain, { path: [domainId], params, options });
  }

  /**
   * List domain reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant and whether it
   * has the component installed. What the platform hides is there for its author and the platform alone, with the reason.
   *
   * @param domainId The component's id
   */
  listDomainReviews(domainId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listDomainReviews, { path: [domainId], params, options });
  }

  /**
   * Flag domain review.
   *
   * Tells the platform that a review should not be there, and why. It stays until the platform decides. A member flags a
   * review once; another flag takes the place of the first.
   *
   * @param domainId The component's id
   * @param reviewId `rate_…`
   */
  flagDomainReview(domainId: string, reviewId: string, params: ReviewFlagRequest & ComponentFlagReviewParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.flagDomainReview, { path: [domainId, reviewId], params, options });
  }

  /**
   * Reply to domain review.
   *
   * Its publisher's answer, shown below the review, in place of the one before.
   *
   * @param domainId The component's id
   * @param reviewId `rate_…`
   */
  replyToDomainReview(domainId: string, reviewId: string, params: ReviewReplyRequest & ComponentReplyToReviewParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.replyToDomainReview, { path: [domainId, reviewId], params, options });
  }

  /**
   * Delete domain review reply.
   *
   * Takes the publisher's reply back. It is no error if there is none.
   *
   * @param domainId The component's id
   * @param reviewId `rate_…`
   */
  deleteDomainReviewReply(domainId: string, reviewId: string, params?: ComponentDeleteReviewReplyParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.deleteDomainReviewReply, { path: [domainId, reviewId], params, options });
  }

  /**
   * Get domain statistics.
   *
   * Installs, executions and ratings of a component. Everyone reads installs and ratings by day; its publisher (with
   * `usage:read`) and the platform read everything, by day, version or plan. Tenants count once, however often they install
   * or report again; who they are is not told, and by plan the figures of fewer than three are put together with others.
   *
   * @param domainId The component's id
   */
  getDomainStats(domainId: string, params?: ComponentGetStatsParams, options?: RequestOptions): ApiPromise<ComponentStatistics> {
    return this.one(operations.getDomainStats, { path: [domainId], params, options });
  }

  /**
   * Offers a domain to another publisher.
   *
   * Nothing changes until the other tenant accepts, for which it has 7 days. Then the component is the other's, with its
   * versions, installations and ratings; its old full name goes on naming it for ever. A member's token needs the role admin
   * or owner. The answer is the same whether there is such a tenant or not. There is one offer of a component at a time.
   *
   * @param domainId The component's id
   */
  transferDomain(domainId: string, params: TransferRequest & ComponentTransferParams, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.transferDomain, { path: [domainId], params, options });
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
   * Its publisher reads any of them; the others those that are available.
   *
   * @param domainId The component's id
   * @param version Its number
   */
  getDomainVersion(domainId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getDomainVersion, { path: [domainId, version], params, options });
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
   * It can be the latest again, and be installed by everyone.
   *
   * @param domainId The component's id
   * @param version Its number
   */
  unyankDomainVersion(domainId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankDomainVersion, { path: [domainId, version], params, options });
  }
}
