import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Configuration } from '../config/index.js';
import { DownloadModule } from '../download/download.module.js';
import { HttpClient, Retries } from '../download/index.js';
import { SourceEntity } from './entities/source.entity.js';
import { chooseGitClient } from './git/choose-git-client.js';
import { GitClient } from './git/git-client.js';
import { GitSourceArchive } from './git-source-archive.js';
import { Mirrors } from './mirror/mirrors.js';
import { Remotes } from './remote/remotes.js';
import { SourceArchive } from './source-archive.js';
import { SourceReferences } from './source-references.js';
import { SourceRows } from './source-rows.js';
import { SourceStore } from './source-store.js';

/** Sources: git mirrors, exact commits, submodules, tree safety. */
@Module({
  imports: [TypeOrmModule.forFeature([SourceEntity]), DownloadModule],
  providers: [
    SourceRows,
    SourceStore,
    SourceReferences,
    { provide: GitClient, useFactory: chooseGitClient, inject: [Configuration] },
    {
      provide: Remotes,
      useFactory: (http: HttpClient, { upstreams }: Configuration) => new Remotes(http, upstreams.git),
      inject: [HttpClient, Configuration],
    },
    {
      provide: Mirrors,
      useFactory: ({ directories }: Configuration, client: GitClient, remotes: Remotes, retries: Retries) =>
        new Mirrors(directories.mirrors, client, remotes, retries),
      inject: [Configuration, GitClient, Remotes, Retries],
    },
    { provide: SourceArchive, useClass: GitSourceArchive },
  ],
  exports: [SourceArchive, SourceReferences],
})
export class SourceModule {}
