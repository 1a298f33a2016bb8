// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type {
  AdminExportAuditLogParams,
  AdminListAuditLogParams,
  AdminListReviewsParams,
  AdminListTenantsParams,
  AdminVerifyAuditLogParams,
  ListCheckRunFindingsParams,
  ListReportsParams,
  ListSubmissionMessagesParams,
  ListSubmissionsParams,
  UnclaimSubmissionParams,
} from '../parameters.js';
import type {
  ApiTokenCreate,
  ApiTokenCreated,
  AuditEntry,
  AuditVerification,
  CheckRun,
  CheckRunVersion,
  Claim,
  Component,
  Decision,
  Kind,
  Message,
  MessageCreate,
  ModeratedReview,
  PlatformStats,
  Quarantine,
  Report,
  ReportResolution,
  ReviewDecision,
  Submission,
  SubmissionDetail,
  SubmissionDiff,
  Takedown,
  TakedownRequest,
  Tenant,
  TenantAdminUpdate,
  TenantCreate,
} from '../types/index.js';
import { AccountMethods } from './account.js';

const operations = {
  adminListAuditLog: {
    method: 'GET',
    path: '/admin/audit-log',
    answer: 'AuditEntry',
  },
  adminExportAuditLog: {
    method: 'GET',
    path: '/admin/audit-log/export',
    text: true,
  },
  adminVerifyAuditLog: {
    method: 'GET',
    path: '/admin/audit-log/verify',
    answer: 'AuditVerification',
  },
  startCheckRun: {
    method: 'POST',
    path: '/admin/checks/runs',
    answer: 'CheckRun',
  },
  getCheckRun: {
    method: 'GET',
    path: '/admin/checks/runs/{id}',
    answer: 'CheckRun',
  },
  listCheckRunFindings: {
    method: 'GET',
    path: '/admin/checks/runs/{id}/findings',
    answer: 'CheckRunVersion',
  },
  quarantineComponent: {
    method: 'POST',
    path: '/admin/components/{kind}/{tenant}/{id}/quarantine',
    body: 'Quarantine',
    answer: 'Component',
  },
  releaseComponent: {
    method: 'POST',
    path: '/admin/components/{kind}/{tenant}/{id}/release',
    body: 'Quarantine',
    answer: 'Component',
  },
  takeDownComponent: {
    method: 'POST',
    path: '/admin/components/{kind}/{tenant}/{id}/takedown',
    body: 'TakedownRequest',
    required: ['reason'],
    answer: 'Takedown',
  },
  listReports: {
    method: 'GET',
    path: '/admin/reports',
    answer: 'Report',
  },
  getReport: {
    method: 'GET',
    path: '/admin/reports/{id}',
    answer: 'Report',
  },
  resolveReport: {
    method: 'POST',
    path: '/admin/reports/{id}/resolve',
    body: 'ReportResolution',
    required: ['outcome', 'reason'],
    answer: 'Report',
  },
  adminListReviews: {
    method: 'GET',
    path: '/admin/reviews',
    answer: 'ModeratedReview',
  },
  hideReview: {
    method: 'POST',
    path: '/admin/reviews/{review_id}/hide',
    body: 'ReviewDecision',
    answer: 'ModeratedReview',
  },
  showReview: {
    method: 'POST',
    path: '/admin/reviews/{review_id}/show',
    body: 'ReviewDecision',
    answer: 'ModeratedReview',
  },
  adminGetStats: {
    method: 'GET',
    path: '/admin/stats',
    answer: 'PlatformStats',
  },
  listSubmissions: {
    method: 'GET',
    path: '/admin/submissions',
    answer: 'Submission',
  },
  getSubmission: {
    method: 'GET',
    path: '/admin/submissions/{id}',
    answer: 'SubmissionDetail',
  },
  approveSubmission: {
    method: 'POST',
    path: '/admin/submissions/{id}/approve',
    body: 'Decision',
    answer: 'Component',
  },
  claimSubmission: {
    method: 'POST',
    path: '/admin/submissions/{id}/claim',
    body: 'Claim',
    answer: 'Submission',
  },
  unclaimSubmission: {
    method: 'DELETE',
    path: '/admin/submissions/{id}/claim',
  },
  getSubmissionDiff: {
    method: 'GET',
    path: '/admin/submissions/{id}/diff',
    answer: 'SubmissionDiff',
  },
  listSubmissionMessages: {
    method: 'GET',
    path: '/admin/submissions/{id}/messages',
    answer: 'Message',
  },
  createSubmissionMessage: {
    method: 'POST',
    path: '/admin/submissions/{id}/messages',
    body: 'MessageCreate',
    required: ['text'],
    answer: 'Message',
  },
  rejectSubmission: {
    method: 'POST',
    path: '/admin/submissions/{id}/reject',
    body: 'Decision',
    answer: 'Component',
  },
  requestSubmissionChanges: {
    method: 'POST',
    path: '/admin/submissions/{id}/request-changes',
    body: 'Decision',
    answer: 'Component',
  },
  adminListTenants: {
    method: 'GET',
    path: '/admin/tenants',
    answer: 'Tenant',
  },
  adminCreateTenant: {
    method: 'POST',
    path: '/admin/tenants',
    body: 'TenantCreate',
    required: ['name'],
    answer: 'Tenant',
  },
  adminGetTenant: {
    method: 'GET',
    path: '/admin/tenants/{tenant_id}',
    answer: 'Tenant',
  },
  adminUpdateTenant: {
    method: 'PATCH',
    path: '/admin/tenants/{tenant_id}',
    body: 'TenantAdminUpdate',
    answer: 'Tenant',
  },
  adminCreateTenantToken: {
    method: 'POST',
    path: '/admin/tenants/{tenant_id}/tokens',
    body: 'ApiTokenCreate',
    required: ['name'],
    answer: 'ApiTokenCreated',
  },
} as const satisfies Record<string, Operation>;

