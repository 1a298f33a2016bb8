// Written by scripts/generate.mjs from openapi.json. Do not edit.

/** The version of this package. */
export const VERSION = '0.1.0';
