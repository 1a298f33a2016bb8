// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { ReportReason } from './common.js';

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
