// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { GetInboxParams, ListAuditLogParams, ListMembersParams } from '../parameters.js';
import type {
  AuditEntry,
  AuditVerification,
  DomainClaim,
  DomainVerification,
  Inbox,
  InboxRead,
  InboxState,
  Member,
  MemberAdd,
  MemberUpdate,
  OneTimeLink,
  Tenant,
  TenantDelete,
  TenantDeletion,
  TenantUpdate,
  TenantVerification,
} from '../types/index.js';
import { StatisticsMethods } from './statistics.js';

const operations = {
  getTenant: {
    method: 'GET',
    path: '/tenant',
    answer: 'Tenant',
  },
  deleteTenant: {
    method: 'DELETE',
    path: '/tenant',
    body: 'TenantDelete',
    required: ['confirm'],
    answer: 'TenantDeletion',
  },
  updateTenant: {
    method: 'PATCH',
    path: '/tenant',
    body: 'TenantUpdate',
    answer: 'Tenant',
  },
  listAuditLog: {
    method: 'GET',
    path: '/tenant/audit-log',
    answer: 'AuditEntry',
  },
  exportAuditLog: {
    method: 'GET',
    path: '/tenant/audit-log/export',
    text: true,
  },
  verifyAuditLog: {
    method: 'GET',
    path: '/tenant/audit-log/verify',
    answer: 'AuditVerification',
  },
  exportTenant: {
    method: 'GET',
    path: '/tenant/export',
    text: true,
  },
  getInbox: {
    method: 'GET',
    path: '/tenant/inbox',
    answer: 'Inbox',
  },
  markInboxRead: {
    method: 'POST',
    path: '/tenant/inbox/read',
    body: 'InboxRead',
    required: ['up_to'],
    answer: 'InboxState',
  },
  listMembers: {
    method: 'GET',
    path: '/tenant/members',
    answer: 'Member',
  },
  addMember: {
    method: 'POST',
    path: '/tenant/members',
    body: 'MemberAdd',
    required: ['email', 'role'],
    answer: 'Member',
  },
  removeMember: {
    method: 'DELETE',
    path: '/tenant/members/{user_id}',
  },
  updateMember: {
    method: 'PATCH',
    path: '/tenant/members/{user_id}',
    body: 'MemberUpdate',
    required: ['role'],
    answer: 'Member',
  },
  createInvitation: {
    method: 'POST',
    path: '/tenant/members/{user_id}/invitation',
    answer: 'OneTimeLink',
  },
  getVerification: {
    method: 'GET',
    path: '/tenant/verification',
    answer: 'TenantVerification',
  },
  createVerification: {
    method: 'POST',
    path: '/tenant/verification',
    body: 'DomainClaim',
    required: ['domain', 'method'],
    answer: 'DomainVerification',
  },
  deleteVerification: {
    method: 'DELETE',
    path: '/tenant/verification/{domain}',
  },
  checkVerification: {
    method: 'POST',
    path: '/tenant/verification/{domain}/check',
    answer: 'DomainVerification',
  },
} as const satisfies Record<string, Operation>;

