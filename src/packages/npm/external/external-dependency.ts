import type { ResolveJob } from '../../package-manager.js';
import { withoutCredentials } from '../lockfile/source-text.js';
import { quote } from '../../quote.js';

/** A dependency that is not from a registry. */
export interface ExternalDependency {
  /** Real name by the lock file, for messages. */
  name: string;
  /** Text of the lock file; may hold credentials. */
  source: string;
  kind: 'git' | 'tarball';
  /** As written in the lock file. */
  integrity: string | undefined;
}

/** What archiving one needs of a job. */
export type ExternalJob = Pick<
  ResolveJob,
  'artifacts' | 'sources' | 'settings' | 'scratchDirectory' | 'log' | 'signal'
>;

/** A dependency as messages call it: in quotes, without credentials. */
export function shown({ name, source }: Pick<ExternalDependency, 'name' | 'source'>): string {
  return quote(`${name}@${withoutCredentials(source)}`);
}
