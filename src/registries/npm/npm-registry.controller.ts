import { All, Controller, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AnyQuery, ResourceNotFound } from '../../http/index.js';
import { RegistryAccessGuard, registryOf } from '../access/registry-access.guard.js';
import { isReading, refuseMethod } from '../read-only.js';
import { REGISTRY_BASE, splitRegistryPath } from '../registry-name.js';
import { drain } from './drain.js';
import { NpmRegistry } from './npm-registry.js';
import { parseNpmPath } from './npm-path.js';

/** Package managers whose clients speak npm's protocol. */
const NPM_CLIENTS = ['npm', 'yarn'] as const;

/** The protocol of an npm registry, read-only: where calls go, and which methods there are. */
@ApiExcludeController()
@UseGuards(RegistryAccessGuard)
@Controller(NPM_CLIENTS.map((manager) => `${REGISTRY_BASE}/cachito-${manager}-:id`))
export class NpmRegistryController {
  constructor(private readonly registry: NpmRegistry) {}

  @All(['', '*path'])
  @AnyQuery()
  async call(@Req() request: Request, @Res() response: Response): Promise<void> {
    // As it was sent: in what Express has decoded, an encoded slash looks like any other.
    const target = parseNpmPath(splitRegistryPath(request.path).rest);
    if (isReading(request)) return this.registry.answer(registryOf(request), target, request, response);
    if (request.method === 'POST' && target.kind === 'audit') {
      // An empty report would claim that there are no vulnerabilities.
      await drain(request);
      throw new ResourceNotFound();
    }
    throw refuseMethod(request, response);
  }
}
