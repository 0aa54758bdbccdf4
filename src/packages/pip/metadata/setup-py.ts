import { keywordArgument, setupCall } from './python/calls.js';
import { literalValue } from './python/literal.js';
import { parsePython, type PythonFile, variableName, withoutParentheses } from './python/syntax-tree.js';
import { isEmpty, type PythonValue } from './python/value.js';
import { textOf } from './python/value-text.js';
import { valueAt, valueAtEnd } from './python/variables.js';

/** What the first call of `setup()` says, as far as it stands there literally. */
export interface SetupCall {
  name?: string;
  /** As text, but not yet in its normal form. */
  version?: string;
  /** Texts as written; each may have several lines. */
  setupRequires: string[];
}

/** Reads a `setup.py` without running it. Throws `InvalidFileFormat` when it is not Python. */
export function readSetupPy(file: PythonFile): SetupCall {
  const tree = parsePython(file);
  const call = setupCall(tree);
  if (call === undefined) return { setupRequires: [] };
  const valueOf = (keyword: string): PythonValue | undefined => {
    const argument = keywordArgument(tree, call, keyword);
    if (argument === undefined) return undefined;
    const variable = variableName(tree, withoutParentheses(argument));
    return variable === undefined ? literalValue(tree, argument) : valueAt(tree, variable, call);
  };
  const name = valueOf('name');
  const version = versionOf(valueOf('version'));
  return {
    ...(name?.type === 'str' && name.value !== '' ? { name: name.value } : {}),
    ...(version === undefined ? {} : { version }),
    setupRequires: textsOf(valueOf('setup_requires')),
  };
}

/**
 * The version that a module gives a variable at its top level, as text; undefined when it is not literal. Throws
 * `InvalidFileFormat` when the file is not Python.
 */
export function readVersionVariable({ variable, ...file }: PythonFile & { variable: string }): string | undefined {
  return versionOf(valueAtEnd(parsePython(file), variable.normalize('NFKC')));
}

/** The parts of a sequence with dots in between; nothing for what Python takes for false. */
function versionOf(value: PythonValue | undefined): string | undefined {
  if (value === undefined || isEmpty(value)) return undefined;
  const text = joinedText(value);
  return text === '' ? undefined : text;
}

/** Bytes are a sequence of numbers. */
function joinedText(value: PythonValue): string {
  if (value.type === 'tuple' || value.type === 'list') return value.items.map(textOf).join('.');
  return value.type === 'bytes' ? value.value.join('.') : textOf(value);
}

function textsOf(value: PythonValue | undefined): string[] {
  if (value?.type === 'str') return [value.value];
  if (value?.type !== 'list' && value?.type !== 'tuple' && value?.type !== 'set') return [];
  return value.items.flatMap((item) => (item.type === 'str' ? [item.value] : []));
}
