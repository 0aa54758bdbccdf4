import type { Request, Response } from 'express';
import { FileAccessError } from '../errors/index.js';
import { conditionsOf, HttpProblem, select, sendPieces } from '../http/index.js';
import type { ArchiveStore } from '../store/index.js';

/** A file of the archive that a registry serves. */
export interface ServedFile {
  sha256: string;
  /** Bytes. */
  size: number;
}

/**
 * Answers with an archived file, the range of it that was asked for, or says that the client has it already. `headers`
 * are those of all these answers, `name` is for people. Throws `FileAccessError` when the store has lost it, and
 * `HttpProblem` (416) for a range behind the end.
 */
export async function answerArchived(
  request: Request,
  response: Response,
  store: ArchiveStore,
  { name, type, headers, ...file }: ServedFile & { name: string; type: string; headers: Record<string, string> },
): Promise<void> {
  const etag = `"${file.sha256}"`;
  const validators = { ...headers, ETag: etag, 'Accept-Ranges': 'bytes' };
  const selection = select(conditionsOf(request), etag, file.size);
  if (selection.kind === 'unchanged') {
    response.set(validators).status(304).end();
    return;
  }
  if (selection.kind === 'unsatisfiable') {
    response.set('Content-Range', `bytes */${file.size}`);
    throw new HttpProblem(416, `The range lies behind the end of ${name}, which has ${file.size} bytes`);
  }
  if (!(await store.verify(file.sha256))) {
    throw new FileAccessError(`The archived package ${name} is lost or damaged. Tell the administrators.`);
  }
  const range = selection.kind === 'part' ? selection.range : { start: 0, end: file.size - 1 };
  response.set({ ...validators, 'Content-Length': String(range.end - range.start + 1) });
  // Not by `set`, which would add a charset.
  response.setHeader('Content-Type', type);
  if (selection.kind === 'part') {
    response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
  }
  await sendPieces(request, response, (write) => store.copy(file.sha256, write, range));
}
