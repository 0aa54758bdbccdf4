import { Alias, isNode, LineCounter, parseDocument, visit } from 'yaml';

/** YAML that is not accepted. The message says where, never what stands there: it may be a secret. */
export class YamlProblem extends Error {}

/** Parse errors of the library that have a plain reason. */
const REASONS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key is there already',
  MULTIPLE_DOCS: 'a second document begins',
  NON_STRING_KEY: 'a key must be plain text',
  TAB_AS_INDENT: 'tabs do not indent',
  TAG_RESOLVE_FAILED: 'tags are not allowed',
};

/**
 * The value of a YAML 1.2 document, of which JSON is a part: maps are `Map`s, so that no key means more than itself.
 * Aliases (they can multiply a small file without end), tags of its own, merge keys, keys that are no text, duplicate
 * keys and further documents are refused. Throws `YamlProblem`.
 */
export function parseYaml(text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new YamlProblem('is nested too deeply');
    throw error;
  }
}

function read(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw at(lines, problem.pos[0], REASONS[problem.code] ?? 'this is no valid YAML');
  visit(document, (_key, node) => {
    if (node instanceof Alias) throw at(lines, node.range?.[0], 'aliases are not allowed');
    if (isNode(node) && node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      throw at(lines, node.range?.[0], 'tags are not allowed');
    }
  });
  const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 0 });
  return value;
}

function at(lines: LineCounter, offset: number | undefined, reason: string): YamlProblem {
  const { line, col } = lines.linePos(offset ?? 0);
  return new YamlProblem(`line ${line}, column ${col}: ${reason}`);
}
