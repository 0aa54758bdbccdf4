import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Artifact } from '../dependencies/index.js';
import { artifactHosts, type ClaimedRequest, repositoryHost, RequestWork, submoduleHosts } from '../requests/index.js';
import { type ArchivedSource, repoName, type SourceSpec, type Submodule } from '../source/index.js';

/**
 * Tells a request's row which hosts its content is from, in time: before something of another repository is fetched, and
 * before the request is complete. Readers who may not see one of them lose sight of the request then.
 */
@Injectable()
export class SourceHosts {
  constructor(
    private readonly work: RequestWork,
    private readonly dataSource: DataSource,
  ) {}

  /** Has a repository archived, with its submodules if asked for. */
  async around(
    claim: ClaimedRequest,
    spec: SourceSpec,
    archive: () => Promise<ArchivedSource>,
  ): Promise<ArchivedSource> {
    await this.record(claim, [repositoryHost(spec.repo)]);
    const source = await archive();
    await this.record(claim, submoduleHosts(source.submodules));
    return source;
  }

  /** What lies in the bundle: much of it was archived for earlier requests, and not fetched for this one. */
  async recordArtifacts(claim: ClaimedRequest, artifacts: readonly Artifact[]): Promise<void> {
    await this.record(claim, [...artifacts.flatMap(artifactHosts), ...(await this.packedSubmodules(artifacts))]);
  }

  private async record(claim: ClaimedRequest, hosts: readonly string[]): Promise<void> {
    await this.work.recordHosts(claim, [...new Set([repositoryHost(claim.repo), ...hosts])]);
  }

  /** Hosts of the submodules that were packed together with git dependencies. */
  private async packedSubmodules(artifacts: readonly Artifact[]): Promise<string[]> {
    const commits = artifacts.flatMap(({ upstream }) => {
      const [, repo, commit] = /^git\+(.+)#([0-9a-f]{40})$/.exec(upstream) ?? [];
      return repo === undefined ? [] : [{ name: repoName(repo), commit }];
    });
    if (commits.length === 0) return [];
    const rows: { submodules: Submodule[] }[] = await this.dataSource.query(
      `SELECT s."submodules" FROM unnest($1::text[], $2::text[]) AS k("name", "ref")
         JOIN "source" s ON s."repo_name" = k."name" AND s."ref" = k."ref" WHERE s."with_submodules"`,
      [commits.map(({ name }) => name), commits.map(({ commit }) => commit)],
    );
    return rows.flatMap(({ submodules }) => submoduleHosts(submodules));
  }
}
