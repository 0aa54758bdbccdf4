import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { ValidationError } from '../../../../errors/index.js';
import { logicalLines } from '../lines.js';
import { splitLine } from '../split-line.js';
import { parseStatement, type Statement } from '../statement.js';

/** What a text says, in words that both parsers have. */
export type Reading = { requirements: ReadRequirement[]; options: Record<string, string[]> } | { refused: string };

interface ReadRequirement {
  name: string;
  extras: string[];
  marker: string | null;
  specifiers: string[];
  address: string | null;
  subdirectory: string | null;
  path: string | null;
  editable: boolean;
  hashes: string[];
}

/** Reads texts with the installed pip, in a directory with projects (`.`, `lib`, `sub/dir`) and empty files to include. */
export function readWithPip(texts: readonly string[]): Reading[] {
  const directory = mkdtempSync(join(tmpdir(), 'pip-parser-'));
  try {
    for (const project of ['.', 'lib', 'sub/dir']) {
      mkdirSync(join(directory, project), { recursive: true });
      writeFileSync(join(directory, project, 'pyproject.toml'), '');
    }
    for (const file of ['base.txt', 'constraints.txt']) writeFileSync(join(directory, file), '');
    const answer = execFileSync('python3', [join(import.meta.dirname, 'pip_lines.py'), directory], {
      encoding: 'utf8',
      input: JSON.stringify(texts),
      env: { PATH: process.env.PATH, HOME: directory },
      stdio: 'pipe',
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(answer) as Reading[];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reads a text with the parser of the service. */
export function readHere(text: string): Reading {
  const requirements: ReadRequirement[] = [];
  const options: Record<string, string[]> = {};
  try {
    for (const { line, text: logical } of logicalLines(text, 'lines.txt')) {
      const place = { file: 'lines.txt', line };
      const split = splitLine(logical, place);
      if (split.requirement !== '') requirements.push(read(parseStatement(split, place)));
      for (const { name, value } of split.globals) {
        const values = name.endsWith('-binary') && value !== '' ? value.split(',').sort() : [value];
        options[name] = [...(options[name] ?? []), ...values];
      }
    }
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return { refused: error.message };
  }
  return { requirements, options };
}

function read({ name, extras, marker, hashes, editable, subject }: Statement): ReadRequirement {
  const address = subject.kind === 'url' || subject.kind === 'vcs' ? subject.address : undefined;
  const fragment = subject.kind === 'url' || subject.kind === 'vcs' ? subject.fragment : [];
  return {
    name,
    extras,
    marker: marker ?? null,
    specifiers: subject.kind === 'index' ? subject.specifiers.map((each) => each.operator + each.version).sort() : [],
    address: address === undefined ? null : addressText(address),
    subdirectory: fragment.find(({ key }) => key === 'subdirectory')?.value ?? null,
    path: subject.kind === 'local' ? posix.normalize(subject.path).replace(/\/$/, '') : null,
    editable,
    hashes: hashes.map(({ algorithm, digest }) => `${algorithm}:${digest}`).sort(),
  };
}

function addressText({
  scheme,
  userInfo,
  host,
  path,
  query,
}: Extract<Statement['subject'], { kind: 'url' | 'vcs' }>['address']): string {
  return `${scheme}://${userInfo}${host}${path}${query}`;
}
