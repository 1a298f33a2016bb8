// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Role } from './common.js';

/** What a person may change of themselves. What is left out stays. */
export interface AccountUpdate {
  /** The password so far. */
  currentPassword?: string | null | undefined;
  /** Their name, up to 100 characters. */
  name?: string | null | undefined;
  /** A new password of 8–200 characters, which ends all other sessions. It needs `current_password`. */
  password?: string | null | undefined;
}

/** A tenant that a person belongs to. */
export interface Membership {
  /** Its name. */
  name: string;
  /** What the person may do there. */
  role: Role;
  /** Whether the platform has suspended it: nothing can be done there. */
  suspended: boolean;
  /** The tenant's id. */
  tenantId: string;
}

/** A password by a one-time link: an invitation's or a reset's. */
export interface PasswordResetConfirm {
  /** The person's name, up to 100 characters. Left out: it stays as it is. */
  name?: string | null | undefined;
  /** The new password, 8–200 characters. It ends all sessions of before. */
  password: string;
  /** What stands behind `token=` in the link. */
  token: string;
}

/** Whose password is forgotten. */
export interface PasswordResetRequest {
  /** The account's email address. */
  email: string;
}

/** A signed-in browser, as it sees itself. */
export interface Session {
  /** To be sent as `X-CSRF-Token` with everything but reads. It is the session's own and stays the same. */
  csrfToken: string;
  /** When it ends at the latest, RFC 3339 UTC; without use it ends after 14 days. */
  expiresAt: string;
  /** The session's id. */
  id: string;
  /** The tenant it acts for where a request names none in `X-Tenant-ID`. */
  tenantId?: string | null | undefined;
  /** Where they belong, in the order the tenants were made. */
  tenants: Membership[];
  /** Who is signed in. */
  user: User;
}

/** Who signs in. */
export interface SessionCreate {
  /** The account's email address. */
  email: string;
  /** Its password. */
  password: string;
}

/** One of a person's sessions, in the list of them. */
export interface SessionSummary {
  /** The address it was begun from. */
  address: string;
  /** When it was begun, RFC 3339 UTC. */
  createdAt: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** When it ends if it is not used again, RFC 3339 UTC. */
  expiresAt: string;
  /** The session's id. */
  id: string;
  /** When it was last used, to about a minute, RFC 3339 UTC. */
  lastUsedAt: string;
  /** What the browser called itself then, at most 255 characters. */
  userAgent: string;
}

/** What a session may change of itself. */
export interface SessionUpdate {
  /** The tenant to act for from now on: one of the person's. */
  tenantId: string;
}

/** A new tenant with its owner. */
export interface SignUp {
  /** The owner's email address. */
  email: string;
  /** The token of a one-time link, where the platform takes new tenants by invitation only. */
  invitation?: string | null | undefined;
  /** The owner's name, up to 100 characters. */
  name: string;
  /** The owner's password, 8–200 characters. */
  password: string;
  /** The tenant's id, for ever: 2–63 of `a-z 0-9 -`. Left out: made from its name. */
  tenantId?: string | null | undefined;
  /** The tenant's name, up to 100 characters. */
  tenantName: string;
}

/** A person. */
export interface User {
  /** Where they are reached, lower case. */
  email: string;
  /** The person's id. */
  id: string;
  /** Their name. */
  name: string;
  /** Whether they look after the platform: review, quarantine, tenants. */
  platformAdmin: boolean;
}
