import type { RequestListener } from 'node:http';
import { getQueueToken } from '@nestjs/bull';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Queue } from 'bull';
import type { Request, Response } from 'express';
import { RolesRequired } from '../auth/index.js';
import { Configuration } from '../config/index.js';
import { MessageBrokerError } from '../errors/index.js';
import { AnyQuery, ResourceNotFound } from '../http/index.js';
import { QUEUE_NAME } from '../queue/index.js';
import { BOARD_PATH, queueBoard } from './queue-board.js';

/** How long Redis may take to answer, milliseconds. */
const PATIENCE = 10_000;

/** Its own scripts and styles, calls to this host, its own address as base. (The icon of Redis stays without colours.) */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'self'; frame-ancestors 'none'; form-action 'none'";

/** What Bull has in Redis, for administrators to look at: nothing but `GET` is served. */
@ApiExcludeController()
@Controller(BOARD_PATH)
export class QueueBoardController {
  private readonly board: RequestListener;

  constructor(@Inject(getQueueToken(QUEUE_NAME)) queue: Queue, { server }: Configuration) {
    const base = server.publicUrl === undefined ? '' : new URL(server.publicUrl).pathname.replace(/\/+$/, '');
    this.board = queueBoard(queue, `${base}/${BOARD_PATH}`);
  }

  @Get(['', '*path'])
  @AnyQuery()
  @RolesRequired('administrator')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.setHeader('Content-Security-Policy', POLICY);
    const { pathname, searchParams, search } = new URL(request.originalUrl, 'http://localhost');
    // As an application of its own sees it.
    request.url = `${pathname.slice(BOARD_PATH.length + 1) || '/'}${search}`;
    Object.defineProperty(request, 'query', { value: Object.fromEntries(searchParams) });
    await this.answer(request, response);
  }

  /** Without Redis the board would wait for ever. */
  private answer(request: Request, response: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        if (!response.headersSent) reject(new MessageBrokerError('The queue cannot be reached. Try again later.'));
      }, PATIENCE);
      response.once('close', () => {
        clearTimeout(late);
        resolve();
      });
      const otherwise = (error?: unknown): void => reject(error instanceof Error ? error : new ResourceNotFound());
      Reflect.apply(this.board, undefined, [request, response, otherwise]);
    });
  }
}
