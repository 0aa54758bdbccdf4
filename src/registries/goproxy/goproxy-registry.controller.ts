import { All, Controller, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AnyQuery, HttpProblem } from '../../http/index.js';
import { RegistryAccessGuard, registryOf } from '../access/registry-access.guard.js';
import { REGISTRY_BASE, splitRegistryPath } from '../registry-name.js';
import { parseGoproxyPath } from './goproxy-path.js';
import { GoproxyRegistry } from './goproxy-registry.js';
import { PlainTextErrors } from './plain-text-errors.js';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The GOPROXY protocol: where calls go, and which methods there are. */
@ApiExcludeController()
@UseGuards(RegistryAccessGuard)
@UseFilters(PlainTextErrors)
@Controller(`${REGISTRY_BASE}/cachito-gomod-:id`)
export class GoproxyRegistryController {
  constructor(private readonly registry: GoproxyRegistry) {}

  @All(['', '*path'])
  @AnyQuery()
  async call(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!READING.has(request.method)) {
      response.setHeader('Allow', 'GET, HEAD');
      throw new HttpProblem(405, `This registry can only be read: ${request.method} is not allowed`);
    }
    // As it was sent: in what Express has decoded, an encoded slash looks like any other.
    const target = parseGoproxyPath(splitRegistryPath(request.path).rest);
    return this.registry.answer(registryOf(request), target, request, response);
  }
}
