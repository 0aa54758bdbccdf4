import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/auth.module.js';
import { RequestVisibility } from './request-visibility.js';

/** Which requests a caller sees. Modules whose controllers show something of requests import this one. */
@Module({ imports: [AuthModule], providers: [RequestVisibility], exports: [AuthModule, RequestVisibility] })
export class VisibilityModule {}
