/**
 * The vocabulary and the tools of archives: tar text cut into pieces, each deflated once, that are put together into
 * one gzip member (RFC 1952) without being inflated again.
 */
export { deflatePiece, inflatePiece } from './deflate.js';
export { checkEntryPath } from './entry-path.js';
export { GzipMember } from './gzip-member.js';
export { readLines } from './lines.js';
export { comparePaths, decodePath, encodePath } from './path-bytes.js';
export { readPaxRecords } from './pax-records.js';
export { readTarBlock, TAR_BLOCK, type TarBlock, untilNul } from './tar-block.js';
export { END_OF_TAR, padding, tarHeader } from './tar-header.js';
export { SEGMENT_SIZE, type StoreContent, TarSegmentWriter } from './tar-segment-writer.js';
export type { DeflatedPiece, SegmentEntry, TarSegment, TreeEntry, TreeEntryType } from './tree-entry.js';
