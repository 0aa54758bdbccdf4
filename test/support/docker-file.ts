import { readFileSync } from 'node:fs';

/** One line of a Dockerfile, continuation lines joined. */
export interface Instruction {
  /** In upper case. */
  keyword: string;
  /** `--from=build`, without the dashes. */
  flags: Record<string, string>;
  /** What follows the flags, as written. */
  text: string;
}

export interface Stage {
  /** Of the base image, arguments filled in; or the name of an earlier stage. */
  base: string;
  /** `AS name`, else its number. */
  name: string;
  instructions: Instruction[];
}

/** Reads a Dockerfile: as much of the format as ours uses (no heredocs, no escape directive, no ONBUILD). */
export function readDockerfile(file: string): Stage[] {
  const text = readFileSync(file, 'utf8')
    .replaceAll(/^[ \t]*#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const stages: Stage[] = [];
  const defaults: Record<string, string> = {};
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const instruction = readInstruction(line.trim());
    const stage = stages.at(-1);
    if (instruction.keyword === 'FROM') stages.push(newStage(fillIn(instruction.text, defaults), stages.length));
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === 'ARG') Object.assign(defaults, variables(instruction.text));
    else throw new Error(`${instruction.keyword} before the first FROM`);
  }
  return stages;
}

function readInstruction(line: string): Instruction {
  const [, keyword, rest] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
  const flags: Record<string, string> = {};
  const text = rest.replace(/^(?:--[\w-]+=\S+\s+)+/, (all) => {
    for (const [, name, value] of all.matchAll(/--([\w-]+)=(\S+)/g)) flags[name] = value;
    return '';
  });
  return { keyword: keyword.toUpperCase(), flags, text: text.trim() };
}

function newStage(text: string, number: number): Stage {
  const [base, , name] = text.split(/\s+/);
  return { base, name: name ?? String(number), instructions: [] };
}

function fillIn(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** `NAME=value` pairs of ENV, ARG and LABEL; values may be quoted. */
export function variables(text: string): Record<string, string> {
  const pairs = text.matchAll(/([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value.replace(/^"(.*)"$/s, '$1')]));
}

/** What an instruction that is given once says: `["node", …]` of CMD as words. Undefined when it is not given. */
export function setting({ instructions }: Stage, keyword: string): string | undefined {
  return instructions.findLast((each) => each.keyword === keyword)?.text;
}

/** The environment that a stage gives its containers. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  return Object.assign(
    {},
    ...instructions.filter(({ keyword }) => keyword === 'ENV').map(({ text }) => variables(text)),
  );
}
