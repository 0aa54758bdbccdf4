import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

export interface UnpackedMember {
  header: Header;
  content: Buffer;
}

/** Archives of before POSIX too; the types do not know this option. */
const ANY_FORMAT: object = { allowUnknownFormat: true };

/** The members of a gzipped tar archive in their order, as tar-stream reads them. */
export async function unpacked(archive: Buffer): Promise<UnpackedMember[]> {
  const members: UnpackedMember[] = [];
  const reader = extract(ANY_FORMAT);
  reader.end(gunzipSync(archive));
  for await (const entry of reader) members.push({ header: entry.header, content: await buffer(entry) });
  return members;
}

/** Path → mode and text. */
export async function listing(archive: Buffer): Promise<Record<string, string>> {
  const members = await unpacked(archive);
  const shown = ({ header, content }: UnpackedMember): string =>
    `${(header.mode ?? 0).toString(8)} ${content.toString('latin1')}`;
  return Object.fromEntries(members.map((member) => [member.header.name, shown(member)]));
}
