// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** Rates a component, in place of what the same author said before. */
export interface RateRequest {
  /** 1 (poor) to 5 (excellent). */
  rating: number;
  /** What to say about it, up to 5,000 characters. Left out: no review. */
  review?: string | null | undefined;
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
  /** The review, `rate_…`. */
  id: string;
  /** Whether the caller wrote it. */
  mine: boolean;
  /** 1 to 5. */
  rating: number;
  /** What it says. */
  review: string;
  /** When it was last changed, RFC 3339 UTC. */
  updatedAt: string;
}
