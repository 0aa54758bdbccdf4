import type { GitUpstream } from '../../config/index.js';
import {
  AddressRefusedError,
  basicAuthorization,
  endpointOf,
  errorCode,
  type HttpClient,
  type HttpResponse,
  transientFailureOf,
  transientStatusFailure,
  TransientFailure,
} from '../../download/index.js';
import { NetworkError, RepositoryAccessError, ValidationError } from '../../errors/index.js';
import type { Repository } from '../repository.js';
import { fetchedRepository } from './git-upstreams.js';
import type { Remote } from './remote.js';

const SERVICE = '/info/refs?service=git-upload-pack';
const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';
/** Forges tell git from browsers by this. Version 2 of the protocol keeps the answer short. */
const HEADERS = { 'User-Agent': 'git/2.39 (cachito)', 'Git-Protocol': 'version=2', Accept: '*/*' };

/**
 * Finds out where a repository really is: below a configured mirror or where its address says; resolves the host, has
 * the address policy judge it, and follows the redirects of smart HTTP with the service's own client, so that git
 * itself never resolves a name (unless a proxy does) or follows a redirect. Credentials come from the submitted
 * address, the upstreams file, or `.netrc` in the home of the service, each for its own host only.
 */
export class Remotes {
  constructor(
    private readonly http: HttpClient,
    private readonly upstreams: readonly GitUpstream[] = [],
  ) {}

  /** Where a repository is fetched from; nothing is asked. */
  target(repository: Repository): Pick<Repository, 'transport' | 'host'> {
    return fetchedRepository(repository, this.upstreams);
  }

  /**
   * Throws `ValidationError` for a refused address, `RepositoryAccessError`, `NetworkError` for a time-out, and
   * `TransientFailure` around what may succeed later.
   */
  async locate(repository: Repository, signal: AbortSignal): Promise<Remote> {
    const fetched = fetchedRepository(repository, this.upstreams);
    return fetched.transport === 'ssh' ? this.locateSsh(fetched) : this.locateHttp(fetched, signal);
  }

  private async locateSsh({ host, port, path, user, transport }: Repository): Promise<Remote> {
    const addresses = await this.addresses(host, port);
    // An scp-like path without a slash is relative to the home directory, which a URL spells `/~/`.
    const absolute = path.startsWith('/') ? path : `/~/${path}`;
    const authority = `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { transport, url: `ssh://${authority}${absolute}`, host, port, addresses, authorization: undefined };
  }

  private async locateHttp(repository: Repository, signal: AbortSignal): Promise<Remote> {
    const start = httpUrl(repository);
    const { credentials } = repository;
    const authorize = (url: URL): string | undefined =>
      credentials !== undefined && url.origin === start.origin ? basicAuthorization(credentials) : undefined;
    const found = await this.advertisement(start, authorize, signal);
    const { host, port } = endpointOf(found);
    const { proxy, ca } = this.http.routeTo(found);
    return {
      transport: found.protocol === 'https:' ? 'https' : 'http',
      url: found.href,
      host,
      port,
      addresses: proxy === undefined ? await this.addresses(host, port) : [],
      authorization: authorize(found) ?? (await this.configuredFor(found, start)),
      proxy,
      ca,
      isTrusted: this.http.isTrusted({ host, port }),
    };
  }

  /** As the client does it: nobody else's redirect makes use of the credentials that the service has for a host. */
  private async configuredFor(found: URL, start: URL): Promise<string | undefined> {
    const isChosen = found.hostname === start.hostname || this.http.isTrusted(endpointOf(start));
    return isChosen ? this.http.authorizationFor(found) : undefined;
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

  private async addresses(host: string, port: number): Promise<string[]> {
    try {
      const isJudged = !this.http.isTrusted({ host, port });
      return (await this.http.resolver.resolve(host, { isJudged })).map(({ address }) => address);
    } catch (error) {
      throw connectionFailure(
        { href: host },
        error instanceof NetworkError ? error : new NetworkError('', { cause: error }),
      );
    }
  }
}

function httpUrl({ transport, host, port, path }: Repository): URL {
  const url = new URL(`${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`);
  url.pathname = path.replace(/\/+$/, '');
  return url;
}

function checkAnswer(start: URL, { status, headers }: HttpResponse): void {
  const where = `The repository ${start.href}`;
  const transient = transientStatusFailure(
    { status, headers },
    new RepositoryAccessError(`${where} cannot be reached: its server answers with status ${status}. Try again later.`),
  );
  if (transient !== undefined) throw transient;
  if (status === 401 || status === 403) {
    throw new RepositoryAccessError(
      `${where} refuses access (status ${status}). It may not exist, or the service needs credentials for its ` +
        'host in .netrc or the upstreams file.',
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
  const code = errorCode(error);
  const transient = transientFailureOf(error);
  const isTold = code === undefined || code.startsWith('PROXY_');
  if (error instanceof NetworkError && isTold) {
    const failure = new RepositoryAccessError(error.message);
    return transient === undefined ? failure : new TransientFailure(failure);
  }
  if (transient !== undefined && code === 'ETIMEDOUT') return transient;
  const failure = new RepositoryAccessError(
    `${href} cannot be reached${code === undefined ? '' : ` (${code})`}. Check the address.`,
    { cause: error },
  );
  return transient === undefined ? failure : new TransientFailure(failure);
}