/** Methods for tenant. */
export abstract class TenantMethods extends StatisticsMethods {
  /**
   * Show the caller's tenant.
   *
   * With its plan, its limits and the storage it has used.
   */
  getTenant(options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.getTenant, { path: [], options });
  }

  /**
   * Delete tenant.
   *
   * With all that it has, for good; by its owner or the platform's admin. Its components are gone, which those who have them
   * installed are told; its installations, ratings, tokens, keys and webhooks too, and the accounts of people who belong to no
   * other tenant. Its id is never given again, and its audit log stays. From the first moment nothing can be done there any
   * more; should the rest be interrupted, it goes on by itself.
   */
  deleteTenant(params: TenantDelete, options?: RequestOptions): ApiPromise<TenantDeletion> {
    return this.one(operations.deleteTenant, { path: [], params, options });
  }

  /**
   * Rename the caller's tenant.
   *
   * The name is shown with everything that the tenant has published; its id stays. A verified tenant loses its mark with
   * another name, until its domains are checked again: what was verified was the one of that name.
   */
  updateTenant(params: TenantUpdate, options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.updateTenant, { path: [], params, options });
  }

  /**
   * List audit log.
   *
   * What was done in the caller's tenant, by whom and to what; the latest first. Every change has its entry, written in the
   * same transaction.
   */
  listAuditLog(params?: ListAuditLogParams, options?: RequestOptions): PagePromise<AuditEntry> {
    return this.page(operations.listAuditLog, { path: [], params, options });
  }

  /**
   * Export audit log.
   *
   * The whole record of the caller's tenant, oldest first, one `AuditLine` a line (NDJSON): all that is needed to verify it
   * without this marketplace. See docs/AUDIT_LOG.md.
   */
  exportAuditLog(options?: RequestOptions): ApiPromise<string> {
    return this.one(operations.exportAuditLog, { path: [], options });
  }

  /**
   * Verify audit log.
   *
   * Whether every entry of the caller's tenant is there as it was written. Keep `head` elsewhere: it shows later that nothing
   * before it was changed or cut off.
   */
  verifyAuditLog(options?: RequestOptions): ApiPromise<AuditVerification> {
    return this.one(operations.verifyAuditLog, { path: [], options });
  }

  /**
   * Export tenant.
   *
   * All that the caller's tenant has, line by line (NDJSON): itself, its members, its components with all versions and their
   * files, what it has installed (without secrets), what it rated, its tokens and keys (without secrets), its events and its
   * audit log. The last line's type is `end`: without it the answer was cut off. See docs/ACCOUNT_DATA.md.
   */
  exportTenant(options?: RequestOptions): ApiPromise<string> {
    return this.one(operations.exportTenant, { path: [], options });
  }

  /**
   * Get inbox.
   *
   * What happened that asks for attention, the latest first: decisions on the tenant's submissions, what the platform did to
   * its components, what became of those it has installed, webhooks that were disabled. How far it was read is kept for each
   * person, and for tokens of nobody in particular together.
   */
  getInbox(params?: GetInboxParams, options?: RequestOptions): ApiPromise<Inbox> {
    return this.one(operations.getInbox, { path: [], params, options });
  }

  /**
   * Mark inbox as read.
   *
   * Up to an event, and all before it. Marking less than before changes nothing.
   */
  markInboxRead(params: InboxRead, options?: RequestOptions): ApiPromise<InboxState> {
    return this.one(operations.markInboxRead, { path: [], params, options });
  }

  /**
   * List the tenant's members.
   *
   * In the order in which their accounts were made.
   */
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
   * Invite a member.
   *
   * Makes the one-time link by which a member takes up their place: they open it and set a name and a password, or prove the
   * password they have. It is good for 7 days; an older one ends. Hand it over, or let it be mailed where mail is set up.
   *
   * @param userId The member's id, `usr_…`
   */
  createInvitation(userId: string, options?: RequestOptions): ApiPromise<OneTimeLink> {
    return this.one(operations.createInvitation, { path: [userId], options });
  }

  /**
   * Show verification.
   *
   * Whether the caller's tenant is shown as verified, and its domains with what is to be put where.
   */
  getVerification(options?: RequestOptions): ApiPromise<TenantVerification> {
    return this.one(operations.getVerification, { path: [], options });
  }

  /**
   * Claim a domain.
   *
   * The answer says what to put where; then have it checked. A domain that is there already can be proven in the other way
   * from then on. There may be 20.
   */
  createVerification(params: DomainClaim, options?: RequestOptions): ApiPromise<DomainVerification> {
    return this.one(operations.createVerification, { path: [], params, options });
  }

  /**
   * Remove a domain.
   *
   * It is not shown any more, and no longer looked for. With the last one the mark goes, unless the platform vouches for the
   * tenant.
   *
   * @param domain The domain
   */
  deleteVerification(domain: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteVerification, { path: [domain], options });
  }

  /**
   * Check a domain.
   *
   * Looks for the proof now. `status` says what came of it and `error` why it was not found. What is proven is looked for
   * again every 7 days, and after a miss the next day; three misses in a row take the mark away. A tenant that takes another
   * name has its domains checked again to keep the mark.
   *
   * @param domain The domain
   */
  checkVerification(domain: string, options?: RequestOptions): ApiPromise<DomainVerification> {
    return this.one(operations.checkVerification, { path: [domain], options });
  }
}
