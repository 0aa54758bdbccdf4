import type { Request, Response } from 'express';
import { FileAccessError } from '../errors/index.js';
import { matchesEntityTag, sendPieces } from '../http/index.js';
import type { ArchiveStore } from '../store/index.js';

/** A file of the archive that a registry serves. */
export interface ServedFile {
  sha256: string;
  /** Bytes. */
  size: number;
}

/**
 * Answers with an archived file, or says that the client has it already. `headers` are those of both answers, `name` is
 * for people. Throws `FileAccessError` when the store has lost it.
 */
export async function answerArchived(
  request: Request,
  response: Response,
  store: ArchiveStore,
  { name, type, headers, ...file }: ServedFile & { name: string; type: string; headers: Record<string, string> },
): Promise<void> {
  const etag = `"${file.sha256}"`;
  if (matchesEntityTag(request.get('If-None-Match'), etag)) {
    response
      .set({ ...headers, ETag: etag })
      .status(304)
      .end();
    return;
  }
  if (!(await store.verify(file.sha256))) {
    throw new FileAccessError(`The archived package ${name} is lost or damaged. Tell the administrators.`);
  }
  response.set({ ...headers, ETag: etag, 'Content-Length': String(file.size) });
  // Not by `set`, which would add a charset.
  response.setHeader('Content-Type', type);
  await sendPieces(request, response, (write) => store.copy(file.sha256, write));
}
