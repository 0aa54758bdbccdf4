import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { PUBLIC_REGISTRIES } from '../../../config/index.js';
import { testConfiguration } from '../../../config/testing.js';
import type { Artifact, ArtifactSpec } from '../../../dependencies/index.js';
import type { PackageSettings, ResolveJob } from '../../package-manager.js';
import type { ExternalNeed } from '../needs.js';
import { treeOf } from '../../__fixtures__/source-tree.js';

/** What a job was asked to do. */
export interface Recorded {
  specs: ArtifactSpec[];
  externals: ExternalNeed[];
  documents: string[];
  phases: string[];
  progress: [done: number, total: number][];
  warnings: string[];
}

export interface RecordingJob {
  job: ResolveJob;
  recorded: Recorded;
  /** Packs externals under the version that `packed` names; the commit or digest as suffix. */
  external: (need: ExternalNeed) => Promise<Artifact>;
}

export interface RecordingOptions {
  files: Record<string, string>;
  paths?: string[];
  npm?: Partial<PackageSettings['npm']>;
  upstreams?: Partial<PackageSettings['upstreams']['npm'][number]>[];
  /** Address → document of a registry; others are 404. */
  documents?: Record<string, string>;
  /** Name in the lock file → name and version in the packed `package.json`, when they differ. */
  packed?: Record<string, { name: string; version: string }>;
  /** Bytes of an archive; by default made from its address. */
  bytes?: (name: string, version: string) => Buffer;
  signal?: AbortSignal;
}

const NPM_SETTINGS: PackageSettings['npm'] = {
  fileDependencyAllowlist: {},
  gitScripts: 'reject',
  minIntegrity: 'none',
  concurrency: undefined,
  downloadTries: 5,
  quietClients: false,
};

/** A job that archives everything it is asked for without looking, and remembers what it was asked. */
export function recordingJob(options: RecordingOptions): RecordingJob {
  const recorded: Recorded = { specs: [], externals: [], documents: [], phases: [], progress: [], warnings: [] };
  const bytes = options.bytes ?? ((name, version) => Buffer.from(`${name}@${version}`));
  const ids = new Map<string, number>();
  const artifact = (name: string, version: string, upstream: string, verifiedBy: string): Artifact => {
    const content = bytes(name, version);
    const id = ids.get(upstream) ?? ids.size + 1;
    ids.set(upstream, id);
    const digest = (algorithm: string): string => createHash(algorithm).update(content).digest('hex');
    const digests = { sha512: digest('sha512'), sha1: digest('sha1') };
    return {
      id,
      ecosystem: 'npm',
      name,
      version,
      upstream,
      verifiedBy,
      sha256: digest('sha256'),
      digests,
      size: content.length,
    };
  };
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} is not for this job`);
  };
  const job: ResolveJob = {
    source: treeOf(options.files),
    commit: { id: '0'.repeat(40), time: 0 },
    refresh: false,
    repositoryName: 'team/app',
    paths: (options.paths ?? ['.']).map((path) => ({ path })),
    flags: new Set(),
    replacements: [],
    artifacts: {
      get: refuse('get'),
      getMade: refuse('getMade'),
      versionsOf: refuse('versionsOf'),
      open: async ({ name, version }) => Readable.from([bytes(name, version)]),
      getAll: async (specs, { onArchived }) => {
        recorded.specs.push(...specs);
        specs.forEach((_, at) => onArchived?.(at + 1));
        return specs.map(({ name, version, upstreams, verifiedBy }) =>
          artifact(name, version, upstreams[0], verifiedBy),
        );
      },
    },
    sources: { archive: refuse('sources') },
    documents: {
      fetch: async (url) => {
        recorded.documents.push(url);
        const found = options.documents?.[url];
        return found === undefined ? undefined : Buffer.from(found);
      },
    },
    packedSources: { pack: refuse('packedSources') },
    keptDocuments: { fetch: refuse('keptDocuments') },
    findings: { find: refuse('findings'), record: refuse('findings') },
    versionTags: refuse('versionTags'),
    memo: { get: refuse('memo'), put: refuse('memo') },
    settings: {
      ...testConfiguration(),
      npm: { ...NPM_SETTINGS, ...options.npm },
      upstreams: {
        npm: (options.upstreams ?? [{}]).map((each) => ({
          url: PUBLIC_REGISTRIES.npm,
          public: each.url === undefined,
          scopes: [],
          fallback: 'next',
          ...each,
        })),
        gomod: [],
        pip: [],
        git: [],
        access: [],
      },
    },
    scratchDirectory: refuse('scratchDirectory'),
    progress: {
      phase: async (text) => void recorded.phases.push(text),
      update: (done, total) => recorded.progress.push([done, total]),
    },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (text) => recorded.warnings.push(text),
      error: () => undefined,
    },
    signal: options.signal ?? new AbortController().signal,
  };
  const external = async (need: ExternalNeed): Promise<Artifact> => {
    recorded.externals.push(need);
    const packed = options.packed?.[need.name] ?? { name: need.name, version: '1.0.0' };
    const suffix =
      need.kind === 'git' ? `gitcommit-${need.source.slice(need.source.lastIndexOf('#') + 1)}` : 'sha512-0a1b';
    return artifact(
      packed.name,
      `${packed.version}-external-${suffix}`,
      need.source,
      need.kind === 'git' ? 'git' : 'lock file',
    );
  };
  return { job, recorded, external };
}
