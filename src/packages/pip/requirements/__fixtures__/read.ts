import { treeOf } from '../../../__fixtures__/source-tree.js';
import { readRequirements, type RequirementsRules, type RequirementsSet } from '../read-requirements.js';

/** What was logged: `warn: …` */
export type Logged = string[];

/** Reads requirements files of a source with these files; the first one alone unless told. */
export function read(
  files: Record<string, string | Buffer>,
  rules: Partial<RequirementsRules> & { read?: string[]; logged?: Logged } = {},
): Promise<RequirementsSet> {
  const { read: names = Object.keys(files).slice(0, 1), logged = [], ...rest } = rules;
  const log =
    (level: string) =>
    (message: string): void =>
      void logged.push(`${level}: ${message}`);
  return readRequirements(treeOf(files), names, {
    strictCompat: false,
    wheels: false,
    packageRoot: '.',
    indexUrls: ['https://pypi.org/simple/'],
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    ...rest,
  });
}
