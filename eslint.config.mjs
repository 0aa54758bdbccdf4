import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/**
 * The floors of the house: a room imports only from lower floors, never sideways, never up, and other rooms only
 * through their `index.ts` or module file. `docs/architecture.md` draws it.
 */
const FLOORS = [
  ['config', 'errors', 'observability'],
  ['archive', 'database', 'store', 'download', 'queue', 'auth', 'http'],
  ['source', 'dependencies'],
  ['packages'],
  ['requests'],
  ['bundles', 'manifests'],
  ['pipeline'],
  ['status', 'application'],
];

const elements = [
  ...FLOORS.flat()
    .filter((room) => room !== 'application')
    .map((room) => ({ type: room, pattern: `src/${room}` })),
  { type: 'application', pattern: 'src/*.ts', partialMatch: false },
  { type: 'migrations', pattern: 'migrations' },
];

const policies = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const below = FLOORS.slice(0, floor).flat();
    const allowed = [room, ...below, ...(room === 'application' ? ['status'] : []), ...(room === 'database' ? ['migrations'] : [])];
    return { from: { element: { type: room } }, allow: { to: { element: { type: allowed } } } };
  }),
);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'migrations/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts', 'src/**/*.compliance.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/include': ['src/**/*.ts', 'migrations/**/*.ts'],
      'import/resolver': { typescript: { project: './tsconfig.json' } },
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies }],
      'boundaries/no-unknown-files': 'error',
    },
  },
);
