import { Logger } from '@nestjs/common';
import { errors, type JWSHeaderParameters, type LocalJWKSet } from 'jose';
import type { CryptoKey } from 'jose';
import { describeError } from '../../errors/index.js';

/** Milliseconds. Keys are fetched anew when they are older than this. */
const FRESH = 10 * 60_000;
/** The issuer is not asked again sooner, whatever anonymous callers send. */
const COOL_DOWN = 30_000;
/** While the issuer is away, keys are used for so long. */
const STALE = 24 * 60 * 60_000;

/** Seconds after which a call may be tried again that cannot be judged now. */
export const RETRY_AFTER = COOL_DOWN / 1000;

/** The keys of an issuer are not to be had: whether a token is good cannot be said now. */
export class KeysUnavailable extends Error {}

/** No key of the issuer has made this signature, as far as the token's header says. */
export class UnknownKey extends Error {}

/** The keys of one issuer: fetched when they are needed, and again when they are old or one is missing. */
export class IssuerKeys {
  private readonly logger = new Logger('Oidc');
  private keys: LocalJWKSet | undefined;
  private fetched = Number.NEGATIVE_INFINITY;
  private asked = Number.NEGATIVE_INFINITY;
  private hasFailed = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly issuer: string,
    private readonly fetchKeys: () => Promise<LocalJWKSet>,
    /** A clock that never steps back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The key that a token's header names. Throws `UnknownKey` or `KeysUnavailable`. */
  async find(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (this.age() > FRESH) await this.refresh();
    const known = await this.lookUp(header);
    if (known !== undefined) return known;
    // It may be a new one.
    await this.refresh();
    const found = await this.lookUp(header);
    if (found !== undefined) return found;
    if (this.hasFailed) throw new KeysUnavailable();
    throw new UnknownKey();
  }

  private async lookUp(header: JWSHeaderParameters): Promise<CryptoKey | undefined> {
    if (this.keys === undefined || this.age() > STALE) throw new KeysUnavailable();
    try {
      return await this.keys(header);
    } catch (error) {
      // Several keys match a header without `kid`, or the key is of a kind that nobody can use.
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** Asks the issuer, unless it was asked just now; callers share one answer. */
  private refresh(): Promise<void> {
    if (this.running !== undefined) return this.running;
    if (this.now() - this.asked < COOL_DOWN) return Promise.resolve();
    this.asked = this.now();
    this.running = this.fetch().finally(() => (this.running = undefined));
    return this.running;
  }

  private async fetch(): Promise<void> {
    try {
      this.keys = await this.fetchKeys();
      this.fetched = this.now();
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      this.logger.warn(`The keys of ${this.issuer} cannot be had: ${describeError(error).message}`);
    }
  }

  private age(): number {
    return this.now() - this.fetched;
  }
}
