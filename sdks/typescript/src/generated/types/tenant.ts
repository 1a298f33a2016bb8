// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { MarketplaceEvent } from './common.js';
import type { Role } from './common.js';

/** Says that a domain is the tenant's. */
export interface DomainClaim {
  /** The domain, also in letters beyond ASCII; no address, and nothing under which others have domains of theirs. */
  domain: string;
  /** How that is to be shown. */
  method: VerificationMethod;
}

/** A domain that a tenant says is its own. */
export interface DomainVerification {
  /** When it was last looked for, RFC 3339 UTC. */
  checkedAt?: string | null | undefined;
  /** The domain, in ASCII. */
  domain: string;
  /** Why the last check did not find it. */
  error?: string | null | undefined;
  /** Checks in a row that did not find it. */
  failures: number;
  /** What to put where. */
  instructions: ProofInstructions;
  /** How it is shown. */
  method: VerificationMethod;
  /** When it is looked for again by itself, RFC 3339 UTC. */
  nextCheckAt?: string | null | undefined;
  /** Where it stands. */
  status: VerificationStatus;
  /** What is to be found there. It is no secret, and of no use to another tenant. */
  token: string;
  /** Since when it is proven, RFC 3339 UTC. */
  verifiedAt?: string | null | undefined;
}

/** A page of the inbox. */
export interface Inbox {
  /** Whether there are older ones. */
  hasMore: boolean;
  /** What happened, the latest first. */
  items: InboxItem[];
  /** For the page of older ones. */
  nextCursor?: string | null | undefined;
  /** How many in the whole inbox are not read yet. */
  unread: number;
}

/** An event in the inbox. */
export type InboxItem = MarketplaceEvent & {
  /** Whether the caller has marked it as read. */
  read: boolean;
};

/** Marks what is in the inbox as read. */
export interface InboxRead {
  /** The latest event that was read: `evt_…`. All before it are read too. */
  upTo: string;
}

/** What is left in the inbox. */
export interface InboxState {
  /** How many are not read yet. */
  unread: number;
}

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

/** What to put where: a record, or a file. */
export interface ProofInstructions {
  /** A line of it. */
  content?: string | null | undefined;
  /** The name of the TXT record. */
  recordName?: string | null | undefined;
  /** Its value. */
  recordValue?: string | null | undefined;
  /** The address of the file. Redirects are not followed. */
  url?: string | null | undefined;
}

/** Deletes a tenant with all that it has. */
export interface TenantDelete {
  /** The tenant's id, so that nobody deletes one by mistake. */
  confirm: string;
}

/** A tenant that was deleted. */
export interface TenantDeletion {
  /** When all that it had was gone, RFC 3339 UTC. */
  deletedAt: string;
  /** Its id, which is never given again. */
  tenantId: string;
}

/** What a tenant may change of itself. What is left out stays. */
export interface TenantUpdate {
  /** Its name, up to 100 characters. */
  name?: string | null | undefined;
}

/** How it stands with a tenant's mark. */
export interface TenantVerification {
  /** Its domains, in the order in which they were added. */
  domains: DomainVerification[];
  /** Whether it is shown as verified: by one of the domains, or because the platform vouches for it. */
  verified: boolean;
}

/** How it is shown that a domain is a tenant's. */
export type VerificationMethod = 'dns' | 'file';

/** Where a domain stands. */
export type VerificationStatus = 'pending' | 'verified' | 'lapsed';
