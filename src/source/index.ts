export { repoName, validateRepository } from './repository.js';
export {
  type ArchivedSource,
  type ArchiveOptions,
  type GitDirectoryOptions,
  type ReportProgress,
  SourceArchive,
  type SourceSegment,
  type SourceSpec,
  type VersionTag,
  type VersionTagOptions,
} from './source-archive.js';
export { SourceReferences } from './source-references.js';
export type { SourceTree, Submodule } from './source-tree.js';
export { unsafeSymlinks } from './tree/symlinks.js';
