// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListMembersParams } from '../parameters.js';
import type { Member, MemberAdd, MemberUpdate, OneTimeLink, Tenant, TenantUpdate } from '../types/index.js';
import { SkillsMethods } from './skills.js';

const operations = {
  getTenant: {
    method: 'GET',
    path: '/tenant',
    answer: 'Tenant',
  },
  updateTenant: {
    method: 'PATCH',
    path: '/tenant',
    body: 'TenantUpdate',
    answer: 'Tenant',
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
} as const satisfies Record<string, Operation>;

/** Methods for tenant. */
export abstract class TenantMethods extends SkillsMethods {
  /**
   * Show the caller's tenant.
   *
   * With its plan, its limits and the storage it has used.
   */
  getTenant(options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.getTenant, { path: [], options });
  }

  /**
   * Rename the caller's tenant.
   *
   * The name is shown with everything that the tenant has published; its id stays.
   */
  updateTenant(params: TenantUpdate, options?: RequestOptions): ApiPromise<Tenant> {
    return this.one(operations.updateTenant, { path: [], params, options });
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
}
