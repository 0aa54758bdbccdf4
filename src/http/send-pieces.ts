import type { Request, Response } from 'express';

/**
 * Streams an answer at the pace of its connection: `copy` hands over the pieces, each of which is taken before its
 * promise is settled. `HEAD` gets the headers alone. A client that goes away ends it without an error.
 */
export async function sendPieces(
  request: Request,
  response: Response,
  copy: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await copy((piece) => write(response, piece));
    response.end();
  } catch (error) {
    if (error instanceof ClientGone) return;
    // Too late for another status: a cut connection tells the client that the answer is not whole.
    if (response.headersSent) response.destroy();
    throw error;
  }
}

class ClientGone extends Error {}

/** Resolves when the connection has taken the piece. */
function write(response: Response, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new ClientGone());
    if (response.destroyed) return gone();
    response.once('close', gone);
    response.write(piece, (error) => {
      response.off('close', gone);
      if (error) gone();
      else resolve();
    });
  });
}
