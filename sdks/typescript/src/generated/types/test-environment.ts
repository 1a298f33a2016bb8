// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** Who signs in to the test environment. */
export interface TestLogin {
  /** The test account's address. */
  email: string;
  /** Its password. */
  password: string;
}

/** How many requests tokens of the test environment may make. */
export interface TestRateLimit {
  /** Requests a window, for each tenant; 0 refuses the next one. `null` or left out: the usual number, an hour. */
  limit?: number | null | undefined;
  /** How long a window is, 1 to 3,600. Left out: an hour. */
  windowSeconds?: number | null | undefined;
}

/** A token of the test environment. It is worth nothing outside of it. */
export interface TestSession {
  /** Send it as `Authorization: Bearer …`. */
  apiToken: string;
  /** Seconds until it ends. */
  expiresIn: number;
  /** The tenant it acts for. */
  tenantId: string;
  /** Always `Bearer`. */
  tokenType: string;
}
