import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PlannedRequest, planRequests } from './fleet-requests.js';
import { SeededRandom } from './fleet-random.js';
import { FleetS3 } from './fleet-s3.js';
import { FleetUpstreams } from './fleet-upstreams.js';
import { type RequestView, Service } from './service.js';

type MadeView = RequestView & { pkg_managers: string[]; dependencies: { name: string; type: string }[] };

/** A request that is complete, and what its bundle must hold. */
export interface MadeRequest {
  planned: PlannedRequest;
  view: MadeView;
}

/** Something to be fetched from the service. */
export interface Address {
  url: string;
  headers: Record<string, string>;
}

/** One process that does everything, its blobs in a bucket of a real S3 server, its upstreams on loopback. */
export class S3Service {
  private constructor(
    readonly directory: string,
    readonly s3: FleetS3,
    readonly upstreams: FleetUpstreams,
    readonly service: Service,
    /** What the process is given, but for what every test of a service gives it. */
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async start(options: Record<string, string> = {}): Promise<S3Service> {
    const directory = await mkdtemp(join(tmpdir(), 'cachito-on-s3-'));
    const s3 = await FleetS3.start(directory);
    const upstreams = await FleetUpstreams.start(new SeededRandom(7));
    const environment = { ...s3.environment, CACHITO_UPSTREAMS_FILE: upstreams.file, ...options };
    return new S3Service(directory, s3, upstreams, await Service.start(environment), environment);
  }

  /** A complete request of each kind. */
  async makeRequests(): Promise<MadeRequest[]> {
    const made: MadeRequest[] = [];
    for (const planned of await planRequests(this.upstreams, new SeededRandom(8), 5)) {
      made.push({ planned, view: (await this.service.complete(planned.body)) as MadeView });
    }
    return made;
  }

  /** The body of a request for a commit that nobody has asked for. */
  async newRequest(): Promise<PlannedRequest['body']> {
    const repository = await this.upstreams.git.createRepository(`team/new-${randomUUID()}.git`);
    return { repo: repository.url, ref: await repository.commit({ files: { 'a.c': 'int a;' } }), pkg_managers: [] };
  }

  /** A file of each locked registry. */
  async registryFiles(made: readonly MadeRequest[]): Promise<Record<'npm' | 'pip' | 'gomod', Address>> {
    const of = (kind: string): MadeView => made.find(({ planned }) => planned.kind === kind)?.view ?? made[0].view;
    const [npm, pip, gomod] = [of('npm'), of('pip'), of('gomod')];

    const npmrc = await this.configuration(npm.id);
    const [, registry = ''] = /^registry=(.*)$/m.exec(npmrc) ?? [];
    const [, credentials = ''] = /:_auth=(.*)$/m.exec(npmrc) ?? [];
    const proxy = withHeader(/^GOPROXY=(.*)$/m.exec(await this.configuration(gomod.id))?.[1] ?? '');
    const variables = await this.service.fetch(`/api/v1/requests/${pip.id}/environment-variables?mode=registry`);
    const { PIP_INDEX_URL: index } = (await variables.json()) as Record<string, { value: string }>;
    const page = withHeader(`${index.value}/${name(pip)}/`);
    const [, link = ''] = /href="([^"#]+)/.exec(await (await fetch(page.url, page)).text()) ?? [];
    return {
      npm: { url: `${registry}${name(npm)}/-/${name(npm)}-1.0.0.tgz`, headers: { Authorization: `Basic ${credentials}` } },
      pip: { url: new URL(link, page.url).href, headers: page.headers },
      gomod: { url: `${proxy.url}${name(gomod)}/@v/v1.0.0.zip`, headers: proxy.headers },
    };
  }

  async stop(): Promise<void> {
    await this.service.close();
    await this.upstreams.stop();
    await this.s3.close();
    await rm(this.directory, { recursive: true });
  }

  /** All configuration files of a request for its registry, one after the other. */
  private async configuration(id: number): Promise<string> {
    const answer = await this.service.fetch(`/api/v1/requests/${id}/configuration-files?mode=registry`);
    const files = (await answer.json()) as { content: string }[];
    return files.map(({ content }) => Buffer.from(content, 'base64').toString()).join('\n');
  }
}

/** Of a dependency that was fetched: packages of Go's own library have no module. */
function name({ pkg_managers: [manager], dependencies }: MadeView): string {
  return dependencies.find(({ type }) => type === manager)?.name ?? '';
}

/** `fetch` takes no credentials within addresses. */
function withHeader(address: string): Address {
  const url = new URL(address);
  const credentials = Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  url.username = url.password = '';
  return { url: url.href, headers: { Authorization: `Basic ${credentials.toString('base64')}` } };
}
