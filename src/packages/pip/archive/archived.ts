import type { Artifact } from '../../../dependencies/index.js';
import type { SdistContents } from '../distributions/read-sdist.js';
import type { ChosenFile } from '../package-index/chosen-file.js';
import type { IndexRequirement, UrlRequirement, VcsRequirement } from '../requirements/requirement.js';

/** A file of a release that is archived. */
export interface ArchivedFile {
  file: ChosenFile;
  artifact: Artifact;
  /** Of wheels: its file `METADATA`. */
  metadata?: Artifact;
}

/** What was archived for requirements. What only constraints files name may be missing. */
export interface Archived {
  releases: ReadonlyMap<IndexRequirement, readonly ArchivedFile[]>;
  urls: ReadonlyMap<UrlRequirement, Artifact>;
  commits: ReadonlyMap<VcsRequirement, Artifact>;
  /** What source distributions hold that were looked at while they were fetched, by their addresses. */
  contents: ReadonlyMap<string, SdistContents>;
}
