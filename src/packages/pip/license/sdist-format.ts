/** How a source distribution is packed, told by its first bytes: addresses need not end in the name of a file. */
export type SdistFormat = 'zip' | 'gzip' | 'bzip2' | 'xz' | 'tar';

/** Bytes that tell the format. */
export const MAGIC_LENGTH = 6;

const MAGIC: readonly (readonly [SdistFormat, Buffer])[] = [
  ['zip', Buffer.from('PK')],
  ['gzip', Buffer.of(0x1f, 0x8b)],
  ['bzip2', Buffer.from('BZh')],
  ['xz', Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)],
];

export function sdistFormat(start: Buffer): SdistFormat {
  const known = MAGIC.find(([, magic]) => start.subarray(0, magic.length).equals(magic));
  return known?.[0] ?? 'tar';
}
