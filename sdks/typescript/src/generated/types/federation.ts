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

/** A federation key, without its secret. It reads public components and nothing else. */
export interface FederationKey {
  /** When it was made, RFC 3339 UTC. */
  createdAt: string;
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
