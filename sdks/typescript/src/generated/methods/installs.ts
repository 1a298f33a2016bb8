// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListInstallationsParams } from '../parameters.js';
import type { Bundle, Installation, InstallationUpdate, Lock, LockResponse } from '../types/index.js';
import { FederationMethods } from './federation.js';

const operations = {
  listInstallations: {
    method: 'GET',
    path: '/installations',
    answer: 'Installation',
  },
  getInstallationsLock: {
    method: 'GET',
    path: '/installations/lock',
    answer: 'Lock',
  },
  installLock: {
    method: 'POST',
    path: '/installations/lock',
    body: 'Lock',
    required: ['lock_version', 'components'],
    answer: 'LockResponse',
  },
  getInstallation: {
    method: 'GET',
    path: '/installations/{id}',
    reserved: { id: ['lock'] },
    answer: 'Installation',
  },
  updateInstallation: {
    method: 'PATCH',
    path: '/installations/{id}',
    body: 'InstallationUpdate',
    reserved: { id: ['lock'] },
    answer: 'Installation',
  },
  getInstallationBundle: {
    method: 'GET',
    path: '/installations/{id}/bundle',
    reserved: { id: ['lock'] },
    answer: 'Bundle',
  },
} as const satisfies Record<string, Operation>;

/** Methods for installs. */
export abstract class InstallsMethods extends FederationMethods {
  /**
   * List installations.
   *
   * What the caller's tenant has installed, newest first.
   */
  listInstallations(params?: ListInstallationsParams, options?: RequestOptions): PagePromise<Installation> {
    return this.page(operations.listInstallations, { path: [], params, options });
  }

  /**
   * Get lock.
   *
   * Everything that is installed, with exact versions and digests, to be installed again elsewhere. No configuration is in it.
   */
  getInstallationsLock(options?: RequestOptions): ApiPromise<Lock> {
    return this.one(operations.getInstallationsLock, { path: [], options });
  }

  /**
   * Install lock.
   *
   * Installs exactly these versions, all of them or none; what else is installed stays, and nothing comes along. A
   * component that needs a configuration takes it beside its version. Content that is not what was locked is 409.
   */
  installLock(params: Lock, options?: RequestOptions): ApiPromise<LockResponse> {
    return this.one(operations.installLock, { path: [], params, options });
  }

  /**
   * Get installation.
   *
   * One installation, with a later version if there is one. The values of API keys are never shown.
   *
   * @param id `inst_…`
   */
  getInstallation(id: string, options?: RequestOptions): ApiPromise<Installation> {
    return this.one(operations.getInstallation, { path: [id], options });
  }

  /**
   * Update installation.
   *
   * Replaces the configuration, part by part (`api_keys` left out keeps the keys), and changes the version to `latest` or
   * to an exact one. A new version is validated as an install is, against the configuration it is to have; `latest` never
   * goes back.
   *
   * @param id `inst_…`
   */
  updateInstallation(id: string, params: InstallationUpdate, options?: RequestOptions): ApiPromise<Installation> {
    return this.one(operations.updateInstallation, { path: [id], params, options });
  }

  /**
   * Get installation bundle.
   *
   * Everything an instance needs to run the installed version, with the content of its files: also if it was yanked or
   * withdrawn since. With `Accept: application/vnd.dsse.envelope.v1+json` it comes in its envelope, signed by the instance where
   * the version was published. While it is quarantined, or once it was taken down, there is none: 404 with `details.status`.
   *
   * @param id `inst_…`
   */
  getInstallationBundle(id: string, options?: RequestOptions): ApiPromise<Bundle> {
    return this.one(operations.getInstallationBundle, { path: [id], options });
  }
}
