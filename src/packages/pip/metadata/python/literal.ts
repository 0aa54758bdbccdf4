import { numberValue, negative } from './number-literal.js';
import { stringValue } from './string-literal.js';
import {
  childrenOf,
  invalidPython,
  sourceOf,
  type SyntaxNode,
  type SyntaxTree,
  withoutParentheses,
} from './syntax-tree.js';
import { isHashable, type PythonValue } from './value.js';
import { representation } from './value-text.js';

/** Characters of a number; Python has such a limit, too. */
const MAX_NUMBER = 4300;

/**
 * The value of a literal: strings, bytes, numbers with one sign, `True`, `False`, `None`, and tuples, lists, sets and
 * dicts of these. Undefined for any other expression. Throws `InvalidFileFormat` for a literal that is none in Python.
 */
export function literalValue(tree: SyntaxTree, expression: SyntaxNode): PythonValue | undefined {
  const node = withoutParentheses(expression);
  switch (node.name) {
    case 'String':
      return stringOf(tree, node);
    case 'ContinuedString':
      return concatenated(tree, node);
    case 'Number':
      return numberOf(tree, node);
    case 'Boolean':
      return { type: 'constant', value: sourceOf(tree, node) === 'True' ? 'True' : 'False' };
    case 'None':
      return { type: 'constant', value: 'None' };
    case 'UnaryExpression':
      return signed(tree, node);
    case 'TupleExpression':
      return collection(tree, 'tuple', childrenOf(node).slice(1, -1));
    case 'ArrayExpression':
      return collection(tree, 'list', childrenOf(node).slice(1, -1));
    case 'SetExpression':
      return collection(tree, 'set', childrenOf(node).slice(1, -1));
    case 'DictionaryExpression':
      return dictionary(tree, childrenOf(node).slice(1, -1));
    default:
      return undefined;
  }
}

/** The value of expressions with commas in between, which are a tuple without brackets. As `literalValue`. */
export function tupleValue(tree: SyntaxTree, nodes: readonly SyntaxNode[]): PythonValue | undefined {
  return collection(tree, 'tuple', nodes);
}

function stringOf(tree: SyntaxTree, node: SyntaxNode): PythonValue | undefined {
  const value = stringValue(sourceOf(tree, node));
  if (value === 'invalid') throw invalidPython(tree, node.from);
  return value === 'unknown' ? undefined : value;
}

function concatenated(tree: SyntaxTree, node: SyntaxNode): PythonValue | undefined {
  const texts: string[] = [];
  const bytes: number[] = [];
  const types = new Set<string>();
  for (const part of childrenOf(node)) {
    const value = part.name === 'String' ? stringOf(tree, part) : undefined;
    if (value?.type === 'str') texts.push(value.value);
    else if (value?.type === 'bytes') for (const byte of value.value) bytes.push(byte);
    else return undefined;
    types.add(value.type);
  }
  if (types.size > 1) throw invalidPython(tree, node.from);
  return types.has('bytes') ? { type: 'bytes', value: bytes } : { type: 'str', value: texts.join('') };
}

function numberOf(tree: SyntaxTree, node: SyntaxNode): PythonValue | undefined {
  if (node.to - node.from > MAX_NUMBER) return undefined;
  const value = numberValue(sourceOf(tree, node));
  if (value === undefined) throw invalidPython(tree, node.from);
  return value;
}

/** One sign in front of a number: `-1`, but not `--1` or `-True`. */
function signed(tree: SyntaxTree, node: SyntaxNode): PythonValue | undefined {
  const [sign, operand] = childrenOf(node);
  const number = operand && withoutParentheses(operand);
  if (number?.name !== 'Number') return undefined;
  const value = numberOf(tree, number);
  switch (sourceOf(tree, sign)) {
    case '+':
      return value;
    case '-':
      return value && negative(value);
    default:
      return undefined;
  }
}

/** Of what stands between the brackets. A `*`, or what makes a comprehension of it, is no literal. */
function collection(
  tree: SyntaxTree,
  type: 'tuple' | 'list' | 'set',
  nodes: readonly SyntaxNode[],
): PythonValue | undefined {
  const items: PythonValue[] = [];
  for (const node of nodes) {
    if (node.name === ',') continue;
    const value = literalValue(tree, node);
    if (value === undefined || (type === 'set' && !isHashable(value))) return undefined;
    items.push(value);
  }
  if (type !== 'set') return { type, items };
  return { type, items: [...new Map(items.map((item) => [representation(item), item])).values()] };
}

function dictionary(tree: SyntaxTree, nodes: readonly SyntaxNode[]): PythonValue | undefined {
  const entries = new Map<string, readonly [PythonValue, PythonValue]>();
  for (let at = 0; at < nodes.length; at += 4) {
    const [key, , value] = nodes.slice(at, at + 3);
    const keyValue = literalValue(tree, key);
    const itsValue = value && literalValue(tree, value);
    if (keyValue === undefined || itsValue === undefined || !isHashable(keyValue)) return undefined;
    entries.set(representation(keyValue), [keyValue, itsValue]);
  }
  return { type: 'dict', entries: [...entries.values()] };
}
