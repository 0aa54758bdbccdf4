import { type DynamicModule, Module } from '@nestjs/common';
import { Configuration } from './configuration.js';

/** Gives every room the one `Configuration` of this process. */
@Module({})
export class ConfigurationModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      providers: [{ provide: Configuration, useValue: configuration }],
      exports: [Configuration],
    };
  }
}
