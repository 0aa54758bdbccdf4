import pLimit from 'p-limit';
import { sideBySide } from '../../../concurrency/index.js';
import type { Artifact, ArtifactSpec } from '../../../dependencies/index.js';
import type { FindingPort, ResolveJob } from '../../package-manager.js';
import { readSdist, type SdistContents } from '../distributions/read-sdist.js';
import { readWheelMetadata } from '../distributions/read-wheel.js';
import { chooseFiles } from '../package-index/choose-files.js';
import type { ChosenFile } from '../package-index/chosen-file.js';
import { heldFindings } from '../package-index/held-findings.js';
import type { IndexRequirement } from '../requirements/requirement.js';
import type { ArchivedFile } from './archived.js';
import { ifItCanBeHad } from './if-it-can-be-had.js';
import type { ReleaseNeed } from './needs.js';
import { archiveMetadata } from './wheel-metadata.js';

/** Releases that only constraints files name are archived one by one, since each may fail. */
const OPTIONAL_AT_A_TIME = 10;

export interface ArchivedReleases {
  files: Map<IndexRequirement, readonly ArchivedFile[]>;
  /** What was seen of source distributions while they were fetched, by address. */
  contents: Map<string, SdistContents>;
}

/**
 * Looks releases up and archives their files. Throws as `chooseFiles` and `ArtifactPort.getAll` do, and
 * `ValidationError` for a source distribution or wheel that is none; nothing of it is stored then.
 */
export async function archiveReleases(
  needs: readonly ReleaseNeed[],
  job: ResolveJob,
  onArchived: (archived: number, files: number) => void,
): Promise<ArchivedReleases> {
  const seen: Seen = { contents: new Map(), metadata: new Map(), room: ROOM };
  const required = needs.filter(({ optional }) => !optional);
  const all = await archiveTogether(required, seen, job, onArchived);
  const optional = needs.filter((need) => need.optional);
  const had = await sideBySide(optional, OPTIONAL_AT_A_TIME, job.signal, (need, signal) => {
    const own = { ...job, signal };
    const { file } = need.requirements[0];
    return ifItCanBeHad({ file, optional: true }, own, () => archiveTogether([need], seen, own));
  });
  for (const release of had) all.push(...(release ?? []));
  const metadata = await archiveMetadata(all, seen.metadata, job);
  const files = new Map<IndexRequirement, ArchivedFile[]>();
  for (const { need, file, artifact } of all) {
    for (const requirement of need.requirements) {
      const release = files.get(requirement) ?? [];
      release.push({ file, artifact, metadata: metadata.get(artifact.sha256) });
      files.set(requirement, release);
    }
  }
  return { files, contents: seen.contents };
}

interface ReleaseFile {
  need: ReleaseNeed;
  file: ChosenFile;
  artifact: Artifact;
}

/** The first failure ends everything; then nothing is recorded of what the indexes said. */
async function archiveTogether(
  needs: readonly ReleaseNeed[],
  seen: Seen,
  job: ResolveJob,
  onArchived?: (archived: number, files: number) => void,
): Promise<ReleaseFile[]> {
  const findings = heldFindings(job.refresh ? forgotten(job.findings) : job.findings);
  const queries = needs.map(({ query }) => query);
  const chosen = await chooseFiles(queries, { ...job, findings });
  const wanted = needs.flatMap((need, at) => chosen[at].map((file) => ({ need, file })));
  const specs = wanted.map(({ need, file }) => specOf(file, need, seen));
  const artifacts = await job.artifacts.getAll(specs, {
    signal: job.signal,
    onArchived: (count) => onArchived?.(count, specs.length),
  });
  await findings.settle();
  return wanted.map(({ need, file }, at) => ({ need, file, artifact: artifacts[at] }));
}

/** Nothing is known before it is recorded. */
function forgotten(findings: FindingPort): FindingPort {
  return {
    find: async (_, subjects) => subjects.map(() => undefined),
    record: (kind, records) => findings.record(kind, records),
  };
}

/** What was read of files while they were fetched, by address. What there is no room for is read again from the store. */
interface Seen {
  contents: Map<string, SdistContents>;
  metadata: Map<string, Buffer>;
  /** Bytes. */
  room: number;
}

/** In this process: what is looked at is held in memory. */
const INSPECTIONS_AT_A_TIME = 8;
const inspecting = pLimit(INSPECTIONS_AT_A_TIME);

/** Of 10,000 real source distributions; hostile ones may have 8 MiB each. */
const ROOM = 64 * 1024 * 1024;

function takeRoom(seen: Seen, contents: Iterable<Buffer>): boolean {
  const size = [...contents].reduce((sum, { length }) => sum + length, 0);
  if (size > seen.room) return false;
  seen.room -= size;
  return true;
}

function buffersOf({ files, pkgInfo, eggInfos }: SdistContents): Buffer[] {
  const kept = [...files.values(), pkgInfo, ...Array.from(eggInfos.values(), ({ requires }) => requires)];
  return kept.filter((content) => Buffer.isBuffer(content));
}

function specOf(file: ChosenFile, { query }: ReleaseNeed, seen: Seen): ArtifactSpec {
  const { name, version, url, digests, fileName } = file;
  const hasDigests = Object.keys(digests).length > 0;
  return {
    ecosystem: 'pip',
    name,
    version,
    upstreams: [url],
    digests,
    namedBy: 'the package index',
    anyDigest: query.hashes,
    verifiedBy: query.hashes.length > 0 ? 'lock file' : hasDigests ? 'registry' : 'none',
    inspect: (path, signal) =>
      inspecting(async () => {
        signal.throwIfAborted();
        if (file.kind === 'wheel') {
          const metadata = await readWheelMetadata(path, fileName, signal);
          if (takeRoom(seen, [metadata])) seen.metadata.set(url, metadata);
        } else {
          const contents = await readSdist(path, fileName, { requirePkgInfo: true }, signal);
          if (takeRoom(seen, buffersOf(contents))) seen.contents.set(url, contents);
        }
      }),
  };
}
