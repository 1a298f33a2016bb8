// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Kind } from './common.js';

/** Figures of one of a publisher's components. */
export interface ComponentFigures extends Figures {
  /** Its id. */
  componentId: string;
  /** Its kind. */
  componentType: Kind;
  /** Its name. */
  name: string;
}

/** What a component is used for. */
export interface ComponentStatistics {
  /** Since it was first published. */
  allTime: Figures;
  /** Its id. */
  componentId: string;
  /** Its kind. */
  componentType: Kind;
  /** The first day. */
  from: string;
  /** What the items are. */
  groupBy: StatisticsGroup;
  /** Figures of each day, version or plan. */
  items: StatisticsItem[];
  /** Of these days. */
  period: Figures;
  /** Its publisher. */
  sourceTenantId: string;
  /** The last day. */
  to: string;
}

/** What there is to count. What the caller may not read is left out: the public reads installs and ratings. */
export interface Figures {
  /** Tenants that had it installed at the end. */
  activeInstalls?: number | null | undefined;
  /** What those are on average now, 1–5; left out when there are none. */
  averageRating?: number | null | undefined;
  /** How often it ran. */
  executionCount?: number | null | undefined;
  /** Tenants that installed it for the first time. */
  installs: number;
  /** How long it ran each time, milliseconds; left out when it did not run. */
  meanDurationMs?: number | null | undefined;
  /** Ratings first given; left out by version and by plan. */
  ratingCount?: number | null | undefined;
  /** How often it ran with success. */
  successCount?: number | null | undefined;
  /** The share of executions that were a success, 0 to 1; left out when it did not run. */
  successRate?: number | null | undefined;
  /** How long it ran altogether, milliseconds. */
  totalDurationMs?: number | null | undefined;
  /** Tenants that uninstalled it for the first time. */
  uninstalls?: number | null | undefined;
}

/** What all components of a publisher are used for. */
export interface PublisherStatistics {
  /** How many components it has published. */
  components: number;
  /** The first day. */
  from: string;
  /** Of each day. */
  items: StatisticsItem[];
  /** Of these days, all components together. */
  period: Figures;
  /** The last day. */
  to: string;
  /** The 20 that ran most often, then those installed most. As CSV there are all, up to 10,000. */
  topComponents: ComponentFigures[];
}

/** What figures are told apart by. */
export type StatisticsGroup = 'day' | 'version' | 'plan';

/** Figures of a day, a version or a plan. */
export interface StatisticsItem extends Figures {
  /** The day, UTC. */
  day?: string | null | undefined;
  /** The plan; `other`: plans of so few tenants that their figures would be those of one, put together. */
  plan?: string | null | undefined;
  /** The version. */
  version?: string | null | undefined;
}
