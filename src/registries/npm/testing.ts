import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A member of a tarball: its text, or a header with a text. */
export type Member = string | Buffer | (Partial<Header> & { content?: string });

/** A gzipped tar with these members, in their order, named as they are. */
export async function tarballOf(members: Readonly<Record<string, Member>>): Promise<Buffer> {
  return gzipSync(await tarOf(members));
}

export async function tarOf(members: Readonly<Record<string, Member>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, member] of Object.entries(members)) {
    const isContent = typeof member === 'string' || Buffer.isBuffer(member);
    const { content = '', ...header } = isContent ? { content: member } : member;
    archive.entry({ name, mtime: new Date(0), ...header }, content);
  }
  archive.finalize();
  return buffer(archive);
}

/** The tarball of a package with this `package.json` and nothing else. */
export function packageOf(packageJson: object): Promise<Buffer> {
  return tarballOf({ 'package/package.json': JSON.stringify(packageJson) });
}
