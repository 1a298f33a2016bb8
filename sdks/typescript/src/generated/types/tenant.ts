// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** A person in a tenant. */
export interface Member {
  /** Since when they are a member, RFC 3339 UTC. */
  createdAt: string;
  /** Where they are reached, lower case. */
  email: string;
  /** Their name. */
  name: string;
  /** What they may do here. */
  role: Role;
  /** The person's id. */
  userId: string;
}

/** A new member. */
export interface MemberAdd {
  /** Where they are reached. */
  email: string;
  /** Their name. Left out: what stands before the `@`. A person known here keeps the name they have. */
  name?: string | null | undefined;
  /** What they may do here; never more than the caller. */
  role: Role;
}

/** A member's new role. */
export interface MemberUpdate {
  /** What they may do from now on; never more than the caller. */
  role: Role;
}

/**
 * A member's role in a tenant, from the least to the most: each holds what the one before
 * does.
 */
export type Role = 'viewer' | 'member' | 'publisher' | 'admin' | 'owner';

/** What a tenant may change of itself. What is left out stays. */
export interface TenantUpdate {
  /** Its name, up to 100 characters. */
  name?: string | null | undefined;
}
