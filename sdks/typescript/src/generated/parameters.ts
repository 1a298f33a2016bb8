// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type {
  ComponentStatus,
  DeliveryStatus,
  Kind,
  MarketplaceType,
  MaturityLevel,
  Plan,
  ReportStatus,
  SubmissionSort,
  TransferDirection,
  WebhookScope,
} from './types/index.js';

/** Parameters of `adminListAuditLog`. */
export interface AdminListAuditLogParams {
  /** Whose record: a tenant's, also one that was deleted. */
  tenantId?: string | undefined;
  /** `true`: the platform's own record. Without it and `tenant_id`: all. */
  platform?: boolean | undefined;
  /** By whom, such as `admin`. */
  actor?: string | undefined;
  /** What was done, such as `component.publish`; `component.` stands for all that is done to components. */
  action?: string | undefined;
  /** To what, such as `skill:acme/crm-lookup`. */
  target?: string | undefined;
  /** Not before this time, RFC 3339. */
  from?: string | undefined;
  /** Before this time, RFC 3339. */
  to?: string | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `adminExportAuditLog`. */
export interface AdminExportAuditLogParams {
  /** Whose record: a tenant's, also one that was deleted. */
  tenantId?: string | undefined;
  /** `true`: the platform's own record. Without it and `tenant_id`: all, one after the other. */
  platform?: boolean | undefined;
}

/** Parameters of `adminVerifyAuditLog`. */
export interface AdminVerifyAuditLogParams {
  /** Whose record: a tenant's, also one that was deleted. Without it: the platform's own. */
  tenantId?: string | undefined;
}

/** Parameters of `listCheckRunFindings`. */
export interface ListCheckRunFindingsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listReports`. */
export interface ListReportsParams {
  /** Those that wait, or those that were resolved. */
  status?: ReportStatus | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `adminListReviews`. */
export interface AdminListReviewsParams {
  /** Only those that members have flagged since the platform last decided, or only the others. */
  flagged?: boolean | undefined;
  /** Only those that are hidden, or only the others. */
  hidden?: boolean | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listSubmissions`. */
export interface ListSubmissionsParams {
  /** Where they stand. */
  status?: ComponentStatus | undefined;
  /** Of one kind alone. */
  kind?: Kind | undefined;
  /** Of one publisher alone. */
  sourceTenantId?: string | undefined;
  /** In which order. */
  sort?: SubmissionSort | undefined;
  /** The page, from 1. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `unclaimSubmission`. */
export interface UnclaimSubmissionParams {
  /** End another reviewer's claim. */
  takeOver?: boolean | undefined;
}

/** Parameters of `listSubmissionMessages`. */
export interface ListSubmissionMessagesParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `adminListTenants`. */
export interface AdminListTenantsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listAgents` and its like for the other kinds. */
export interface ComponentListParams {
  /** The order. */
  sort?: 'popular' | 'rating' | 'updated' | 'created' | 'name' | undefined;
  /** Public or private ones only. Left out: public ones and what else the caller may see. */
  marketplaceType?: MarketplaceType | undefined;
  /** Can do this; repeat it to ask for several. */
  capability?: string | readonly string[] | undefined;
  /** In this category. */
  category?: string | undefined;
  /** Has this tag; repeat it to ask for several. */
  tag?: string | readonly string[] | undefined;
  /** Rated at least so, 0 to 5, by the plain mean; an unrated component never matches. */
  minRating?: number | undefined;
  /** Needs exactly this plan. */
  pricingTier?: Plan | undefined;
  /** Agents: acts on its own this far. */
  maturityLevel?: MaturityLevel | undefined;
  /** Published by this tenant. */
  publisher?: string | undefined;
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `publishAgent` and its like for the other kinds. */
export interface ComponentPublishParams {
  /** Check alone: the answer says what a publish would do, and nothing is stored. */
  dryRun?: boolean | undefined;
  /** Go on although credentials, personal data, tenant ids or internal addresses are taken out first. A dry run lists them. */
  acceptRedactions?: boolean | undefined;
}

/** Parameters of `searchAgents` and its like for the other kinds. */
export interface ComponentSearchParams {
  /** Words, up to 200 characters. All must match; the last one may be the beginning of one. */
  query: string;
  /** Public or private ones only. Left out: public ones and what else the caller may see. */
  marketplaceType?: MarketplaceType | undefined;
  /** Can do this; repeat it to ask for several. */
  capability?: string | readonly string[] | undefined;
  /** In this category. */
  category?: string | undefined;
  /** Has this tag; repeat it to ask for several. */
  tag?: string | readonly string[] | undefined;
  /** Rated at least so, 0 to 5, by the plain mean; an unrated component never matches. */
  minRating?: number | undefined;
  /** Needs exactly this plan. */
  pricingTier?: Plan | undefined;
  /** Agents: acts on its own this far. */
  maturityLevel?: MaturityLevel | undefined;
  /** Published by this tenant. */
  publisher?: string | undefined;
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `getAgent` and its like for the other kinds. */
export interface ComponentGetParams {
  /** The publisher, where several have the id. */
  sourceTenantId?: string | undefined;
  /** This version in place of the latest. */
  version?: string | undefined;
}

/** Parameters of `withdrawAgent` and its like for the other kinds. */
export interface ComponentWithdrawParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
  /** The ETag it had when it was read */
  ifMatch?: string | null | undefined;
}

/** Parameters of `updateAgent` and its like for the other kinds. */
export interface ComponentUpdateParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
  /** The ETag it had when it was read */
  ifMatch?: string | null | undefined;
}

/** Parameters of `getAgentBundle` and its like for the other kinds. */
export interface ComponentGetBundleParams {
  /** Its publisher. Left out: the caller's own of that id, else what the caller has installed under it, else the one public one. */
  sourceTenantId?: string | undefined;
  /** Exactly this version. Left out: the latest one. */
  version?: string | undefined;
}

/** Parameters of `listAgentDependents` and its like for the other kinds. */
export interface ComponentListDependentsParams {
  /** The publisher, where several have the id. */
  sourceTenantId?: string | undefined;
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `installAgent` and its like for the other kinds. */
export interface ComponentInstallParams {
  /** Only say what would be done, and what speaks against it. */
  dryRun?: boolean | undefined;
  /** The component's publisher, as in the body. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `uninstallAgent` and its like for the other kinds. */
export interface ComponentUninstallParams {
  /** Whom to uninstall it for; left out: the caller's own tenant. */
  targetTenantId?: string | undefined;
  /** The component's publisher, where several installed ones have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `getAgentRating` and its like for the other kinds. */
export interface ComponentGetRatingParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `rateAgent` and its like for the other kinds. */
export interface ComponentRateParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `deleteAgentRating` and its like for the other kinds. */
export interface ComponentDeleteRatingParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `renameAgent` and its like for the other kinds. */
export interface ComponentRenameParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `reportAgent` and its like for the other kinds. */
export interface ComponentReportParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `listAgentReviews` and its like for the other kinds. */
export interface ComponentListReviewsParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `flagAgentReview` and its like for the other kinds. */
export interface ComponentFlagReviewParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `replyToAgentReview` and its like for the other kinds. */
export interface ComponentReplyToReviewParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `deleteAgentReviewReply` and its like for the other kinds. */
export interface ComponentDeleteReviewReplyParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `getAgentStats` and its like for the other kinds. */
export interface ComponentGetStatsParams {
  /** The component's publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** The first day, UTC. Left out: 29 days before the last. */
  from?: string | undefined;
  /** The last day, UTC. Left out: today. At most 400 days from the first. */
  to?: string | undefined;
  /** What figures are told apart by. `version` and `plan` are for the publisher and the platform. */
  groupBy?: 'day' | 'version' | 'plan' | undefined;
  /** `csv`: a table, as with `Accept: text/csv`. */
  format?: 'json' | 'csv' | undefined;
}

/** Parameters of `transferAgent` and its like for the other kinds. */
export interface ComponentTransferParams {
  /** Its publisher: the caller's own tenant. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `listAgentVersions` and its like for the other kinds. */
export interface ComponentListVersionsParams {
  /** Its publisher. Left out: the caller's own of that id, else what the caller has installed under it, else the one public one. */
  sourceTenantId?: string | undefined;
  /** The page, from 1. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `getAgentVersion` and its like for the other kinds. */
export interface ComponentGetVersionParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `yankAgentVersion` and its like for the other kinds. */
export interface ComponentYankVersionParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `unyankAgentVersion` and its like for the other kinds. */
export interface ComponentUnyankVersionParams {
  /**
   * Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
   * the one public one.
   */
  sourceTenantId?: string | undefined;
}

/** Parameters of `listEvents`. */
export interface ListEventsParams {
  /** Events behind this one: its id, `evt_…`, or `next_after` of the list before. Left out: from the oldest that is kept. */
  after?: string | undefined;
  /** Events in the answer. */
  pageSize?: number | undefined;
  /** `tenant`: what concerns the tenant. `marketplace`: every public publish and update. */
  scope?: WebhookScope | undefined;
}

/** Parameters of `listFederationKeys`. */
export interface ListFederationKeysParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listPeers`. */
export interface ListPeersParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listPeerRefusals`. */
export interface ListPeerRefusalsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `federationChanges`. */
export interface FederationChangesParams {
  /** `next_cursor` of the page before. Left out: from the beginning. */
  cursor?: string | undefined;
  /** Entries on a page; it ends sooner at 16 MiB. */
  pageSize?: number | undefined;
  /** `bundles`: the signed bundle of each version that became available comes along. */
  include?: 'bundles' | undefined;
  /** Seconds to wait for a change where there is none. */
  wait?: number | undefined;
}

/** Parameters of `federationListAgents`. */
export interface FederationListAgentsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `federationGetAgent`. */
export interface FederationGetAgentParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `federationGetAgentBundle`. */
export interface FederationGetAgentBundleParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** Exactly this version. Left out: the latest one. */
  version?: string | undefined;
  /** The instance it comes from, where that is another one: `source_tenant_id` is its publisher there. */
  instance?: string | undefined;
}

/** Parameters of `federationListCanvases`. */
export interface FederationListCanvasesParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `federationGetCanvas`. */
export interface FederationGetCanvasParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `federationGetCanvasBundle`. */
export interface FederationGetCanvasBundleParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** Exactly this version. Left out: the latest one. */
  version?: string | undefined;
  /** The instance it comes from, where that is another one: `source_tenant_id` is its publisher there. */
  instance?: string | undefined;
}

/** Parameters of `federationListDomains`. */
export interface FederationListDomainsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `federationGetDomain`. */
export interface FederationGetDomainParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `federationGetDomainBundle`. */
export interface FederationGetDomainBundleParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** Exactly this version. Left out: the latest one. */
  version?: string | undefined;
  /** The instance it comes from, where that is another one: `source_tenant_id` is its publisher there. */
  instance?: string | undefined;
}

/** Parameters of `federationListSkills`. */
export interface FederationListSkillsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `federationGetSkill`. */
export interface FederationGetSkillParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
}

/** Parameters of `federationGetSkillBundle`. */
export interface FederationGetSkillBundleParams {
  /** The publisher, where several have that id. */
  sourceTenantId?: string | undefined;
  /** Exactly this version. Left out: the latest one. */
  version?: string | undefined;
  /** The instance it comes from, where that is another one: `source_tenant_id` is its publisher there. */
  instance?: string | undefined;
}

/** Parameters of `listInstallations`. */
export interface ListInstallationsParams {
  /** Only this kind. */
  componentType?: Kind | undefined;
  /** Only components with this id. */
  componentId?: string | undefined;
  /** Only components of this publisher. */
  sourceTenantId?: string | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `getPublisherStats`. */
export interface GetPublisherStatsParams {
  /** The first day, UTC. Left out: 29 days before the last. */
  from?: string | undefined;
  /** The last day, UTC. Left out: today. At most 400 days from the first. */
  to?: string | undefined;
  /** `csv`: a table, as with `Accept: text/csv`. */
  format?: 'json' | 'csv' | undefined;
}

/** Parameters of `searchComponents`. */
export interface SearchComponentsParams {
  /** Words, up to 200 characters. All must match; the last one may be the beginning of one. */
  query: string;
  /** Only this kind; repeat it to ask for several. */
  kind?: Kind | readonly Kind[] | undefined;
  /** Public or private ones only. Left out: public ones and what else the caller may see. */
  marketplaceType?: MarketplaceType | undefined;
  /** Can do this; repeat it to ask for several. */
  capability?: string | readonly string[] | undefined;
  /** In this category. */
  category?: string | undefined;
  /** Has this tag; repeat it to ask for several. */
  tag?: string | readonly string[] | undefined;
  /** Rated at least so, 0 to 5, by the plain mean; an unrated component never matches. */
  minRating?: number | undefined;
  /** Needs exactly this plan. */
  pricingTier?: Plan | undefined;
  /** Agents: acts on its own this far. */
  maturityLevel?: MaturityLevel | undefined;
  /** Published by this tenant. */
  publisher?: string | undefined;
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listSessions`. */
export interface ListSessionsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listOwnSubmissions`. */
export interface ListOwnSubmissionsParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listOwnSubmissionMessages`. */
export interface ListOwnSubmissionMessagesParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listAuditLog`. */
export interface ListAuditLogParams {
  /** By whom, such as `token:tok_…`. */
  actor?: string | undefined;
  /** What was done, such as `component.publish`; `component.` stands for all that is done to components. */
  action?: string | undefined;
  /** To what, such as `skill:acme/crm-lookup`. */
  target?: string | undefined;
  /** Not before this time, RFC 3339. */
  from?: string | undefined;
  /** Before this time, RFC 3339. */
  to?: string | undefined;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `getInbox`. */
export interface GetInboxParams {
  /** `true`: only what the caller has not read yet. */
  unread?: boolean | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listMembers`. */
export interface ListMembersParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listTokens`. */
export interface ListTokensParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listTransfers`. */
export interface ListTransfersParams {
  /** Offers made to the caller's tenant, or by it. */
  direction: TransferDirection;
  /** The page, from 1; up to 10,000 items deep. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** Parameters of `listWebhooks`. */
export interface ListWebhooksParams {
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}

/** Parameters of `listWebhookDeliveries`. */
export interface ListWebhookDeliveriesParams {
  /** Only deliveries of this status. */
  status?: DeliveryStatus | undefined;
  /** The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`. */
  page?: number | undefined;
  /** Items on a page. */
  pageSize?: number | undefined;
  /** `next_cursor` of the page before, in place of `page`. */
  cursor?: string | undefined;
}
