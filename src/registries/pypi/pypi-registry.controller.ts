import { All, Controller, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AnyQuery } from '../../http/index.js';
import { RegistryAccessGuard, registryOf } from '../access/registry-access.guard.js';
import { PlainTextErrors } from '../plain-text-errors.js';
import { isReading, refuseMethod } from '../read-only.js';
import { REGISTRY_BASE, splitRegistryPath } from '../registry-name.js';
import { parsePypiPath } from './pypi-path.js';
import { PypiRegistry } from './pypi-registry.js';

/** A Python package index and a store of other archives: where calls go, and which methods there are. */
@ApiExcludeController()
@UseGuards(RegistryAccessGuard)
@UseFilters(PlainTextErrors)
@Controller([`${REGISTRY_BASE}/cachito-pip-hosted-:id`, `${REGISTRY_BASE}/cachito-pip-raw-:id`])
export class PypiRegistryController {
  constructor(private readonly registry: PypiRegistry) {}

  @All(['', '*path'])
  @AnyQuery()
  async call(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!isReading(request)) throw refuseMethod(request, response);
    // As it was sent: in what Express has decoded, an encoded slash looks like any other.
    const { repository, rest } = splitRegistryPath(request.path);
    return this.registry.answer(registryOf(request), parsePypiPath(repository, rest), request, response);
  }
}
