import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SourceEntity } from './entities/source.entity.js';
import { SourceReferences } from './source-references.js';

/** Sources: git mirrors, exact commits, submodules, tree safety. */
@Module({
  imports: [TypeOrmModule.forFeature([SourceEntity])],
  providers: [SourceReferences],
  exports: [SourceReferences],
})
export class SourceModule {}
