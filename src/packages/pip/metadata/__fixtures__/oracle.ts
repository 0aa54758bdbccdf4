import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What Python itself says; null where it cannot read a file. */
export interface PythonAnswers {
  setup_py: ({ name?: string; version?: string; setup_requires: string[] } | null)[];
  setup_cfg: ({ [option: string]: string | null } | null)[];
  pyproject: ({ name?: unknown; version?: unknown; requires?: unknown; backend?: unknown } | null)[];
}

/** Asks the installed python3 about the texts of many files at once. */
export function askPython<Kind extends keyof PythonAnswers>(kind: Kind, texts: readonly string[]): PythonAnswers[Kind] {
  const oracle = fileURLToPath(new URL('./oracle.py', import.meta.url));
  const answer = execFileSync('python3', ['-W', 'ignore', '-I', oracle], {
    input: JSON.stringify({ [kind]: texts }),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(answer)[kind];
}