/** Methods for admin. */
export abstract class AdminMethods extends AccountMethods {
  /**
   * List the platform's audit log.
   *
   * What was done by whom and to what, the latest first: in a tenant, by the platform for itself, or everywhere.
   */
  adminListAuditLog(params?: AdminListAuditLogParams, options?: RequestOptions): PagePromise<AuditEntry> {
    return this.page(operations.adminListAuditLog, { path: [], params, options });
  }

  /**
   * Export the platform's audit log.
   *
   * Whole records, oldest entry first, one `AuditLine` a line (NDJSON); where all are asked for, one record after the other.
   */
  adminExportAuditLog(params?: AdminExportAuditLogParams, options?: RequestOptions): ApiPromise<string> {
    return this.one(operations.adminExportAuditLog, { path: [], params, options });
  }

  /**
   * Verify the platform's audit log.
   *
   * Whether every entry of a record is there as it was written: a tenant's, or the platform's own. `atom-marketplace audit
   * verify --all` looks at all of them.
   */
  adminVerifyAuditLog(params?: AdminVerifyAuditLogParams, options?: RequestOptions): ApiPromise<AuditVerification> {
    return this.one(operations.adminVerifyAuditLog, { path: [], params, options });
  }

  /**
   * Runs the automated checks again over everything public.
   *
   * After their rules or their actions have changed: it goes through every published version in the background, and changes none. One
   * run at a time.
   */
  startCheckRun(options?: RequestOptions): ApiPromise<CheckRun> {
    return this.one(operations.startCheckRun, { path: [], options });
  }

  /**
   * Reads how far a run of the checks has come.
   *
   * Its counts grow until its state is `finished`.
   *
   * @param id `chk_…`
   */
  getCheckRun(id: string, options?: RequestOptions): ApiPromise<CheckRun> {
    return this.one(operations.getCheckRun, { path: [id], options });
  }

  /**
   * Lists the published versions in which a run found something to block or to look at.
   *
   * In the order in which they were published; also while it runs.
   *
   * @param id `chk_…`
   */
  listCheckRunFindings(id: string, params?: ListCheckRunFindingsParams, options?: RequestOptions): PagePromise<CheckRunVersion> {
    return this.page(operations.listCheckRunFindings, { path: [id], params, options });
  }

