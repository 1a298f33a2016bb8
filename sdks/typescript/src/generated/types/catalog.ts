// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Kind } from './common.js';
import type { ReportReason } from './common.js';

/** How many public components of a kind a publisher has. */
export interface PublishedCount {
  /** The kind. */
  componentType: Kind;
  /** How many. */
  count: number;
}

/** What everyone may read of a publisher. */
export interface PublisherProfile {
  /** How many public components it has of each kind. */
  components: PublishedCount[];
  /** The domains that it has shown to be its own. */
  domains: string[];
  /** Its name. */
  name: string;
  /** Since when it is here, RFC 3339 UTC. */
  since: string;
  /** Its id. */
  tenantId: string;
  /** Whether it is verified: it has shown that the `domains` are its own, or the platform vouches for it. */
  verified: boolean;
}

/** A report that was taken. */
export interface ReportReceipt {
  /** Its id: the same as before if your tenant's last report of the component is still open. */
  id: string;
}

/** Reports a component to the platform. */
export interface ReportRequest {
  /** What you saw, and where, up to 2,000 characters. Needed with the reason `other`. */
  details?: string | null | undefined;
  /** What is wrong with it. */
  reason: ReportReason;
}
