// Clients of the real server, each of a tenant of its own: no test sees what another does.

import { inject } from 'vitest';

import { MarketplaceClient, type ClientOptions, type Plan } from '@atom-saas/marketplace-sdk';

/** Where the API of the real server is. */
export const baseUrl = (): string => `${inject('server')}/api`;

let made = 0;

/** A tenant id that no other test has. */
export const freshId = (prefix: string): string => `${prefix}-${process.pid}-${Date.now().toString(36)}-${made++}`;

/** A client with the admin key, which for once is what is meant. */
export const admin = (options: ClientOptions = {}): MarketplaceClient =>
  new MarketplaceClient({ baseUrl: baseUrl(), adminKey: inject('adminKey'), logLevel: 'off', ...options });

export interface Tenant {
  id: string;
  token: string;
  client: MarketplaceClient;
}

/** A new tenant with a token that may do everything in it. */
export async function newTenant(options: ClientOptions = {}, plan: Plan = 'team'): Promise<Tenant> {
  const platform = admin();
  const { id } = await platform.adminCreateTenant({ id: freshId('sdk'), name: 'SDK tests', plan });
  const { token } = await platform.adminCreateTenantToken(id, { name: 'tests' });
  const client = new MarketplaceClient({ baseUrl: baseUrl(), tenantId: id, apiToken: token, ...options });
  return { id, token, client };
}
