import { sideBySide } from '../../../concurrency/index.js';
import type { Artifact } from '../../../dependencies/index.js';
import type { ResolveJob } from '../../package-manager.js';
import type { UrlRequirement, VcsRequirement } from '../requirements/requirement.js';
import { archiveCommit } from './archive-commit.js';
import { archiveReleases } from './archive-releases.js';
import { archiveUrl } from './archive-url.js';
import type { Archived } from './archived.js';
import { ifItCanBeHad } from './if-it-can-be-had.js';
import type { ExternalNeed, Needs } from './needs.js';

/** Git repositories and other archives at a time. */
const EXTERNALS_AT_A_TIME = 5;

/** Archives everything that is needed, side by side; the first failure aborts the rest and is thrown. */
export async function archiveAll(needs: Needs, job: ResolveJob): Promise<Archived> {
  const urls = new Map<UrlRequirement, Artifact>();
  const commits = new Map<VcsRequirement, Artifact>();
  const externals = [
    ...needs.urls.map((need) => externalWork(need, archiveUrl, urls)),
    ...needs.commits.map((need) => externalWork(need, archiveCommit, commits)),
  ];
  const count = { files: needs.releases.length, archived: 0, externals: 0 };
  const report = (): void =>
    job.progress.update(count.archived + count.externals, count.files + externals.length, 'packages');
  const [releases] = await sideBySide(
    [
      (signal: AbortSignal) =>
        archiveReleases(needs.releases, { ...job, signal }, (archived, files) => {
          Object.assign(count, { archived, files });
          report();
        }),
      async (signal: AbortSignal) => {
        await sideBySide(externals, EXTERNALS_AT_A_TIME, signal, async (work, shared) => {
          await work({ ...job, signal: shared });
          count.externals++;
          report();
        });
        return undefined;
      },
    ],
    2,
    job.signal,
    (work, signal) => work(signal),
  );
  return { releases: releases?.files ?? new Map(), contents: releases?.contents ?? new Map(), urls, commits };
}

/** Archives one thing for all requirements that mean it. */
function externalWork<Kind extends UrlRequirement | VcsRequirement>(
  { requirement, requirements, optional }: ExternalNeed<Kind>,
  archive: (requirement: Kind, job: ResolveJob) => Promise<Artifact>,
  into: Map<Kind, Artifact>,
): (job: ResolveJob) => Promise<void> {
  return async (job) => {
    const { file } = requirement;
    const artifact = await ifItCanBeHad({ file, optional }, job, () => archive(requirement, job));
    if (artifact !== undefined) requirements.forEach((each) => into.set(each, artifact));
  };
}
