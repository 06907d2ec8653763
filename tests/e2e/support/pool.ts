// The dev pool's own addresses under /_devpool, for tests. devpool/README.md describes them.
import { expect, type APIRequestContext } from '@playwright/test';

export type Purpose = 'sign_up' | 'resend_code' | 'forgot_password' | 'update_attribute' | 'verify_attribute' | 'sign_in' | 'mfa'
  | 'custom_challenge' | 'temporary_password';

export interface Message {
  id: number;
  to: string;
  medium: string;
  purpose: Purpose;
  code: string;
  at: string;
}

export interface NewUser {
  /** One of the three is what they sign in with. */
  username?: string;
  email?: string;
  phone_number?: string;
  /** A password of the user's own: confirmed unless `confirmed` is false. */
  password?: string;
  /** One that must be changed at the first sign-in; made up when neither is given, and sent as a message. */
  temporary_password?: string;
  confirmed?: boolean;
  /** No password at all. */
  passwordless?: boolean;
  email_verified?: boolean;
  attributes?: Record<string, string>;
}

export interface PoolUser {
  username: string;
  sub: string;
  email: string;
  status: string;
  enabled: boolean;
  attributes: Record<string, string>;
  mfa: { enabled: string[]; preferred: string | null; software_token: boolean; passkeys: boolean };
  sessions: number;
}

export type Fault = {
  /** An operation's name, or `*`. */
  operation: string;
  /** How many calls: 1 unless given; `null` until removed. */
  count?: number | null;
} & (
  | { kind: 'error'; name: string; message?: string; status?: number }
  | { kind: 'status'; status: number; body?: string; content_type?: string }
  | { kind: 'delay'; ms: number }
  | { kind: 'drop' | 'garbage' | 'empty' | 'hang' }
);

export interface Call {
  id: number;
  operation: string;
  auth_flow?: string;
  challenge?: string;
  status: number | null;
  error: string | null;
  faults: string[];
}

export class Pool {
  constructor(readonly origin: string, private readonly http: APIRequestContext) {}

  private async call<T>(method: string, path: string, data?: unknown): Promise<T> {
    const answer = await this.http.fetch(`${this.origin}/_devpool${path}`, { method, data: data as any });
    const text = await answer.text();
    if (!answer.ok()) throw new Error(`${method} /_devpool${path}: ${answer.status()} ${text}`);
    return JSON.parse(text) as T;
  }

  /** No users, messages, faults or calls; the clock and the settings as at the start. */
  reset = () => this.call('POST', '/reset');

  /** What was sent, the latest last. */
  async messages(to?: string): Promise<Message[]> {
    const messages = await this.call<Message[]>('GET', `/messages${to ? `?to=${encodeURIComponent(to)}` : ''}`);
    return messages.sort((a, b) => a.id - b.id);
  }

  /** The code of the latest message to somebody; waits until there is one. `after`: a message's id that is old news. */
  async latestCode(to: string, { purpose, after = 0 }: { purpose?: Purpose | Purpose[]; after?: number } = {}): Promise<string> {
    const wanted = purpose === undefined ? undefined : [purpose].flat();
    let found: Message | undefined;
    await expect.poll(async () => {
      found = (await this.messages(to)).filter((m) => m.id > after && (!wanted || wanted.includes(m.purpose))).at(-1);
      return found !== undefined;
    }, { message: `a ${wanted?.join(' or ') ?? ''} message to ${to}` }).toBe(true);
    return found!.code;
  }

  createUser = (user: NewUser) => this.call<PoolUser>('POST', '/users', user);
  user = (name: string) => this.call<PoolUser>('GET', `/users/${encodeURIComponent(name)}`);
  /** `sign_out: true` revokes every session. */
  changeUser = (name: string, change: Record<string, unknown>) => this.call<PoolUser>('PATCH', `/users/${encodeURIComponent(name)}`, change);
  deleteUser = (name: string) => this.call('DELETE', `/users/${encodeURIComponent(name)}`);

  users = () => this.call<PoolUser[]>('GET', '/users');
  /** What somebody's authenticator app shows now. */
  totp = (name: string) => this.call<{ code: string }>('GET', `/users/${encodeURIComponent(name)}/totp`);
  /** Gives somebody an authenticator app that is asked for from now on. */
  giveTotp = (name: string) => this.call<{ secret: string }>('PUT', `/users/${encodeURIComponent(name)}/totp`);

  settings = () => this.call<Record<string, any>>('GET', '/settings');
  /** Puts members over the settings in force, e.g. `{ tokens: { access_token_seconds: 300 } }`. */
  changeSettings = (changes: Record<string, unknown>) => this.call<Record<string, any>>('PUT', '/settings', changes);

  /** Moves the pool's clock; the browser's stays (see page.clock). */
  advanceClock = (seconds: number) => this.call('POST', '/clock', { advance: seconds });

  /** Makes coming calls go wrong. */
  fault = (...faults: Fault[]) => this.call('POST', '/faults', faults);
  clearFaults = () => this.call('DELETE', '/faults');

  /** Calls of Cognito operations since the last reset, the oldest first. */
  async requests(operation?: string): Promise<Call[]> {
    const calls = await this.call<Call[]>('GET', '/requests');
    return calls.sort((a, b) => a.id - b.id).filter((call) => !operation || call.operation === operation);
  }
  clearRequests = () => this.call('DELETE', '/requests');
}
