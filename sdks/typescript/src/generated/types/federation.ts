// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Kind } from './common.js';

/** A signed document, not checked yet. Its canonical JSON is the one form it has as bytes. */
export interface Envelope {
  /** The document's bytes in base64 (RFC 4648 §4, with padding). */
  payload: string;
  /** What the payload is. */
  payloadType: string;
  /** Exactly one. */
  signatures: readonly EnvelopeSignature[];
}

/** The signature of an envelope. */
export interface EnvelopeSignature {
  /** The key it was made with: the first 16 hex digits of the SHA-256 of its 32 bytes. */
  keyid: string;
  /** Ed25519 over `DSSEv1 <length> <type> <length> <payload>`, base64. */
  sig: string;
}

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

/** A peer, without its key. */
export interface Peer {
  /** The root of the instance. */
  baseUrl: string;
  /** Components that came from it and are not withdrawn. */
  components: number;
  /** When it was paired, RFC 3339 UTC. */
  createdAt: string;
  /** When there was last nothing more to pull, RFC 3339 UTC; `null` is never. */
  currentAt?: string | null | undefined;
  /** When it is asked next, RFC 3339 UTC. */
  dueAt: string;
  /** Why the last pull failed, if it did. */
  error?: string | null | undefined;
  /** Which components are taken. */
  filters: FederationFilters;
  /** Of its present key. */
  fingerprint: string;
  /** How far its feed reached when it was last asked. */
  head: number;
  /** Its id. */
  id: string;
  /** Which instance it is. */
  instance: PeerInstance;
  /** The keys that are pinned. */
  keys: PeerKey[];
  /** How much is kept of it. */
  mirror: PeerMirror;
  /** What it is called here; behind the `@` of its tenants. */
  name: string;
  /** What becomes of what it offers. */
  policy: PeerPolicy;
  /** When it was last asked, RFC 3339 UTC; `null` is never. */
  pulledAt?: string | null | undefined;
  /** Whether those who pull from here get what comes from there. */
  reexport: boolean;
  /** Refusals that are listed. */
  refusals: number;
  /** Seconds between two pulls. */
  scheduleSeconds: number;
  /** How far its feed was walked. */
  sequence: number;
  /** Whether it is told totals. */
  shareTotals: boolean;
  /** Whether it is pulled from. */
  status: PeerStatus;
  /** Why it is suspect. */
  statusReason?: string | null | undefined;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
}

/** A new peer. */
export interface PeerCreate {
  /** The root of the instance; a trailing `/api` or `/api/federation` is accepted. */
  baseUrl: string;
  /** Which components are taken. Left out: all. */
  filters?: FederationFilters | null | undefined;
  /**
   * The fingerprint of its present key, as its operator has told you. Where it is given, it must be the one that the
   * instance shows; left out, whatever it shows is pinned.
   */
  fingerprint?: string | null | undefined;
  /** A federation key that was made there for this instance. It is stored sealed and never shown. */
  key: string;
  /** How much is kept of it. Left out: `all`. */
  mirror?: PeerMirror | null | undefined;
  /** What it is called here, 2–63 of `a-z 0-9 . -`: its tenant `acme` becomes `acme@NAME`. It cannot be changed. */
  name: string;
  /** What becomes of what it offers. Left out: `publish`. */
  policy?: PeerPolicy | null | undefined;
  /** Whether those who pull from here get what comes from there. Left out: no. */
  reexport?: boolean | null | undefined;
  /** Seconds between two pulls, 10–86,400. Left out: 300. */
  scheduleSeconds?: number | null | undefined;
  /** Whether it is told how often its components are installed and how they are rated here. Left out: no. */
  shareTotals?: boolean | null | undefined;
}

/** Which instance a peer is. */
export interface PeerInstance {
  /** Its id. */
  id: string;
  /** What it calls itself. */
  name: string;
}

/** A pinned key. */
export interface PeerKey {
  /** The same for people. */
  fingerprint: string;
  /** Its id: the first 16 hexadecimal digits of its SHA-256. */
  keyid: string;
  /** When it was pinned, RFC 3339 UTC. */
  pinnedAt: string;
  /** Whether it verifies only what it has signed before. */
  retired: boolean;
}

/** How much is kept of what a peer offers. */
export type PeerMirror = 'all' | 'metadata';

/** What becomes of what a peer offers. */
export type PeerPolicy = 'publish' | 'review';

/** Who an instance says it is, before it is paired with. */
export interface PeerProbe {
  /** The root of the instance. */
  baseUrl: string;
  /** Of its present key: compare it with what its operator tells you. */
  fingerprint: string;
  /** Which instance it is. */
  instance: PeerInstance;
}

/** Asks who an instance is. */
export interface PeerProbeRequest {
  /** The root of the instance; a trailing `/api` or `/api/federation` is accepted. */
  baseUrl: string;
}

/** Something of a peer that was not taken. */
export interface PeerRefusal {
  /** Why, for programs: `bad_signature`, `rollback`, …; docs/FEDERATION_API.md lists them. */
  code: string;
  /** The component's id. */
  componentId?: string | null | undefined;
  /** The component's kind, where it is about one. */
  componentType?: Kind | null | undefined;
  /** When it was refused first, RFC 3339 UTC. */
  firstAt: string;
  /** Its id. */
  id: string;
  /** The instance that was named as its origin. */
  instance?: string | null | undefined;
  /** When it was refused last, RFC 3339 UTC. */
  lastAt: string;
  /** Why, for people. */
  message: string;
  /** Where in the peer's feed it stood. */
  sequence?: number | null | undefined;
  /** The component's publisher there. */
  sourceTenantId?: string | null | undefined;
  /** How often it was refused. */
  times: number;
  /** The version, where it is about one. */
  version?: string | null | undefined;
}

/** Whether a peer is pulled from. */
export type PeerStatus = 'active' | 'paused' | 'suspect';

/** What to change of a peer; what is left out stays. */
export interface PeerUpdate {
  /** Where it is now. It must be the same instance. */
  baseUrl?: string | null | undefined;
  /** Which components are taken; the others are withdrawn here. */
  filters?: FederationFilters | null | undefined;
  /**
   * Pins the keys that the instance shows now, in the place of those pinned before: this must be the fingerprint of its
   * present one. For an instance that has lost its key; one that rotates it is followed without this.
   */
  fingerprint?: string | null | undefined;
  /** Another federation key. */
  key?: string | null | undefined;
  /** How much is kept of it from now on. */
  mirror?: PeerMirror | null | undefined;
  /** What becomes of what it offers from now on. */
  policy?: PeerPolicy | null | undefined;
  /** Whether those who pull from here get what comes from there. */
  reexport?: boolean | null | undefined;
  /** Seconds between two pulls, 10–86,400. */
  scheduleSeconds?: number | null | undefined;
  /** Whether it is told how often its components are installed and how they are rated here. */
  shareTotals?: boolean | null | undefined;
  /** `paused` ends pulling; `active` goes on, and takes what a suspect peer says now for the truth. */
  status?: PeerStatus | null | undefined;
}
