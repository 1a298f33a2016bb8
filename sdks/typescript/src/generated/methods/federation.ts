// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type {
  FederationChangesParams,
  FederationGetAgentBundleParams,
  FederationGetAgentParams,
  FederationGetCanvasBundleParams,
  FederationGetCanvasParams,
  FederationGetDomainBundleParams,
  FederationGetDomainParams,
  FederationGetSkillBundleParams,
  FederationGetSkillParams,
  FederationListAgentsParams,
  FederationListCanvasesParams,
  FederationListDomainsParams,
  FederationListSkillsParams,
  ListFederationKeysParams,
  ListPeerRefusalsParams,
  ListPeersParams,
} from '../parameters.js';
import type {
  Bundle,
  Component,
  Envelope,
  FederatedComponent,
  FederationKey,
  FederationKeyCreate,
  FederationKeyCreated,
  FederationSubscription,
  FederationTotals,
  FederationTotalsTaken,
  Peer,
  PeerCreate,
  PeerProbe,
  PeerProbeRequest,
  PeerRefusal,
  PeerUpdate,
} from '../types/index.js';
import { EventsMethods } from './events.js';

const operations = {
  listFederationKeys: {
    method: 'GET',
    path: '/federation/keys',
    answer: 'FederationKey',
  },
  createFederationKey: {
    method: 'POST',
    path: '/federation/keys',
    body: 'FederationKeyCreate',
    required: ['name'],
    answer: 'FederationKeyCreated',
  },
  deleteFederationKey: {
    method: 'DELETE',
    path: '/federation/keys/{key_id}',
  },
  listPeers: {
    method: 'GET',
    path: '/federation/peers',
    answer: 'Peer',
  },
  createPeer: {
    method: 'POST',
    path: '/federation/peers',
    body: 'PeerCreate',
    required: ['name', 'base_url', 'key'],
    answer: 'Peer',
  },
  probePeer: {
    method: 'POST',
    path: '/federation/peers/probe',
    body: 'PeerProbeRequest',
    required: ['base_url'],
    answer: 'PeerProbe',
  },
  getPeer: {
    method: 'GET',
    path: '/federation/peers/{peer_id}',
    reserved: { peer_id: ['probe'] },
    answer: 'Peer',
  },
  deletePeer: {
    method: 'DELETE',
    path: '/federation/peers/{peer_id}',
    reserved: { peer_id: ['probe'] },
  },
  updatePeer: {
    method: 'PATCH',
    path: '/federation/peers/{peer_id}',
    body: 'PeerUpdate',
    reserved: { peer_id: ['probe'] },
    answer: 'Peer',
  },
  listPeerRefusals: {
    method: 'GET',
    path: '/federation/peers/{peer_id}/refusals',
    reserved: { peer_id: ['probe'] },
    answer: 'PeerRefusal',
  },
  syncPeer: {
    method: 'POST',
    path: '/federation/peers/{peer_id}/sync',
    reserved: { peer_id: ['probe'] },
    answer: 'Peer',
  },
  federationChanges: {
    method: 'GET',
    path: '/federation/v1/changes',
    text: true,
  },
  federationReceiveEvent: {
    method: 'POST',
    path: '/federation/v1/events',
    body: 'Envelope',
    required: ['payloadType', 'payload', 'signatures'],
  },
  federationListAgents: {
    method: 'GET',
    path: '/federation/v1/marketplace/agents',
    answer: 'FederatedComponent',
  },
  federationGetAgent: {
    method: 'GET',
    path: '/federation/v1/marketplace/agents/{id}',
    answer: 'Component',
  },
  federationGetAgentBundle: {
    method: 'GET',
    path: '/federation/v1/marketplace/agents/{id}/bundle',
    answer: 'Bundle',
  },
  federationListCanvases: {
    method: 'GET',
    path: '/federation/v1/marketplace/canvases',
    answer: 'FederatedComponent',
  },
  federationGetCanvas: {
    method: 'GET',
    path: '/federation/v1/marketplace/canvases/{id}',
    answer: 'Component',
  },
  federationGetCanvasBundle: {
    method: 'GET',
    path: '/federation/v1/marketplace/canvases/{id}/bundle',
    answer: 'Bundle',
  },
  federationListDomains: {
    method: 'GET',
    path: '/federation/v1/marketplace/domains',
    answer: 'FederatedComponent',
  },
  federationGetDomain: {
    method: 'GET',
    path: '/federation/v1/marketplace/domains/{id}',
    answer: 'Component',
  },
  federationGetDomainBundle: {
    method: 'GET',
    path: '/federation/v1/marketplace/domains/{id}/bundle',
    answer: 'Bundle',
  },
  federationListSkills: {
    method: 'GET',
    path: '/federation/v1/marketplace/skills',
    answer: 'FederatedComponent',
  },
  federationGetSkill: {
    method: 'GET',
    path: '/federation/v1/marketplace/skills/{id}',
    answer: 'Component',
  },
  federationGetSkillBundle: {
    method: 'GET',
    path: '/federation/v1/marketplace/skills/{id}/bundle',
    answer: 'Bundle',
  },
  federationSubscribe: {
    method: 'POST',
    path: '/federation/v1/subscription',
    body: 'FederationSubscription',
    required: ['url'],
    answer: 'FederationSubscription',
  },
  federationUnsubscribe: {
    method: 'DELETE',
    path: '/federation/v1/subscription',
  },
  federationReportTotals: {
    method: 'POST',
    path: '/federation/v1/totals',
    body: 'FederationTotals',
    required: ['items'],
    answer: 'FederationTotalsTaken',
  },
} as const satisfies Record<string, Operation>;

