import { parser } from '@lezer/python';
import { InvalidFileFormat } from '../../../../errors/index.js';
import { quote } from '../../../quote.js';
import { parsableText } from './parsable-text.js';

/** The first error ends the reading: mending errors would cost time, and a wrong file has nothing to say. */
const strictParser = parser.configure({ strict: true });

/** Levels of the tree; Python itself gives up at 200 brackets. Whoever follows the tree may call itself as often. */
const MAX_DEPTH = 1000;

type Tree = ReturnType<typeof parser.parse>;
export type SyntaxNode = Tree['topNode'];

/** A Python file to read. */
export interface PythonFile {
  /** How messages name it. */
  file: string;
  /** Lines end with `\n`. */
  text: string;
}

export interface SyntaxTree extends PythonFile {
  tree: Tree;
}

/** Throws `InvalidFileFormat` unless the text is Python. Some Python 2 is taken, too. */
export function parsePython({ file, text }: PythonFile): SyntaxTree {
  if (text.includes('\0')) throw invalidPython({ file, text }, text.indexOf('\0'));
  const parse = strictParser.startParse(parsableText(text));
  try {
    let tree = parse.advance();
    while (tree === null) tree = parse.advance();
    refuseDeep(tree, file);
    return { file, text, tree };
  } catch (error) {
    throw error instanceof SyntaxError ? invalidPython({ file, text }, parse.parsedPos) : error;
  }
}

/** The error for a place that Python does not understand. */
export function invalidPython({ file, text }: PythonFile, at: number): InvalidFileFormat {
  const line = text.slice(0, at).split('\n').length;
  return new InvalidFileFormat(`${quote(file)} is not valid Python: see line ${line}.`);
}

function refuseDeep(tree: Tree, file: string): void {
  let depth = 0;
  tree.iterate({
    enter: () => {
      depth += 1;
      if (depth > MAX_DEPTH) throw new InvalidFileFormat(`${quote(file)} is nested too deeply.`);
    },
    leave: () => {
      depth -= 1;
    },
  });
}

/** The parts of a node in their order, without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'Comment') children.push(child);
  }
  return children;
}

export function sourceOf({ text }: PythonFile, node: SyntaxNode): string {
  return text.slice(node.from, node.to);
}

/** The name that a node is, in the form in which Python compares names; undefined when it is something else. */
export function variableName(file: PythonFile, node: SyntaxNode): string | undefined {
  return node.name === 'VariableName' ? sourceOf(file, node).normalize('NFKC') : undefined;
}

/** What stands in brackets that only group. */
export function withoutParentheses(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (inner.name === 'ParenthesizedExpression') {
    const [, content, end] = childrenOf(inner);
    if (content === undefined || end?.name !== ')') return inner;
    inner = content;
  }
  return inner;
}
