import { Module } from '@nestjs/common';
import { FailedLogins } from './access/failed-logins.js';
import { OpenRegistries } from './access/open-registries.js';
import { GoproxyContent } from './goproxy/goproxy-content.js';
import { GoproxyRegistry } from './goproxy/goproxy-registry.js';
import { GoproxyRegistryController } from './goproxy/goproxy-registry.controller.js';
import { NpmContent } from './npm/npm-content.js';
import { NpmManifests } from './npm/manifest/npm-manifests.js';
import { NpmRegistry } from './npm/npm-registry.js';
import { NpmRegistryController } from './npm/npm-registry.controller.js';
import { PypiContent } from './pypi/pypi-content.js';
import { PypiRegistry } from './pypi/pypi-registry.js';
import { PypiRegistryController } from './pypi/pypi-registry.controller.js';
import { RegistryMetrics } from './registry-metrics.js';
import { RequestRegistries } from './request-registries.js';

/** The locked registries of requests: opens and removes them, and serves them to package managers. */
@Module({
  controllers: [GoproxyRegistryController, NpmRegistryController, PypiRegistryController],
  providers: [
    RequestRegistries,
    OpenRegistries,
    FailedLogins,
    RegistryMetrics,
    GoproxyContent,
    GoproxyRegistry,
    NpmContent,
    NpmManifests,
    NpmRegistry,
    PypiContent,
    PypiRegistry,
  ],
  exports: [RequestRegistries],
})
export class RegistriesModule {}
