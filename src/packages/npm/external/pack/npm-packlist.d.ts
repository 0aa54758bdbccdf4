declare module 'npm-packlist' {
  /** Paths relative to the root of what `npm pack` would pack. `tree` is a node of npm's arborist. */
  export default function packlist(tree: object, options: { path: string }): Promise<string[]>;
}
