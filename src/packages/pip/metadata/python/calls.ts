import {
  childrenOf,
  sourceOf,
  type SyntaxNode,
  type SyntaxTree,
  variableName,
  withoutParentheses,
} from './syntax-tree.js';

/** The first call of `setup` or `setuptools.setup` in a file; a call comes before those inside of it. */
export function setupCall(tree: SyntaxTree): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  tree.tree.iterate({
    enter: (cursor) => {
      if (found !== undefined) return false;
      if (cursor.name === 'CallExpression' && isSetup(tree, cursor.node)) found = cursor.node;
      return undefined;
    },
  });
  return found;
}

function isSetup(tree: SyntaxTree, call: SyntaxNode): boolean {
  if (call.firstChild === null) return false;
  const callee = withoutParentheses(call.firstChild);
  if (callee.name !== 'MemberExpression') return variableName(tree, callee) === 'setup';
  const [object, dot, property] = childrenOf(callee);
  return (
    dot?.name === '.' &&
    variableName(tree, withoutParentheses(object)) === 'setuptools' &&
    property?.name === 'PropertyName' &&
    sourceOf(tree, property).normalize('NFKC') === 'setup'
  );
}

/** What a call is given for a keyword. */
export function keywordArgument(tree: SyntaxTree, call: SyntaxNode, keyword: string): SyntaxNode | undefined {
  const list = call.getChild('ArgList');
  const parts = list === null ? [] : childrenOf(list);
  const at = parts.findIndex(
    (part, index) =>
      part.name === 'VariableName' &&
      isAssignment(tree, parts[index + 1]) &&
      variableName(tree, part) === keyword,
  );
  return at === -1 ? undefined : parts[at + 2];
}

/** `=`; `:=` names a value and passes it by position. */
function isAssignment(tree: SyntaxTree, node: SyntaxNode | undefined): boolean {
  return node?.name === 'AssignOp' && sourceOf(tree, node) === '=';
}
