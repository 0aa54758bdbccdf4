export {
  type ArchivedSource,
  type ArchiveOptions,
  type ReportProgress,
  type SegmentEntry,
  SourceArchive,
  type SourceSegment,
  type SourceSpec,
} from './source-archive.js';
export type { SourceTree, Submodule } from './source-tree.js';
