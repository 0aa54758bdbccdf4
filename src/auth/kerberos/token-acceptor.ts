import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../config/index.js';
import { Slots, untilAborted } from '../../concurrency/index.js';

/** As far as it is used; the package itself is optional. */
type KerberosLibrary = Pick<typeof import('kerberos'), 'initializeServer'>;

/** Whom a token stands for. */
export interface AcceptedToken {
  /** `alice@EXAMPLE.ORG` */
  principal: string;
  /** Proof for the caller that this is the service, base64; undefined when the caller asks for none. */
  proof: string | undefined;
}

export interface AcceptorOptions {
  /** `HTTP@host` */
  service: string;
  /** Absolute path; undefined = what `KRB5_KTNAME` or the library's configuration says. */
  keytab: string | undefined;
  /** Folder of this process's host for the replay cache. */
  directory: string;
}

/** Calls of the library hold a thread of Node's pool, which has four and serves files and names, too. */
const SIDE_BY_SIDE = 2;

/** For waiting and looking together. A token takes about a millisecond; a resolver that is away takes longer. */
const TIME_LIMIT = 10_000;

/** Accepts Kerberos tokens for one service principal, by the Kerberos library of this host. */
export class TokenAcceptor {
  private readonly slots = new Slots(SIDE_BY_SIDE);

  private constructor(
    private readonly library: KerberosLibrary,
    private readonly service: string,
  ) {}

  /**
   * Tells the library, by the environment of this process, which keytab and which replay cache it uses, and tries them.
   * Throws `ConfigurationError`.
   */
  static async open({ service, keytab, directory }: AcceptorOptions, load = loadLibrary): Promise<TokenAcceptor> {
    const library = await load();
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (keytab !== undefined) process.env.KRB5_KTNAME = `FILE:${keytab}`;
    // Whatever it said before: without a replay cache a recorded token logs in a second time.
    process.env.KRB5RCACHENAME = `file2:${join(directory, 'replay-cache')}`;
    try {
      await library.initializeServer(service);
    } catch (error) {
      throw new ConfigurationError([withoutKey(service, keytab, messageOf(error))]);
    }
    return new TokenAcceptor(library, service);
  }

  /**
   * Whom a token stands for. Throws the library's error; a `TimeoutError` (`DOMException`) when the library does not
   * answer in time.
   *
   * @param token base64, without white space
   */
  async accept(token: string): Promise<AcceptedToken> {
    const signal = AbortSignal.timeout(TIME_LIMIT);
    const giveBack = await this.slots.take(signal);
    // Nothing ends a call of the library: its place stays taken until it returns.
    return untilAborted(this.look(token).finally(giveBack), signal);
  }

  /** The keytab is read every time, so a new key needs no restart. One round: no state is kept between calls. */
  private async look(token: string): Promise<AcceptedToken> {
    const context = await this.library.initializeServer(this.service);
    await context.step(token);
    if (!context.contextComplete) throw new Error('The routine must be called again');
    return { principal: context.username, proof: context.response || undefined };
  }
}

async function loadLibrary(): Promise<KerberosLibrary> {
  try {
    const { initializeServer } = await import('kerberos');
    return { initializeServer };
  } catch (error) {
    throw new ConfigurationError([
      'CACHITO_KERBEROS_SERVICE needs the optional package kerberos, which is not installed or cannot be loaded ' +
        `(${messageOf(error).split('\n')[0]}). Install what it is compiled with and against (Debian: apt-get install ` +
        'libkrb5-dev g++ make python3; to run it: libgssapi-krb5-2), then run "npm ci"; or log in another way and ' +
        'unset CACHITO_KERBEROS_SERVICE',
    ]);
  }
}

function withoutKey(service: string, keytab: string | undefined, message: string): string {
  const principal = service.replace('@', '/');
  const file = keytab ?? process.env.KRB5_KTNAME ?? 'the default keytab of this host';
  return (
    `CACHITO_KERBEROS_SERVICE names ${service}, but ${file} gives no key of ${principal} to this process: ${message}. ` +
    `Let the administrators of the realm make one ("ktadd -k cachito.keytab ${principal}"), let the user of this process ` +
    'read it, and name it in CACHITO_KERBEROS_KEYTAB; "klist -k" shows what a keytab holds'
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
