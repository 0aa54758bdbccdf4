import { Module } from '@nestjs/common';
import { DownloadModule } from '../download/download.module.js';
import { Athens } from './athens.js';

/** Knows whether the configured Athens server works. Its modules are fetched like those of any upstream. */
@Module({ imports: [DownloadModule], providers: [Athens], exports: [Athens] })
export class AthensModule {}
