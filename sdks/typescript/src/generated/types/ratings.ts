// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { JsonObject } from './common.js';

/** What the caller said of a component. */
export interface OwnRating {
  /** When it was written, RFC 3339 UTC. */
  createdAt: string;
  /** Why the platform hides it: nobody else sees it then, and it does not count. */
  hiddenReason?: string | null | undefined;
  /** Its id, `rate_…`. */
  id: string;
  /** 1 to 5. */
  rating: number;
  /** What it says. */
  review?: string | null | undefined;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
}

/** Rates a component, in place of what the same author said before. */
export interface RateRequest {
  /** 1 (poor) to 5 (excellent). */
  rating: number;
  /** What to say about it, up to 5,000 characters. Left out: no review. */
  review?: string | null | undefined;
}

/** What all ratings of a component come to. */
export interface RatingOverview {
  /** Plain mean of all ratings, 1–5; null when unrated. */
  averageRating?: number | null | undefined;
  /** How often each rating was given: the keys are `1` to `5`, all of them. */
  histogram: JsonObject;
  /** The caller's own rating. */
  mine?: OwnRating | null | undefined;
  /** How many ratings. */
  ratingCount: number;
  /** Plain mean of the ratings whose tenants have the component installed now; null when there is none. */
  verifiedAverage?: number | null | undefined;
  /** How many those are. */
  verifiedCount: number;
}

/** The author's rating and what all ratings come to. */
export interface RatingSummary {
  /** Plain mean of all ratings, 1–5; null when unrated. */
  averageRating?: number | null | undefined;
  /** The author's rating; null when there is none. */
  rating?: number | null | undefined;
  /** How many ratings. */
  ratingCount: number;
}

/** A rating that says something. */
export interface Review {
  /** The name of the author's tenant; who wrote it is not told. */
  author: string;
  /** When it was written, RFC 3339 UTC. */
  createdAt: string;
  /** Why the platform hides it: only its author and the platform see it then, and it does not count. */
  hiddenReason?: string | null | undefined;
  /** The review, `rate_…`. */
  id: string;
  /** Whether the author's tenant has the component installed now. */
  installed: boolean;
  /** Whether the caller wrote it. */
  mine: boolean;
  /** 1 to 5. */
  rating: number;
  /** What the component's publisher answers. */
  reply?: ReviewReply | null | undefined;
  /** What it says. */
  review: string;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
}

/** Tells the platform that a review should not be there. */
export interface ReviewFlagRequest {
  /** Why, up to 2,000 characters. */
  reason: string;
}

/** What a publisher answers to a review. */
export interface ReviewReply {
  /** When it was written, RFC 3339 UTC. */
  repliedAt: string;
  /** What it says. */
  text: string;
}

/** Answers a review, in place of what was answered before. */
export interface ReviewReplyRequest {
  /** What to say, up to 5,000 characters. */
  text: string;
}
