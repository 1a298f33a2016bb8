// Written by scripts/generate.mjs from openapi.json. Do not edit.

import type { Operation } from '../../operation.js';
import type { RequestOptions } from '../../options.js';
import type { PagePromise } from '../../page.js';
import type { ApiPromise } from '../../promise.js';
import type { ListSessionsParams } from '../parameters.js';
import type {
  AccountUpdate,
  PasswordResetConfirm,
  PasswordResetRequest,
  Session,
  SessionCreate,
  SessionSummary,
  SessionUpdate,
  SignUp,
  User,
} from '../types/index.js';
import { Sender } from '../../sender.js';

const operations = {
  updateAccount: {
    method: 'PATCH',
    path: '/account',
    body: 'AccountUpdate',
    answer: 'User',
  },
  requestPasswordReset: {
    method: 'POST',
    path: '/password-reset',
    body: 'PasswordResetRequest',
    required: ['email'],
  },
  confirmPasswordReset: {
    method: 'POST',
    path: '/password-reset/confirm',
    body: 'PasswordResetConfirm',
    required: ['token', 'password'],
    answer: 'Session',
  },
  getSession: {
    method: 'GET',
    path: '/session',
    answer: 'Session',
  },
  createSession: {
    method: 'POST',
    path: '/session',
    body: 'SessionCreate',
    required: ['email', 'password'],
    answer: 'Session',
  },
  deleteSession: {
    method: 'DELETE',
    path: '/session',
  },
  updateSession: {
    method: 'PATCH',
    path: '/session',
    body: 'SessionUpdate',
    required: ['tenant_id'],
    answer: 'Session',
  },
  listSessions: {
    method: 'GET',
    path: '/sessions',
    answer: 'SessionSummary',
  },
  endSession: {
    method: 'DELETE',
    path: '/sessions/{session_id}',
  },
  signUp: {
    method: 'POST',
    path: '/sign-up',
    body: 'SignUp',
    required: ['tenant_name', 'email', 'password', 'name'],
    answer: 'Session',
  },
} as const satisfies Record<string, Operation>;

/** Methods for account. */
export abstract class AccountMethods extends Sender {
  /**
   * Change the person's name or password.
   *
   * A new password needs the current one, and ends all other sessions. Wrong guesses at it count as at sign-in.
   */
  updateAccount(params: AccountUpdate, options?: RequestOptions): ApiPromise<User> {
    return this.one(operations.updateAccount, { path: [], params, options });
  }

  /**
   * Ask for a password reset.
   *
   * Mails a one-time link to the account, good for an hour, where mail is set up and there is one; the answer is the same in any
   * case. At most 3 letters an hour go to an address. Without mail, the operator makes one with
   * `atom-marketplace member reset-password`.
   */
  requestPasswordReset(params: PasswordResetRequest, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.requestPasswordReset, { path: [], params, options });
  }

  /**
   * Set a password by a one-time link.
   *
   * An invitation's or a reset's. The link is used up, all sessions of before end, and the browser is signed in. A person who is
   * invited and has a password here already takes the invitation up with that one.
   */
  confirmPasswordReset(params: PasswordResetConfirm, options?: RequestOptions): ApiPromise<Session> {
    return this.one(operations.confirmPasswordReset, { path: [], params, options });
  }

  /**
   * Show the session.
   *
   * Who is signed in, where they belong, and the token that their pages send as `X-CSRF-Token`.
   */
  getSession(options?: RequestOptions): ApiPromise<Session> {
    return this.one(operations.getSession, { path: [], options });
  }

  /**
   * Sign in.
   *
   * Sets the session's cookie (`atom_session`, with https `__Host-atom_session`; `HttpOnly`, `SameSite=Lax`). Whatever is not a
   * plain read then needs the answer's `csrf_token` as `X-CSRF-Token`, and must not come from a page of another site. A session
   * the browser had before ends. An unknown address and a wrong password get the same answer after the same work.
   *
   * After 10 wrong passwords for an account, or 50 from an address, within 15 minutes, further attempts are answered 429 until
   * those are over; sessions that exist go on, and a password reset works.
   */
  createSession(params: SessionCreate, options?: RequestOptions): ApiPromise<Session> {
    return this.one(operations.createSession, { path: [], params, options });
  }

  /**
   * Sign out.
   *
   * Ends the session: at once on this node, within 5 seconds on every other.
   */
  deleteSession(options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.deleteSession, { path: [], options });
  }

  /**
   * Choose the tenant to act for.
   *
   * It holds for requests without `X-Tenant-ID`, from now on and in this session.
   */
  updateSession(params: SessionUpdate, options?: RequestOptions): ApiPromise<Session> {
    return this.one(operations.updateSession, { path: [], params, options });
  }

  /**
   * List the person's sessions.
   *
   * Those that go on, oldest first: where and when each was begun, and when it was last used.
   */
  listSessions(params?: ListSessionsParams, options?: RequestOptions): PagePromise<SessionSummary> {
    return this.page(operations.listSessions, { path: [], params, options });
  }

  /**
   * End one of the person's sessions.
   *
   * Whatever browser it is in is signed out: at once on this node, within 5 seconds on every other.
   *
   * @param sessionId The session's id, `ses_…`
   */
  endSession(sessionId: string, options?: RequestOptions): ApiPromise<void> {
    return this.one(operations.endSession, { path: [sessionId], options });
  }

  /**
   * Sign up.
   *
   * Makes a tenant of the free plan with its owner, who is signed in at once. Whether everyone may is the operator's setting: in
   * `invite` mode it takes the token of a one-time link, `atom-marketplace tenant invite` makes one.
   */
  signUp(params: SignUp, options?: RequestOptions): ApiPromise<Session> {
    return this.one(operations.signUp, { path: [], params, options });
  }
}
