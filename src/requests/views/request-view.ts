import { inTurns } from '../../concurrency/index.js';
import type { CataloguedDependency, ComponentKey, RequestPackages } from '../../dependencies/index.js';
import type { RequestStateName } from '../request-state.js';

export interface StateView {
  state: RequestStateName;
  state_reason: string;
  /** `YYYY-MM-DDTHH:MM:SS.ffffff`, UTC. */
  updated: string;
}

/** What both views of a request show. */
export interface CommonView extends StateView {
  id: number;
  repo: string;
  ref: string;
  created: string | null;
  pkg_managers: string[];
  user: string | null;
  submitted_by: string | null;
  environment_variables: Record<string, string>;
  flags: string[];
  error_origin?: string;
  error_type?: string;
  labels?: Record<string, string>;
}

export interface BriefView extends CommonView {
  packages: number | null;
  dependencies: number | null;
}

/** A dependency in a verbose view: `replaces` is always there. */
export interface VerboseDependency extends ComponentKey {
  dev?: boolean;
  replaces: ComponentKey | null;
}

export interface VerbosePackage extends ComponentKey {
  path?: string;
  dependencies: VerboseDependency[];
}

export interface VerboseView extends CommonView {
  packages: VerbosePackage[];
  dependencies: VerboseDependency[];
  configuration_files: string;
  content_manifest: string;
  environment_variables_info: string;
  state_history: StateView[];
  logs?: { url: string };
}

/** Packages and dependencies as verbose views show them. What many packages or requests share stays shared. */
export class VerbosePackages {
  private readonly dependencies = new Map<CataloguedDependency, VerboseDependency>();
  private readonly lists = new Map<readonly CataloguedDependency[], VerboseDependency[]>();

  async of(found: RequestPackages | undefined): Promise<Pick<VerboseView, 'packages' | 'dependencies'>> {
    if (found === undefined) return { packages: [], dependencies: [] };
    const packages: VerbosePackage[] = [];
    await inTurns(found.packages, (each) => {
      packages.push({ ...each, dependencies: this.withReplaces(each.dependencies) });
    });
    return { packages, dependencies: this.withReplaces(found.dependencies) };
  }

  private withReplaces(list: readonly CataloguedDependency[]): VerboseDependency[] {
    const known = this.lists.get(list) ?? list.map((each) => this.shown(each));
    this.lists.set(list, known);
    return known;
  }

  private shown(dependency: CataloguedDependency): VerboseDependency {
    const known = this.dependencies.get(dependency) ?? { ...dependency, replaces: dependency.replaces ?? null };
    this.dependencies.set(dependency, known);
    return known;
  }
}
