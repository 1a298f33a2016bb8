// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Role } from './common.js';

/** A person in a tenant. */
export interface Member {
  /** Since when they are a member, RFC 3339 UTC. */
  createdAt: string;
  /** Where they are reached, lower case. */
  email: string;
  /** When they took up their invitation, RFC 3339 UTC; left out until then, when they cannot act here by signing in. */
  joinedAt?: string | null | undefined;
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

/** A link that is good for one use. */
export interface OneTimeLink {
  /** When it ends, RFC 3339 UTC. */
  expiresAt: string;
  /** Whether it is on its way to the person by mail too. */
  mailed: boolean;
  /** The page to open. Whoever has it can use it, so hand it to nobody else. Shown here and, where mail is set up, sent. */
  url: string;
}

/** What a tenant may change of itself. What is left out stays. */
export interface TenantUpdate {
  /** Its name, up to 100 characters. */
  name?: string | null | undefined;
}
