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
  SkillPublish,
  Transfer,
  TransferRequest,
  VersionInfo,
  Yank,
} from '../types/index.js';
import { PublishingMethods } from './publishing.js';

const operations = {
  listSkillCategories: {
    method: 'GET',
    path: '/skill-marketplace/categories',
    answer: 'CategoryCount',
  },
  listSkills: {
    method: 'GET',
    path: '/skill-marketplace/skills',
    answer: 'Component',
  },
  publishSkill: {
    method: 'POST',
    path: '/skill-marketplace/skills',
    body: 'SkillPublish',
    query: ['dry_run', 'accept_redactions'],
    required: ['skill_id', 'marketplace_type', 'name', 'description'],
    answer: 'Component',
    dryRun: 'PublishCheck',
  },
  bulkInstallSkills: {
    method: 'POST',
    path: '/skill-marketplace/skills/bulk-install',
    body: 'BulkInstallRequest',
    required: ['ids'],
    answer: 'BulkInstallResponse',
  },
  searchSkills: {
    method: 'GET',
    path: '/skill-marketplace/skills/search',
    required: ['query'],
    answer: 'Component',
  },
  getSkill: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  withdrawSkill: {
    method: 'DELETE',
    path: '/skill-marketplace/skills/{id}',
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  updateSkill: {
    method: 'PATCH',
    path: '/skill-marketplace/skills/{id}',
    body: 'ComponentPatch',
    query: ['source_tenant_id'],
    headers: ['If-Match'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  getSkillBundle: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/bundle',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Bundle',
  },
  listSkillDependents: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/dependents',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  installSkill: {
    method: 'POST',
    path: '/skill-marketplace/skills/{id}/install',
    body: 'InstallRequest',
    query: ['dry_run'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Installation',
    dryRun: 'InstallPlan',
  },
  uninstallSkill: {
    method: 'DELETE',
    path: '/skill-marketplace/skills/{id}/install',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  getSkillRating: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingOverview',
  },
  rateSkill: {
    method: 'PUT',
    path: '/skill-marketplace/skills/{id}/rating',
    body: 'RateRequest',
    query: ['source_tenant_id'],
    required: ['rating'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  deleteSkillRating: {
    method: 'DELETE',
    path: '/skill-marketplace/skills/{id}/rating',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'RatingSummary',
  },
  renameSkill: {
    method: 'POST',
    path: '/skill-marketplace/skills/{id}/rename',
    body: 'RenameRequest',
    query: ['source_tenant_id'],
    required: ['new_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Component',
  },
  reportSkill: {
    method: 'POST',
    path: '/skill-marketplace/skills/{id}/report',
    body: 'ReportRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ReportReceipt',
  },
  listSkillReviews: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/reviews',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  flagSkillReview: {
    method: 'POST',
    path: '/skill-marketplace/skills/{id}/reviews/{review_id}/flag',
    body: 'ReviewFlagRequest',
    query: ['source_tenant_id'],
    required: ['reason'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
  },
  replyToSkillReview: {
    method: 'PUT',
    path: '/skill-marketplace/skills/{id}/reviews/{review_id}/reply',
    body: 'ReviewReplyRequest',
    query: ['source_tenant_id'],
    required: ['text'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  deleteSkillReviewReply: {
    method: 'DELETE',
    path: '/skill-marketplace/skills/{id}/reviews/{review_id}/reply',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Review',
  },
  getSkillStats: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/stats',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'ComponentStatistics',
  },
  transferSkill: {
    method: 'POST',
    path: '/skill-marketplace/skills/{id}/transfer',
    body: 'TransferRequest',
    query: ['source_tenant_id'],
    required: ['to_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'Transfer',
  },
  listSkillVersions: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/versions',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  getSkillVersion: {
    method: 'GET',
    path: '/skill-marketplace/skills/{id}/versions/{version}',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  yankSkillVersion: {
    method: 'POST',
    path: '/skill-marketplace/skills/{id}/versions/{version}/yank',
    body: 'Yank',
    query: ['source_tenant_id'],
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
  unyankSkillVersion: {
    method: 'DELETE',
    path: '/skill-marketplace/skills/{id}/versions/{version}/yank',
    reserved: { id: ['bulk-install', 'categories', 'search'] },
    answer: 'VersionInfo',
  },
} as const satisfies Record<string, Operation>;

/** Methods for skills. */
export abstract class SkillsMethods extends PublishingMethods {
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
   * Publishes a skill, or a new version of one.
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
  publishSkill(params: SkillPublish & ComponentPublishParams & { dryRun: true }, options?: RequestOptions): ApiPromise<PublishCheck>;
  /**
   * Publishes a skill, or a new version of one.
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
  publishSkill(params: SkillPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component>;
  publishSkill(params: SkillPublish & ComponentPublishParams, options?: RequestOptions): ApiPromise<Component | PublishCheck> {
    return this.one(operations.publishSkill, { path: [], params, options });
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
  /**
   * Install several skills.
   *
   * Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
   * order given, so one that fails does not keep the others back; an id that is there twice is installed once.
   *
   * Called as `(skillIds, params)` or `({ skillIds, … })`; up to 100 ids.
   */
  bulkInstallSkills(params: BulkInstallRequest, options?: RequestOptions): ApiPromise<BulkInstallResponse>;
  bulkInstallSkills(
    first: readonly string[] | BulkInstallRequest,
    second?: BulkInstallRequest | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<BulkInstallResponse> {
    return this.one(operations.bulkInstallSkills, bulk('skillIds', first, second, options));
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
   * one; otherwise 409 lists the candidates. Its publisher also sees what waits for review. By a former id, or a former
   * publisher's, the answer has the present ones, and `Content-Location`.
   *
   * @param skillId The publisher's id
   */
  getSkill(skillId: string, params?: ComponentGetParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.getSkill, { path: [skillId], params, options });
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
   * Only `deprecated` and `shared_with` change without a new version. A version that holds what sanitising would take out is
   * not shared (400 CHECKS_FAILED with `details.redactions`): publish it again with `shared_with`. With `If-Match`, only if nobody changed it meanwhile.
   *
   * @param skillId The component's id
   */
  updateSkill(skillId: string, params: ComponentPatch & ComponentUpdateParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.updateSkill, { path: [skillId], params, options });
  }

  /**
   * Fetches everything an instance needs to run a skill.
   *
   * Whoever may see the component may fetch it. The bytes of a version never change. With
   * `Accept: application/vnd.dsse.envelope.v1+json` they come in an envelope, signed by the instance where the version was
   * published; `ETag` and `Content-Digest` are of exactly the bytes that are sent. A yanked version, or one that is not the
   * latest, is given by its number alone.
   *
   * @param skillId The component's id
   */
  getSkillBundle(skillId: string, params?: ComponentGetBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getSkillBundle, { path: [skillId], params, options });
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
  installSkill(params: InstallRequest & ComponentInstallParams & { skillId: string } & { dryRun: true }, options?: RequestOptions): ApiPromise<InstallPlan>;
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
  installSkill(skillId: string, targetTenantId?: string | null, options?: RequestOptions): ApiPromise<Installation>;
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
  installSkill(skillId: string, params: InstallRequest & ComponentInstallParams, options?: RequestOptions): ApiPromise<Installation>;
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
  /**
   * Uninstall skill.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(skillId, targetTenantId)`, `(skillId, params)` or `({ skillId, … })`.
   */
  uninstallSkill(skillId: string, params: ComponentUninstallParams, options?: RequestOptions): ApiPromise<void>;
  /**
   * Uninstall skill.
   *
   * Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
   * other installations need stays: 409 with `details.dependents`.
   *
   * Called as `(skillId, targetTenantId)`, `(skillId, params)` or `({ skillId, … })`.
   */
  uninstallSkill(params: ComponentUninstallParams & { skillId: string }, options?: RequestOptions): ApiPromise<void>;
  uninstallSkill(
    first: string | (ComponentUninstallParams & { skillId: string }),
    second?: string | null | (ComponentUninstallParams) | RequestOptions,
    options?: RequestOptions,
  ): ApiPromise<void> {
    return this.one(operations.uninstallSkill, targeted('skillId', first, second, options));
  }

  /**
   * Get skill rating.
   *
   * What all ratings come to: their mean and how often each was given, the mean of those that have it installed, and what
   * the caller said.
   *
   * @param skillId The component's id
   */
  getSkillRating(skillId: string, params?: ComponentGetRatingParams, options?: RequestOptions): ApiPromise<RatingOverview> {
    return this.one(operations.getSkillRating, { path: [skillId], params, options });
  }

  /**
   * Rate skill.
   *
   * Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
   * maker of a token. The ranking goes by the ratings of the tenants that have it installed, each counted once. A review that
   * is left out is taken back. The same may be sent as `POST …/rate`.
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
   * Gives a skill another id.
   *
   * At once, also where it waits for review; its versions, installations and ratings stay. Its old id goes on naming it for
   * ever, here, in lock files and in the dependencies of others, and is never given to something else. Versions keep
   * digest and bundle: those hold the id they were published under.
   *
   * @param skillId The component's id
   */
  renameSkill(skillId: string, params: RenameRequest & ComponentRenameParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.renameSkill, { path: [skillId], params, options });
  }

  /**
   * Reports a skill to the platform.
   *
   * For harm, leaked secrets, impersonation and the like; whoever may see it may report it. The publisher is not told who did.
   * A tenant has one open report of a component: another one takes its place.
   *
   * @param skillId The component's id
   */
  reportSkill(skillId: string, params: ReportRequest & ComponentReportParams, options?: RequestOptions): ApiPromise<ReportReceipt> {
    return this.one(operations.reportSkill, { path: [skillId], params, options });
  }

  /**
   * List skill reviews.
   *
   * The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant and whether it
   * has the component installed. What the platform hides is there for its author and the platform alone, with the reason.
   *
   * @param skillId The component's id
   */
  listSkillReviews(skillId: string, params?: ComponentListReviewsParams, options?: RequestOptions): PagePromise<Review> {
    return this.page(operations.listSkillReviews, { path: [skillId], params, options });
  }

  /**
   * Flag skill review.
   *
   * Tells the platform that a review should not be there, and why. It stays until the platform decides. A member flags a
   * review once; another flag takes the place of the first.
   *
   * @param skillId The component's id
   * @param reviewId `rate_…`
   */
  flagSkillReview(skillId: string, reviewId: string, params: ReviewFlagRequest & ComponentFlagReviewParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.flagSkillReview, { path: [skillId, reviewId], params, options });
  }

  /**
   * Reply to skill review.
   *
   * Its publisher's answer, shown below the review, in place of the one before.
   *
   * @param skillId The component's id
   * @param reviewId `rate_…`
   */
  replyToSkillReview(skillId: string, reviewId: string, params: ReviewReplyRequest & ComponentReplyToReviewParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.replyToSkillReview, { path: [skillId, reviewId], params, options });
  }

  /**
   * Delete skill review reply.
   *
   * Takes the publisher's reply back. It is no error if there is none.
   *
   * @param skillId The component's id
   * @param reviewId `rate_…`
   */
  deleteSkillReviewReply(skillId: string, reviewId: string, params?: ComponentDeleteReviewReplyParams, options?: RequestOptions): ApiPromise<Review> {
    return this.one(operations.deleteSkillReviewReply, { path: [skillId, reviewId], params, options });
  }

  /**
   * Get skill statistics.
   *
   * Installs, executions and ratings of a component. Everyone reads installs and ratings by day; its publisher (with
   * `usage:read`) and the platform read everything, by day, version or plan. Tenants count once, however often they install
   * or report again; who they are is not told, and by plan the figures of fewer than three are put together with others.
   *
   * @param skillId The component's id
   */
  getSkillStats(skillId: string, params?: ComponentGetStatsParams, options?: RequestOptions): ApiPromise<ComponentStatistics> {
    return this.one(operations.getSkillStats, { path: [skillId], params, options });
  }

  /**
   * Offers a skill to another publisher.
   *
   * Nothing changes until the other tenant accepts, for which it has 7 days. Then the component is the other's, with its
   * versions, installations and ratings; its old full name goes on naming it for ever. A member's token needs the role admin
   * or owner. The answer is the same whether there is such a tenant or not. There is one offer of a component at a time.
   *
   * @param skillId The component's id
   */
  transferSkill(skillId: string, params: TransferRequest & ComponentTransferParams, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.transferSkill, { path: [skillId], params, options });
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
   * Its publisher reads any of them; the others those that are available.
   *
   * @param skillId The component's id
   * @param version Its number
   */
  getSkillVersion(skillId: string, version: string, params?: ComponentGetVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.getSkillVersion, { path: [skillId, version], params, options });
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
   * It can be the latest again, and be installed by everyone.
   *
   * @param skillId The component's id
   * @param version Its number
   */
  unyankSkillVersion(skillId: string, version: string, params?: ComponentUnyankVersionParams, options?: RequestOptions): ApiPromise<VersionInfo> {
    return this.one(operations.unyankSkillVersion, { path: [skillId, version], params, options });
  }
}
