import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { testConfiguration } from '../../../config/testing.js';
import type { Artifact, ArtifactSpec } from '../../../dependencies/index.js';
import { InvalidChecksum, InvalidRequestData } from '../../../errors/index.js';
import { treeOf } from '../../__fixtures__/source-tree.js';
import type { PackageConfig, PackageSettings, ResolveJob } from '../../package-manager.js';

const INDEX = 'https://pypi.org/simple/';
const FILES = 'https://files.pythonhosted.org/';

/** What a job was asked to do. */
export interface Recorded {
  specs: ArtifactSpec[];
  /** `repo ref` */
  packed: string[];
  /** Other repositories that were looked into: `repo ref` */
  sources: string[];
  /** Addresses of archived files that were opened. */
  opened: string[];
  phases: string[];
  /** `warn: …` */
  logged: string[];
}

/** A file on the page of its project. */
export interface OfferedFile {
  filename: string;
  'requires-python'?: string;
  yanked?: string | boolean;
  hashes?: Record<string, string>;
}

export interface RecordingOptions {
  files: Record<string, string>;
  paths?: PackageConfig[];
  pip?: Partial<PackageSettings['pip']>;
  caCertificates?: string;
  /** Project → what its index offers. */
  offered?: Record<string, (string | OfferedFile)[]>;
  /** Address, or name of a file of the index → content; by default made from the address, so that none is an archive. */
  content?: Record<string, Buffer>;
  /** Addresses, or names of files, whose bytes are not what they must be. */
  damaged?: string[];
  /** Address of a repository → its files at every commit. */
  repositories?: Record<string, Record<string, string>>;
  /** Kept from job to job. */
  findings?: Map<string, string>;
  signal?: AbortSignal;
}

/** A job that archives all that it is asked for without network, and remembers what it was asked. */
export function recordingJob(options: RecordingOptions): { job: ResolveJob; recorded: Recorded } {
  const { findings = new Map<string, string>(), content = {}, offered = {}, repositories = {} } = options;
  const recorded: Recorded = { specs: [], packed: [], sources: [], opened: [], phases: [], logged: [] };
  const configuration = testConfiguration();
  const log = (level: string) => (message: string) => void recorded.logged.push(`${level}: ${message}`);
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} is not for this job`);
  };
  const named = (table: readonly string[], address: string): string | undefined =>
    table.find((name) => name === address || address.startsWith(`${FILES}${name}`));
  const bytesOf = (address: string): Buffer => content[named(Object.keys(content), address) ?? ''] ?? Buffer.from(address);
  const artifacts = new Map<string, Artifact>();
  const artifactOf = (upstream: string, rest: Pick<Artifact, 'ecosystem' | 'name' | 'version' | 'verifiedBy'>): Artifact => {
    const bytes = bytesOf(upstream);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { ecosystem, name, version, verifiedBy } = rest;
    const known = artifacts.get(upstream) ?? { ecosystem, name, version, verifiedBy, id: artifacts.size + 1, upstream, sha256, digests: {}, size: bytes.length };
    artifacts.set(upstream, known);
    return known;
  };
  const archive = async (spec: ArtifactSpec, signal: AbortSignal): Promise<Artifact> => {
    recorded.specs.push(spec);
    const [upstream] = spec.upstreams;
    if (named(options.damaged ?? [], upstream) !== undefined) throw new InvalidChecksum(`${spec.name} is damaged`);
    if (named(Object.keys(content), upstream) !== undefined) await inspect(spec, bytesOf(upstream), signal);
    return artifactOf(upstream, spec);
  };
  const job: ResolveJob = {
    source: treeOf(options.files),
    commit: { id: '0'.repeat(40), time: 0 },
    refresh: false,
    repositoryName: 'team/My_App',
    paths: options.paths ?? [{ path: '.' }],
    flags: new Set(),
    replacements: [],
    artifacts: {
      get: archive,
      getAll: async (specs, { signal, onArchived }) => {
        const all: Artifact[] = [];
        for (const spec of specs) onArchived?.(all.push(await archive(spec, signal)));
        return all;
      },
      getMade: async (spec, signal) => {
        const { upstream, ecosystem, verifiedBy } = spec;
        // Not what METADATA is made of: the wheels of these tests are none.
        const { name, version } = upstream.startsWith('git+') ? await spec.make(signal) : { name: '', version: '' };
        return artifactOf(upstream, { ecosystem, verifiedBy, name, version });
      },
      open: async ({ upstream }) => {
        recorded.opened.push(upstream);
        return Readable.from([bytesOf(upstream)]);
      },
      versionsOf: refuse('versionsOf'),
    },
    sources: {
      archive: async ({ repo, ref }) => {
        recorded.sources.push(`${repo} ${ref}`);
        return { tree: treeOf(repositories[repo] ?? {}), commitTime: 0 };
      },
    },
    packedSources: {
      pack: ({ repo, ref }) => {
        recorded.packed.push(`${repo} ${ref}`);
        if (repositories[repo] === undefined) throw new InvalidRequestData(`There is no commit ${ref}`);
        return Readable.from([]);
      },
    },
    documents: { fetch: refuse('documents') },
    keptDocuments: {
      fetch: async (url) => {
        const project = url.slice(INDEX.length, -1);
        if (!Object.hasOwn(offered, project)) return undefined;
        return { url, type: 'application/vnd.pypi.simple.v1+json', content: Buffer.from(pageOf(project, offered[project])) };
      },
    },
    findings: {
      find: async (kind, subjects) => subjects.map((subject) => findings.get(`${kind} ${subject}`)),
      record: async (kind, found) => found.forEach((each) => findings.set(`${kind} ${each.subject}`, each.content)),
    },
    versionTags: refuse('versionTags'),
    memo: { get: refuse('memo'), put: refuse('memo') },
    settings: {
      ...configuration,
      pip: { ...configuration.pip, ...options.pip },
      registries: { caCertificates: options.caCertificates },
    },
    scratchDirectory: () => mkdtemp(join(configuration.directories.data, 'pip-job-')),
    progress: { phase: async (text) => void recorded.phases.push(text), update: () => undefined },
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    signal: options.signal ?? new AbortController().signal,
  };
  return { job, recorded };
}

function pageOf(name: string, offered: readonly (string | OfferedFile)[]): string {
  const files = offered.map((file) => (typeof file === 'string' ? { filename: file } : file));
  const listed = files.map((file) => ({ hashes: {}, ...file, url: `${FILES}${encodeURIComponent(file.filename)}` }));
  return JSON.stringify({ meta: { 'api-version': '1.1' }, name, files: listed });
}

async function inspect(spec: ArtifactSpec, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pip-inspected-'));
  try {
    await writeFile(join(directory, 'file'), bytes);
    await spec.inspect?.(join(directory, 'file'), signal);
  } finally {
    await rm(directory, { recursive: true });
  }
}
