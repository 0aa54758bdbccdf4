import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AddressRefusedError,
  errorCode,
  type HttpClient,
  type HttpResponse,
  isTransientStatus,
  parseRetryAfter,
  TransientFailure,
} from '../../download/index.js';
import { NetworkError, RepositoryAccessError, ValidationError } from '../../errors/index.js';
import type { Credentials, Repository } from '../repository.js';
import { netrcCredentials } from './netrc.js';
import type { Remote } from './remote.js';

const SERVICE = '/info/refs?service=git-upload-pack';
const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';
/** Forges tell git from browsers by this. Version 2 of the protocol keeps the answer short. */
const HEADERS = { 'User-Agent': 'git/2.39 (cachito)', 'Git-Protocol': 'version=2', Accept: '*/*' };
/** Failures of a connection that will be the same next time. */
const PERMANENT = /^(ENOTFOUND|CERT_|ERR_TLS|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|ERR_SSL|EPROTO)/;

/**
 * Finds out where a repository really is: resolves its host, has the address policy judge it, and follows the redirects
 * of smart HTTP with the service's own client, so that git itself never resolves a name or follows a redirect.
 * Credentials come from the submitted address or from `.netrc` in the home of the service, each for its own host only.
 */
export class Remotes {
  constructor(
    private readonly http: HttpClient,
    /** Home directory of the service. */
    private readonly home: string,
  ) {}

  /**
   * Throws `ValidationError` for a refused address, `RepositoryAccessError`, `NetworkError` for a time-out, and
   * `TransientFailure` around what may succeed later.
   */
  async locate(repository: Repository, signal: AbortSignal): Promise<Remote> {
    return repository.transport === 'ssh' ? this.locateSsh(repository) : this.locateHttp(repository, signal);
  }

  private async locateSsh({ host, port, path, user, transport }: Repository): Promise<Remote> {
    const addresses = await this.addresses(host);
    // An scp-like path without a slash is relative to the home directory, which a URL spells `/~/`.
    const absolute = path.startsWith('/') ? path : `/~/${path}`;
    const authority = `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { transport, url: `ssh://${authority}${absolute}`, host, port, addresses, authorization: undefined };
  }

  private async locateHttp(repository: Repository, signal: AbortSignal): Promise<Remote> {
    const start = httpUrl(repository);
    const netrc = await this.netrc();
    const authorize = (url: URL): string | undefined => {
      const own = url.origin === start.origin ? repository.credentials : undefined;
      return basic(own ?? netrcCredentials(netrc, url.hostname.replace(/^\[|\]$/g, '')));
    };
    const found = await this.advertisement(start, authorize, signal);
    const host = found.hostname.replace(/^\[|\]$/g, '');
    return {
      transport: found.protocol === 'https:' ? 'https' : 'http',
      url: found.href,
      host,
      port: found.port === '' ? (found.protocol === 'https:' ? 443 : 80) : Number(found.port),
      addresses: await this.addresses(host),
      authorization: authorize(found),
    };
  }

  /** Asks for the references and returns the base address that answered. */
  private async advertisement(
    start: URL,
    authorize: (url: URL) => string | undefined,
    signal: AbortSignal,
  ): Promise<URL> {
    const response = await this.http
      .request(`${start.href}${SERVICE}`, { headers: HEADERS, authorize, signal })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        throw connectionFailure(start, error);
      });
    response.body.on('error', () => undefined).destroy();
    checkAnswer(start, response);
    const base = response.url.slice(0, -'/info/refs'.length);
    if (`${base}/info/refs` !== response.url) {
      throw new RepositoryAccessError(`${start.href} redirects to something that is not a git repository.`);
    }
    return new URL(base);
  }

  private async addresses(host: string): Promise<string[]> {
    try {
      return (await this.http.resolver.resolve(host)).map(({ address }) => address);
    } catch (error) {
      throw connectionFailure({ href: host }, error);
    }
  }

  private async netrc(): Promise<string> {
    return readFile(join(this.home, '.netrc'), 'utf8').catch(() => '');
  }
}

function httpUrl({ transport, host, port, path }: Repository): URL {
  const url = new URL(`${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`);
  url.pathname = path.replace(/\/+$/, '');
  return url;
}

function basic(credentials: Credentials | undefined): string | undefined {
  if (credentials === undefined) return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function checkAnswer(start: URL, { status, headers }: HttpResponse): void {
  const where = `The repository ${start.href}`;
  if (isTransientStatus(status)) {
    const failure = new RepositoryAccessError(
      `${where} cannot be reached: its server answers with status ${status}. Try again later.`,
    );
    throw new TransientFailure(failure, parseRetryAfter(headers['retry-after']));
  }
  if (status === 401 || status === 403) {
    throw new RepositoryAccessError(
      `${where} refuses access (status ${status}). It may not exist, or the service needs credentials for its ` +
        'host in .netrc.',
    );
  }
  if (status !== 200) throw new RepositoryAccessError(`${where} was not found (status ${status}). Check the address.`);
  if (headers['content-type'] !== ADVERTISEMENT) {
    throw new RepositoryAccessError(
      `${where} is not served by a git server that speaks the smart HTTP protocol. Check the address.`,
    );
  }
}

function connectionFailure({ href }: { href: string }, error: unknown): Error {
  if (error instanceof AddressRefusedError) return new ValidationError(error.message);
  const code = errorCode(error) ?? '';
  if (error instanceof NetworkError && code === '') {
    return error.message.includes('took too long')
      ? new TransientFailure(error)
      : new RepositoryAccessError(error.message);
  }
  const failure = new RepositoryAccessError(
    `${href} cannot be reached${code === '' ? '' : ` (${code})`}. Check the address.`,
    {
      cause: error,
    },
  );
  return PERMANENT.test(code) ? failure : new TransientFailure(failure);
}