  /**
   * Quarantines a component: hidden, and not installable.
   *
   * Its publisher goes on seeing it, with the reason. What is installed goes on running.
   *
   * @param kind agent, skill, canvas or domain
   * @param tenant Its publisher
   * @param id Its id
   */
  quarantineComponent(kind: Kind, tenant: string, id: string, params?: Quarantine, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.quarantineComponent, { path: [kind, tenant, id], params, options });
  }

  /**
   * Releases a component from quarantine.
   *
   * It is shown and installable again, as it was.
   *
   * @param kind agent, skill, canvas or domain
   * @param tenant Its publisher
   * @param id Its id
   */
  releaseComponent(kind: Kind, tenant: string, id: string, params?: Quarantine, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.releaseComponent, { path: [kind, tenant, id], params, options });
  }

  /**
   * Takes a component down for good.
   *
   * With the content of all its versions, also where they are installed, and also if its publisher has withdrawn it. Its
   * storage is free, and nothing can be published under its id again.
   *
   * @param kind agent, skill, canvas or domain
   * @param tenant Its publisher
   * @param id Its id
   */
  takeDownComponent(kind: Kind, tenant: string, id: string, params: TakedownRequest, options?: RequestOptions): ApiPromise<Takedown> {
    return this.one(operations.takeDownComponent, { path: [kind, tenant, id], params, options });
  }

  /**
   * Lists reports of abuse.
   *
   * What most tenants have reported comes first, and of that the oldest.
   */
  listReports(params?: ListReportsParams, options?: RequestOptions): PagePromise<Report> {
    return this.page(operations.listReports, { path: [], params, options });
  }

  /**
   * Reads a report of abuse.
   *
   * With who reported it, which nobody but the platform is told.
   *
   * @param id `rep_…`
   */
  getReport(id: string, options?: RequestOptions): ApiPromise<Report> {
    return this.one(operations.getReport, { path: [id], options });
  }

  /**
   * Resolves a report of abuse.
   *
   * The outcome is noted. With `quarantine` the component is put in quarantine in the same step; to take one down is a
   * request of its own.
   *
   * @param id `rep_…`
   */
  resolveReport(id: string, params: ReportResolution, options?: RequestOptions): ApiPromise<Report> {
    return this.one(operations.resolveReport, { path: [id], params, options });
  }

  /**
   * List ratings as the platform sees them.
   *
   * All ratings, with words or without, latest first.
   */
  adminListReviews(params?: AdminListReviewsParams, options?: RequestOptions): PagePromise<ModeratedReview> {
    return this.page(operations.adminListReviews, { path: [], params, options });
  }

  /**
   * Hide a review.
   *
   * It is neither shown nor counted any more, nor is another one of the same author on the same component. Its author and
   * the platform still see it, with the reason.
   *
   * @param reviewId `rate_…`
   */
  hideReview(reviewId: string, params?: ReviewDecision, options?: RequestOptions): ApiPromise<ModeratedReview> {
    return this.one(operations.hideReview, { path: [reviewId], params, options });
  }

  /**
   * Show a review.
   *
   * It is shown and counted again, or goes on being so: in either case its flags are dealt with.
   *
   * @param reviewId `rate_…`
   */
  showReview(reviewId: string, params?: ReviewDecision, options?: RequestOptions): ApiPromise<ModeratedReview> {
    return this.one(operations.showReview, { path: [reviewId], params, options });
  }

  /**
   * Show the platform in numbers.
   *
   * Counted now; nothing of any tenant in particular.
   */
  adminGetStats(options?: RequestOptions): ApiPromise<PlatformStats> {
    return this.one(operations.adminGetStats, { path: [], options });
  }

  /**
   * Lists submissions, the riskiest first.
   *
   * Those that wait, unless another `status` is asked for; of one risk, or with `sort=age`, the oldest first. `total` counts to
   * 1,000.
   */
  listSubmissions(params?: ListSubmissionsParams, options?: RequestOptions): PagePromise<Submission> {
    return this.page(operations.listSubmissions, { path: [], params, options });
  }

  /**
   * Reads a submission with what it would publish.
   *
   * An approval is of the digest that stands here.
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
   * Claims a submission for an hour.
   *
   * So that no other reviewer works on it meanwhile: they get 409 unless they say `take_over`. Claim it again to renew the hour.
   *
   * @param id `sub_…`
   */
  claimSubmission(id: string, params?: Claim, options?: RequestOptions): ApiPromise<Submission> {
    return this.one(operations.claimSubmission, { path: [id], params, options });
  }

  /**
   * Gives a claim back.
   *
   * Another reviewer's only with `take_over=true`. Where nobody claims it, nothing changes.
   *
   * @param id `sub_…`
   */
  unclaimSubmission(id: string, params?: UnclaimSubmissionParams, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.unclaimSubmission, { path: [id], params, options });
  }

  /**
   * Reads what a submission changes.
   *
   * Against the version approved last: what it touches (hosts, keys, capabilities, dependencies), fields, files and lines. Every
   * character that nobody sees stands there as `⟨U+200B⟩`, and is listed with its place.
   *
   * @param id `sub_…`
   */
  getSubmissionDiff(id: string, options?: RequestOptions): ApiPromise<SubmissionDiff> {
    return this.one(operations.getSubmissionDiff, { path: [id], options });
  }

  /**
   * Lists the messages about a submission, the oldest first.
   *
   * What its publisher and the reviewers have said to each other.
   *
   * @param id `sub_…`
   */
  listSubmissionMessages(id: string, params?: ListSubmissionMessagesParams, options?: RequestOptions): PagePromise<Message> {
    return this.page(operations.listSubmissionMessages, { path: [id], params, options });
  }

  /**
   * Writes to the publisher of a submission.
   *
   * It decides nothing. The publisher reads it and may answer.
   *
   * @param id `sub_…`
   */
  createSubmissionMessage(id: string, params: MessageCreate, options?: RequestOptions): ApiPromise<Message> {
    return this.one(operations.createSubmissionMessage, { path: [id], params, options });
  }

  /**
   * Rejects a submission.
   *
   * Its publisher reads the reason. What was approved before stays as it is.
   *
   * @param id `sub_…`
   */
  rejectSubmission(id: string, params?: Decision, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.rejectSubmission, { path: [id], params, options });
  }

  /**
   * Asks the publisher of a submission for changes.
   *
   * The publisher reads the reason, and a new submission takes its place.
   *
   * @param id `sub_…`
   */
  requestSubmissionChanges(id: string, params?: Decision, options?: RequestOptions): ApiPromise<Component> {
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
   * With its plan, its limits and the storage it has used.
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
}
