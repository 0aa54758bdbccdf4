import type { FileWindow } from './file-window.js';
import { InvalidZip } from './invalid-zip.js';
import { MAX_DIRECTORY, MAX_ENTRIES } from './limits.js';
import { readUint64 } from './uint64.js';

/** Where the central directory lies in a zip. */
export interface DirectoryPlace {
  offset: number;
  /** Bytes. */
  size: number;
  entries: number;
}

const END = { signature: 0x06054b50, size: 22, maxComment: 0xffff };
const LOCATOR = { signature: 0x07064b50, size: 20 };
const END_64 = { signature: 0x06064b50, size: 56, sizeOfHead: 12 };

/**
 * Finds the central directory (APPNOTE.TXT, §4.3.14–16). There is one way only to read the file: nothing before or
 * behind the zip, one volume, and two ends, the old and the zip64 one, that say the same. Throws `InvalidZip`.
 */
export function findDirectory(file: FileWindow): DirectoryPlace {
  const end = findEnd(file);
  const old = readEnd(file, end);
  const modern = end < LOCATOR.size ? undefined : readEnd64(file, end - LOCATOR.size);
  if (modern !== undefined) refuseContradiction(old, modern);
  const place = modern ?? old;
  if (place.offset + place.size !== (modern?.at ?? end)) {
    throw new InvalidZip('it has bytes before the zip, or its directory is not where it says');
  }
  if (place.entries > MAX_ENTRIES || place.size > MAX_DIRECTORY) throw new InvalidZip('it has too many entries');
  return place;
}

/** The last signature that can be found must be the end. */
function findEnd(file: FileWindow): number {
  const start = Math.max(0, file.size - END.size - END.maxComment);
  const tail = file.at(start, file.size - start);
  for (let at = tail.length - END.size; at >= 0; at -= 1) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END.signature) continue;
    if (at + END.size + tail.readUInt16LE(at + 20) === tail.length) return start + at;
    throw new InvalidZip('it has bytes behind its end');
  }
  throw new InvalidZip('it is no zip, or cut off');
}

function readEnd(file: FileWindow, at: number): DirectoryPlace {
  const end = file.at(at, END.size);
  const [disk, directoryDisk, entriesHere] = [4, 6, 8].map((field) => end.readUInt16LE(field));
  const place = { entries: end.readUInt16LE(10), size: end.readUInt32LE(12), offset: end.readUInt32LE(16) };
  const isOne = (number: number): boolean => number === 0 || number === 0xffff;
  if (!isOne(disk) || !isOne(directoryDisk) || entriesHere !== place.entries) throw severalVolumes();
  return place;
}

/** Undefined when there is no zip64 end. */
function readEnd64(file: FileWindow, locatorAt: number): (DirectoryPlace & { at: number }) | undefined {
  const locator = file.at(locatorAt, LOCATOR.size);
  if (locator.readUInt32LE(0) !== LOCATOR.signature) return undefined;
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) !== 1) throw severalVolumes();
  const at = readUint64(locator, 8);
  const end = file.at(at, END_64.size);
  const isEnd = end.readUInt32LE(0) === END_64.signature && at + END_64.sizeOfHead + readUint64(end, 4) === locatorAt;
  if (!isEnd) throw new InvalidZip('its zip64 directory is not where it says');
  const place = { entries: readUint64(end, 32), size: readUint64(end, 40), offset: readUint64(end, 48) };
  if (end.readUInt32LE(16) !== 0 || end.readUInt32LE(20) !== 0 || readUint64(end, 24) !== place.entries) {
    throw severalVolumes();
  }
  return { ...place, at };
}

/** A field of the old end is that of the new one, or says that it does not fit. */
function refuseContradiction(old: DirectoryPlace, modern: DirectoryPlace): void {
  const agree =
    [modern.entries, 0xffff].includes(old.entries) &&
    [modern.size, 0xffffffff].includes(old.size) &&
    [modern.offset, 0xffffffff].includes(old.offset);
  if (!agree) throw new InvalidZip('its two directories contradict each other');
}

function severalVolumes(): InvalidZip {
  return new InvalidZip('it is one of several volumes');
}
