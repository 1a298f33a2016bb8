// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListOwnSubmissionMessagesParams, ListOwnSubmissionsParams, ListTransfersParams } from '../parameters.js';
import type { Message, MessageCreate, Submission, SubmissionDetail, Transfer } from '../types/index.js';
import { InstallsMethods } from './installs.js';

const operations = {
  listOwnSubmissions: {
    method: 'GET',
    path: '/submissions',
    answer: 'Submission',
  },
  getOwnSubmission: {
    method: 'GET',
    path: '/submissions/{id}',
    answer: 'SubmissionDetail',
  },
  listOwnSubmissionMessages: {
    method: 'GET',
    path: '/submissions/{id}/messages',
    answer: 'Message',
  },
  replyToSubmission: {
    method: 'POST',
    path: '/submissions/{id}/messages',
    body: 'MessageCreate',
    required: ['text'],
    answer: 'Message',
  },
  listTransfers: {
    method: 'GET',
    path: '/transfers',
    required: ['direction'],
    answer: 'Transfer',
  },
  getTransfer: {
    method: 'GET',
    path: '/transfers/{id}',
    answer: 'Transfer',
  },
  cancelTransfer: {
    method: 'DELETE',
    path: '/transfers/{id}',
  },
  acceptTransfer: {
    method: 'POST',
    path: '/transfers/{id}/accept',
    answer: 'Transfer',
  },
  declineTransfer: {
    method: 'POST',
    path: '/transfers/{id}/decline',
    answer: 'Transfer',
  },
} as const satisfies Record<string, Operation>;

/** Methods for publishing. */
export abstract class PublishingMethods extends InstallsMethods {
  /**
   * Lists what the tenant has submitted to the public, the latest first.
   *
   * With where each stands, what the checks found, and what the reviewer said. `total` counts to 1,000.
   */
  listOwnSubmissions(params?: ListOwnSubmissionsParams, options?: RequestOptions): PagePromise<Submission> {
    return this.page(operations.listOwnSubmissions, { path: [], params, options });
  }

  /**
   * Reads a submission of the tenant.
   *
   * Its state, what the checks found, and who decided what, when and why.
   *
   * @param id `sub_…`
   */
  getOwnSubmission(id: string, options?: RequestOptions): ApiPromise<SubmissionDetail> {
    return this.one(operations.getOwnSubmission, { path: [id], options });
  }

  /**
   * Lists the messages about a submission of the tenant, the oldest first.
   *
   * What its reviewers and the tenant have said to each other.
   *
   * @param id `sub_…`
   */
  listOwnSubmissionMessages(id: string, params?: ListOwnSubmissionMessagesParams, options?: RequestOptions): PagePromise<Message> {
    return this.page(operations.listOwnSubmissionMessages, { path: [id], params, options });
  }

  /**
   * Answers the reviewers of a submission.
   *
   * At any time, also when changes were requested. To change what is submitted, publish again.
   *
   * @param id `sub_…`
   */
  replyToSubmission(id: string, params: MessageCreate, options?: RequestOptions): ApiPromise<Message> {
    return this.one(operations.replyToSubmission, { path: [id], params, options });
  }

  /**
   * List transfers.
   *
   * Offers made to the caller's tenant, or by it, the latest first; decided and expired ones too.
   */
  listTransfers(params: ListTransfersParams, options?: RequestOptions): PagePromise<Transfer> {
    return this.page(operations.listTransfers, { path: [], params, options });
  }

  /**
   * Get transfer.
   *
   * An offer made by the caller's tenant, or to it.
   *
   * @param id `trf_…`
   */
  getTransfer(id: string, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.getTransfer, { path: [id], options });
  }

  /**
   * Cancel transfer.
   *
   * Takes back an offer that the caller's tenant made.
   *
   * @param id `trf_…`
   */
  cancelTransfer(id: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.cancelTransfer, { path: [id], options });
  }

  /**
   * Accept transfer.
   *
   * The component is the caller's from then on, if its storage has room for it.
   *
   * @param id `trf_…`
   */
  acceptTransfer(id: string, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.acceptTransfer, { path: [id], options });
  }

  /**
   * Decline transfer.
   *
   * The component stays whose it is.
   *
   * @param id `trf_…`
   */
  declineTransfer(id: string, options?: RequestOptions): ApiPromise<Transfer> {
    return this.one(operations.declineTransfer, { path: [id], options });
  }
}
