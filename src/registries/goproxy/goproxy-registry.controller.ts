import { All, Controller, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AnyQuery } from '../../http/index.js';
import { RegistryAccessGuard, registryOf } from '../access/registry-access.guard.js';
import { PlainTextErrors } from '../plain-text-errors.js';
import { isReading, refuseMethod } from '../read-only.js';
import { REGISTRY_BASE, splitRegistryPath } from '../registry-name.js';
import { parseGoproxyPath } from './goproxy-path.js';
import { GoproxyRegistry } from './goproxy-registry.js';

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
    if (!isReading(request)) throw refuseMethod(request, response);
    // As it was sent: in what Express has decoded, an encoded slash looks like any other.
    const target = parseGoproxyPath(splitRegistryPath(request.path).rest);
    return this.registry.answer(registryOf(request), target, request, response);
  }
}
