import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { type Caller, CurrentCaller } from '../../auth/index.js';
import { ValidationError } from '../../errors/index.js';
import { API_BASE, ApiErrors, conditionsOf, ResourceNotFound, select, sendPieces, type Tag } from '../../http/index.js';
import { RequestReaders, type RequestStateName, RequestVisibility, stateName } from '../../requests/index.js';
import { type OpenBundle, RequestBundles } from '../request-bundles.js';
import { DOWNLOAD_HEADERS } from './download-headers.js';

const TAG: Tag = 'request data';

/** Serves bundles. */
@ApiTags(TAG)
@RequestReaders()
@Controller(`${API_BASE}/requests`)
export class DownloadController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly bundles: RequestBundles,
    private readonly visibility: RequestVisibility,
  ) {}

  @Get(':id/download')
  @ApiOperation({
    summary: 'Download the bundle of a request',
    description:
      'One tar.gz with `app/` (the source) and `deps/` (every archived dependency), only while the request is ' +
      '`complete`. The same content always has the same bytes. Downloads can be resumed: send `Range` together with ' +
      '`If-Range` and the `ETag` of the first answer. The stored file is checked against its SHA-256 before it is ' +
      'served, and built again if it was lost or damaged. `HEAD` answers the same headers without the content.',
  })
  @ApiHeader({ name: 'Range', required: false, description: 'A single range of bytes', example: 'bytes=1048576-' })
  @ApiHeader({ name: 'If-Range', required: false, description: '`ETag` of the bundle that the range is meant for' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '`ETag` of a bundle that is there already' })
  @ApiProduces('application/gzip')
  @ApiResponse({
    status: 200,
    description: 'The bundle',
    headers: DOWNLOAD_HEADERS,
    content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({
    status: 206,
    description: 'The range that was asked for; `Digest` and `ETag` are those of the whole',
    headers: {
      ...DOWNLOAD_HEADERS,
      'Content-Range': {
        description: 'Which bytes of how many',
        schema: { type: 'string', example: 'bytes 0-99/2048' },
      },
    },
    content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({
    status: 302,
    description: 'The store serves the bundle itself, at the address in `Location`, for some minutes (S3 only)',
  })
  @ApiResponse({ status: 304, description: 'The bundle has one of the entity tags of `If-None-Match`' })
  @ApiErrors(
    [400, 'The request is not complete; the text names its state'],
    404,
    [416, 'The range lies behind the end; `Content-Range` tells the size'],
    [500, 'The archive was lost or has changed, and cannot be built again'],
    [503, 'The store does not answer now; `Retry-After` tells when to ask again'],
  )
  async download(
    @Param('id') id: number,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.checkComplete(id);
    // Of a complete request all hosts are known; before, this one may not have been complete.
    await this.visibility.check(id, caller);
    const gone = goneSignal(response);
    const bundle = await this.bundles.open(id, gone).catch((error: unknown) => {
      if (!gone.aborted) throw error;
      return undefined;
    });
    if (bundle === undefined) return;
    const etag = `"${bundle.sha256}"`;
    response.set({ ETag: etag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache', Digest: digestOf(bundle) });
    const selection = select(conditionsOf(request), etag, bundle.size);
    switch (selection.kind) {
      case 'unchanged':
        response.status(304).end();
        return;
      case 'unsatisfiable':
        response.set('Content-Range', `bytes */${bundle.size}`);
        response
          .status(416)
          .json({ error: `The range lies behind the end of the archive, which has ${bundle.size} bytes` });
        return;
      case 'part':
        if (await redirect(request, response, id, bundle)) return;
        response
          .status(206)
          .set('Content-Range', `bytes ${selection.range.start}-${selection.range.end}/${bundle.size}`);
        return send(request, response, id, bundle, selection.range);
      case 'whole':
        if (await redirect(request, response, id, bundle)) return;
        return send(request, response, id, bundle, { start: 0, end: bundle.size - 1 });
    }
  }

  /** Throws the fixed 404, or `ValidationError` naming the state. */
  private async checkComplete(id: number): Promise<void> {
    const rows: { state: number }[] = await this.dataSource.query('SELECT "state" FROM "request" WHERE "id" = $1', [
      id,
    ]);
    if (rows[0] === undefined) throw new ResourceNotFound();
    const state: RequestStateName = stateName(rows[0].state);
    if (state === 'complete') return;
    throw new ValidationError(
      `The request must be in the "complete" state before its sources can be downloaded; it is in the "${state}" state`,
    );
  }
}

/** Sends a client to the store, where that serves files itself; false where it does not. */
async function redirect(request: Request, response: Response, id: number, bundle: OpenBundle): Promise<boolean> {
  if (request.method !== 'GET') return false;
  const link = await bundle.directLink(fileNameOf(id));
  if (link === undefined) return false;
  // The address is valid for minutes only.
  response.set('Cache-Control', 'no-store').redirect(302, link);
  return true;
}

function fileNameOf(id: number): string {
  return `cachito-${id}.tar.gz`;
}

/** Sends bytes of the bundle; a client that goes away ends it and closes the file. */
async function send(
  request: Request,
  response: Response,
  id: number,
  bundle: OpenBundle,
  range: { start: number; end: number },
): Promise<void> {
  response.set({
    'Content-Type': 'application/gzip',
    'Content-Disposition': `attachment; filename=${fileNameOf(id)}`,
    'Content-Length': String(range.end - range.start + 1),
  });
  await sendPieces(request, response, (write) => bundle.copy(write, range));
}

/** RFC 3230: base64 of the 32 raw bytes, of the whole bundle even when a part is sent. */
function digestOf(bundle: OpenBundle): string {
  return `sha-256=${Buffer.from(bundle.sha256, 'hex').toString('base64')}`;
}

/** Fires when the client goes away, so that a long check need not be waited for. */
function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
