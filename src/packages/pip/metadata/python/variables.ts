import { literalValue, tupleValue } from './literal.js';
import {
  childrenOf,
  sourceOf,
  type SyntaxNode,
  type SyntaxTree,
  variableName,
  withoutParentheses,
} from './syntax-tree.js';
import type { PythonValue } from './value.js';

/**
 * The literal that a variable has at a place, as far as plain assignments tell: the last one before its line in the
 * innermost of the statement blocks around it that has any. Undefined when that is no literal, or there is none.
 * Throws `InvalidFileFormat` as `literalValue`.
 */
export function valueAt(tree: SyntaxTree, name: string, place: SyntaxNode): PythonValue | undefined {
  const line = tree.text.lastIndexOf('\n', place.from - 1) + 1;
  for (let block = place.parent; block !== null; block = block.parent) {
    if (block.name !== 'Body' && block.name !== 'Script') continue;
    const assigned = lastAssigned(tree, block, name, line);
    if (assigned !== undefined) return valueOf(tree, assigned);
  }
  return undefined;
}

/** The literal that a variable has at the end of a module. As `valueAt`. */
export function valueAtEnd(tree: SyntaxTree, name: string): PythonValue | undefined {
  const assigned = lastAssigned(tree, tree.tree.topNode, name, tree.text.length);
  return assigned && valueOf(tree, assigned);
}

/** Several parts are a tuple without brackets. */
function valueOf(tree: SyntaxTree, parts: readonly SyntaxNode[]): PythonValue | undefined {
  return parts.length === 1 ? literalValue(tree, parts[0]) : tupleValue(tree, parts);
}

/** The right side of the last assignment among the direct statements of a block that begin before a place. */
function lastAssigned(tree: SyntaxTree, block: SyntaxNode, name: string, before: number): SyntaxNode[] | undefined {
  let last: SyntaxNode[] | undefined;
  for (const statement of statementsOf(block)) {
    if (statement.from >= before) break;
    if (statement.name === 'AssignStatement') last = assignedTo(tree, statement, name) ?? last;
  }
  return last;
}

/** Statements of one line, parted by `;`, are a group. */
function statementsOf(block: SyntaxNode): SyntaxNode[] {
  return childrenOf(block).flatMap((child) => (child.name === 'StatementGroup' ? childrenOf(child) : [child]));
}

/** The right side when `name` is one of the targets: `name = …`, `x = name = …`. */
function assignedTo(tree: SyntaxTree, statement: SyntaxNode, name: string): SyntaxNode[] | undefined {
  const sides: SyntaxNode[][] = [[]];
  for (const part of childrenOf(statement)) {
    if (part.name === 'TypeDef') return undefined;
    if (part.name === 'AssignOp' && sourceOf(tree, part) === '=') sides.push([]);
    else sides.at(-1)?.push(part);
  }
  const targets = sides.slice(0, -1);
  const isTarget = targets.some(
    (parts) => parts.length === 1 && variableName(tree, withoutParentheses(parts[0])) === name,
  );
  return isTarget ? sides.at(-1) : undefined;
}
