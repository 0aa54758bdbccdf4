import { createBullBoard } from '@bull-board/api';
import { BullAdapter } from '@bull-board/api/bullAdapter';
import type { Queue } from 'bull';
import type { RequestListener } from 'node:http';
import { BoardAdapter } from './board-adapter.js';

/** Where the board is, relative to the address of the service. */
export const BOARD_PATH = 'queue-board';

/**
 * Bull's board of one queue, which changes nothing: the database decides what becomes of requests, and a job that is
 * removed or added by hand is one more or less than there should be. `basePath`: of the board, as browsers see it.
 */
export function queueBoard(queue: Queue, basePath: string): RequestListener {
  const serverAdapter = new BoardAdapter();
  serverAdapter.setBasePath(basePath);
  createBullBoard({
    queues: [new BullAdapter(queue, { readOnlyMode: true, description: 'Ids of requests that wait or are worked on' })],
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Cachito queue',
        // The connections of workers have no names; `/api/v1/status` knows them.
        showWorkers: false,
      },
    },
  });
  return serverAdapter.getRouter() as RequestListener;
}
