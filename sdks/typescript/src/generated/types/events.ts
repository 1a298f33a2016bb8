// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { MarketplaceEvent } from './common.js';

/** Events behind a place, in order. */
export interface EventList {
  /** Whether more follow by now. */
  hasMore: boolean;
  /** The events, oldest first. */
  items: MarketplaceEvent[];
  /** Pass it as `after` to go on; `null`: there was nothing to begin with. */
  nextAfter?: string | null | undefined;
}
