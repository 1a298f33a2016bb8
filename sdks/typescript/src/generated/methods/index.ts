// Written by scripts/generate.mjs from openapi.json. Do not edit.

export { WebhooksMethods as Methods } from './webhooks.js';
