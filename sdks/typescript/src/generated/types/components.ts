// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** A category and how many components are in it. */
export interface CategoryCount {
  /** The category. */
  category: string;
  /** Components the caller may see in it. */
  count: number;
}
