// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Kind } from './common.js';

/** A public component as a peer sees it. */
export interface FederatedComponent {
  /** Its kind. */
  componentType: Kind;
  /** That version's digest. */
  digest: string;
  /** Its publisher's id for it. */
  id: string;
  /** Its name. */
  name: string;
  /** Its publisher. */
  sourceTenantId: string;
  /** Last version or change, RFC 3339 UTC. */
  updatedAt: string;
  /** The version that is served. */
  version: string;
}

/** Which components a federation key reads. Every list that holds something narrows; one of its values is enough. */
export interface FederationFilters {
  /** In one of these categories, up to 50. */
  categories?: readonly string[] | undefined;
  /** Of these kinds. */
  kinds?: readonly Kind[] | undefined;
  /** With one of these tags, up to 50; upper and lower case are the same. */
  tags?: readonly string[] | undefined;
}

/** A federation key, without its secret. It reads public components and nothing else. */
export interface FederationKey {
  /** Whether the totals that its peer tells are shown here. */
  acceptTotals: boolean;
  /** When it was made, RFC 3339 UTC. */
  createdAt: string;
  /** Which components it reads; empty: all that are public. */
  filters: FederationFilters;
  /** Its id. */
  id: string;
  /** What `X-Federation-Source` last said: recorded, never trusted. */
  lastSource?: string | null | undefined;
  /** When it was last used, to the minute, RFC 3339 UTC; `null` is never. */
  lastUsedAt?: string | null | undefined;
  /** Its name. */
  name: string;
  /** How the secret begins. */
  prefix: string;
  /** Who is to use it. */
  source?: string | null | undefined;
}

/** A new federation key. */
export interface FederationKeyCreate {
  /** Whether the totals that its peer tells (`POST /api/federation/v1/totals`) are shown here. Left out: no. */
  acceptTotals?: boolean | undefined;
  /** Which components it reads. Left out: all that are public. They stay what they are: make another key for others. */
  filters?: FederationFilters | undefined;
  /** What people know it by, up to 100 characters. */
  name: string;
  /** Who is to use it: recorded, never trusted. */
  source?: string | null | undefined;
}

/** A federation key with its secret, shown this once. */
export interface FederationKeyCreated extends FederationKey {
  /** The secret. It cannot be shown again. */
  key: string;
}

/** Where a peer wants to be told that the feed has grown. */
export interface FederationSubscription {
  /** Where a signed hint is posted: http or https. */
  url: string;
}

/** What a component comes to on another instance: how much in all, so that it may be told again. */
export interface FederationTotal {
  /** Its kind. */
  componentType: Kind;
  /** Its publisher's id for it. */
  id: string;
  /** Tenants there that ever installed it, up to 1,000,000,000. */
  installs: number;
  /** How many ratings those are, up to 1,000,000,000. */
  ratingCount: number;
  /** The sum of its ratings there, 1–5 each. */
  ratingSum: number;
  /** Its publisher here. */
  sourceTenantId: string;
}

/** Totals of a peer. */
export interface FederationTotals {
  /** Up to 1,000. */
  items: readonly FederationTotal[];
}

/** What became of totals that were told. */
export interface FederationTotalsTaken {
  /** How many count now. */
  taken: number;
  /** How many are of components that the key does not read. */
  unknown: number;
}