/** Methods for federation. */
export abstract class FederationMethods extends EventsMethods {
  /**
   * List federation keys.
   *
   * Those that are not revoked, oldest first, never the secret.
   */
  listFederationKeys(params?: ListFederationKeysParams, options?: RequestOptions): PagePromise<FederationKey> {
    return this.page(operations.listFederationKeys, { path: [], params, options });
  }

  /**
   * Make a federation key.
   *
   * It reads public components by the federation routes and nothing else. The platform's admin who names no tenant makes
   * a key of the platform's own. The secret is in this answer and nowhere else.
   */
  createFederationKey(params: FederationKeyCreate, options?: RequestOptions): ApiPromise<FederationKeyCreated> {
    return this.one(operations.createFederationKey, { path: [], params, options });
  }

  /**
   * Revoke a federation key.
   *
   * It is refused from now on: at once by this node, within 5 seconds by every other.
   *
   * @param keyId The key's id, `fed_…`
   */
  deleteFederationKey(keyId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteFederationKey, { path: [keyId], options });
  }

  /**
   * List peers.
   *
   * In the order they were paired, never their keys.
   */
  listPeers(params?: ListPeersParams, options?: RequestOptions): PagePromise<Peer> {
    return this.page(operations.listPeers, { path: [], params, options });
  }

  /**
   * Pair with an instance.
   *
   * Pins the keys that it shows, which must match `fingerprint` where it is given, and pulls its public catalog from now on.
   * Its tenants are named `{tenant}@{name}` here.
   */
  createPeer(params: PeerCreate, options?: RequestOptions): ApiPromise<Peer> {
    return this.one(operations.createPeer, { path: [], params, options });
  }

  /**
   * Ask an instance who it is.
   *
   * The fingerprint that it shows to this server, before pairing with it. Compare it with what its operator tells you over
   * another channel, and give it as `fingerprint` to `POST /api/federation/peers`. Nothing is stored.
   */
  probePeer(params: PeerProbeRequest, options?: RequestOptions): ApiPromise<PeerProbe> {
    return this.one(operations.probePeer, { path: [], params, options });
  }

  /**
   * Show a peer.
   *
   * With the keys that are pinned, how far its feed was walked, and how many of its components are here.
   *
   * @param peerId The peer's id, `peer_…`
   */
  getPeer(peerId: string, options?: RequestOptions): ApiPromise<Peer> {
    return this.one(operations.getPeer, { path: [peerId], options });
  }

  /**
   * End a peer.
   *
   * Nothing is pulled any more, its key is forgotten, and what came from it is withdrawn here. Whoever has it installed keeps
   * it. Its name stays that instance's.
   *
   * @param peerId The peer's id, `peer_…`
   */
  deletePeer(peerId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deletePeer, { path: [peerId], options });
  }

  /**
   * Change a peer.
   *
   * What is left out stays. `status: active` ends a pause, and takes what a suspect peer says now for the truth. With
   * `fingerprint` the keys that it shows now are pinned in the place of those before.
   *
   * @param peerId The peer's id, `peer_…`
   */
  updatePeer(peerId: string, params: PeerUpdate, options?: RequestOptions): ApiPromise<Peer> {
    return this.one(operations.updatePeer, { path: [peerId], params, options });
  }

  /**
   * List what was refused of a peer.
   *
   * The latest first, with the reason; the same again is counted. The 1,000 latest are kept.
   *
   * @param peerId The peer's id, `peer_…`
   */
  listPeerRefusals(peerId: string, params?: ListPeerRefusalsParams, options?: RequestOptions): PagePromise<PeerRefusal> {
    return this.page(operations.listPeerRefusals, { path: [peerId], params, options });
  }

  /**
   * Pull from a peer now.
   *
   * Rather than on its schedule. `pulled_at` and `error` tell how it went.
   *
   * @param peerId The peer's id, `peer_…`
   */
  syncPeer(peerId: string, options?: RequestOptions): ApiPromise<Peer> {
    return this.one(operations.syncPeer, { path: [peerId], options });
  }

  /**
   * Follow what became different for the public.
   *
   * Lines (NDJSON) in the order of `sequence`: `{sequence, action, component_type, source_tenant_id, id, version?, instance,
   * record?, bundle?}`, where `record` is the component's present record in the envelope of the instance it comes from, and
   * the last of a component's lines on a page has it (`superseded` says that another one does). The line at the end is
   * `{page, next_cursor, has_more}`; `page` is signed by this instance and holds the SHA-256 of all bytes in front of it.
   * Whoever has read to the end has what the public sees; see FEDERATION_API.md.
   */
  federationChanges(params?: FederationChangesParams, options?: RequestOptions): ApiPromise<string> {
    return this.one(operations.federationChanges, { path: [], params, options });
  }

  /**
   * Tell that a feed has grown.
   *
   * For peers that are pulled from: an envelope of `application/vnd.atom.event+json`, signed by the instance whose feed it is.
   * It is pulled from as soon as a node has time. The same event again, or one that is more than five minutes old, does
   * nothing.
   */
  federationReceiveEvent(params: Envelope, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.federationReceiveEvent, { path: [], params, options });
  }

  /**
   * List public agents for a peer.
   *
   * In the order they came. `page_size` reaches 1,000 here.
   */
  federationListAgents(params?: FederationListAgentsParams, options?: RequestOptions): PagePromise<FederatedComponent> {
    return this.page(operations.federationListAgents, { path: [], params, options });
  }

  /**
   * Show a public agent to a peer.
   *
   * As everyone sees it.
   *
   * @param id The publisher's id
   */
  federationGetAgent(id: string, params?: FederationGetAgentParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.federationGetAgent, { path: [id], params, options });
  }

  /**
   * Give a peer everything an instance needs to run a public agent.
   *
   * The same bytes that everyone gets; with `Accept: application/vnd.dsse.envelope.v1+json` in their envelope, signed by the
   * instance where the version was published.
   *
   * @param id The publisher's id
   */
  federationGetAgentBundle(id: string, params?: FederationGetAgentBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.federationGetAgentBundle, { path: [id], params, options });
  }

  /**
   * List public canvases for a peer.
   *
   * In the order they came. `page_size` reaches 1,000 here.
   */
  federationListCanvases(params?: FederationListCanvasesParams, options?: RequestOptions): PagePromise<FederatedComponent> {
    return this.page(operations.federationListCanvases, { path: [], params, options });
  }

  /**
   * Show a public canvas to a peer.
   *
   * As everyone sees it.
   *
   * @param id The publisher's id
   */
  federationGetCanvas(id: string, params?: FederationGetCanvasParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.federationGetCanvas, { path: [id], params, options });
  }

  /**
   * Give a peer everything an instance needs to run a public canvas.
   *
   * The same bytes that everyone gets; with `Accept: application/vnd.dsse.envelope.v1+json` in their envelope, signed by the
   * instance where the version was published.
   *
   * @param id The publisher's id
   */
  federationGetCanvasBundle(id: string, params?: FederationGetCanvasBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.federationGetCanvasBundle, { path: [id], params, options });
  }

  /**
   * List public domains for a peer.
   *
   * In the order they came. `page_size` reaches 1,000 here.
   */
  federationListDomains(params?: FederationListDomainsParams, options?: RequestOptions): PagePromise<FederatedComponent> {
    return this.page(operations.federationListDomains, { path: [], params, options });
  }

  /**
   * Show a public domain to a peer.
   *
   * As everyone sees it.
   *
   * @param id The publisher's id
   */
  federationGetDomain(id: string, params?: FederationGetDomainParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.federationGetDomain, { path: [id], params, options });
  }

  /**
   * Give a peer everything an instance needs to run a public domain.
   *
   * The same bytes that everyone gets; with `Accept: application/vnd.dsse.envelope.v1+json` in their envelope, signed by the
   * instance where the version was published.
   *
   * @param id The publisher's id
   */
  federationGetDomainBundle(id: string, params?: FederationGetDomainBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.federationGetDomainBundle, { path: [id], params, options });
  }

  /**
   * List public skills for a peer.
   *
   * In the order they came. `page_size` reaches 1,000 here.
   */
  federationListSkills(params?: FederationListSkillsParams, options?: RequestOptions): PagePromise<FederatedComponent> {
    return this.page(operations.federationListSkills, { path: [], params, options });
  }

  /**
   * Show a public skill to a peer.
   *
   * As everyone sees it.
   *
   * @param id The publisher's id
   */
  federationGetSkill(id: string, params?: FederationGetSkillParams, options?: RequestOptions): ApiPromise<Component> {
    return this.one(operations.federationGetSkill, { path: [id], params, options });
  }

  /**
   * Give a peer everything an instance needs to run a public skill.
   *
   * The same bytes that everyone gets; with `Accept: application/vnd.dsse.envelope.v1+json` in their envelope, signed by the
   * instance where the version was published.
   *
   * @param id The publisher's id
   */
  federationGetSkillBundle(id: string, params?: FederationGetSkillBundleParams, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.federationGetSkillBundle, { path: [id], params, options });
  }

  /**
   * Ask to be told when the feed grows.
   *
   * From now on a hint is posted there, `{payloadType, payload, signatures}`, an envelope of
   * `application/vnd.atom.event+json` that this instance signs, at most one a second. It says how far the feed goes, and is
   * tried a few times: pull on a schedule as well. One subscription a key; another one takes its place.
   */
  federationSubscribe(params: FederationSubscription, options?: RequestOptions): ApiPromise<FederationSubscription> {
    return this.one(operations.federationSubscribe, { path: [], params, options });
  }

  /**
   * Ask not to be told any more.
   *
   * Whether there was a subscription or not.
   */
  federationUnsubscribe(options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.federationUnsubscribe, { path: [], options });
  }

  /**
   * Tell what components come to.
   *
   * How often they were installed and how they were rated on the peer, in all, so that telling twice counts once. It is shown
   * beside the numbers of here (`federated`), where the key's maker allows it (`accept_totals`).
   */
  federationReportTotals(params: FederationTotals, options?: RequestOptions): ApiPromise<FederationTotalsTaken> {
    return this.one(operations.federationReportTotals, { path: [], params, options });
  }
}
