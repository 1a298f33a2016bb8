// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** An API token that whoever found it hands in. */
export interface LeakedToken {
  /** The token itself, `at_saas_…`. */
  token: string;
}

/** What became of a token that was handed in. */
export interface LeakedTokenOutcome {
  /** Whether it opened something until now. Else it was unknown, expired or revoked before. */
  revoked: boolean;
}
