import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/**
 * The floors of the house: a room imports only from lower floors, never sideways, never up, and other rooms only
 * through their `index.ts` or module file. `docs/architecture.md` draws it.
 */
const FLOORS = [
  ['concurrency', 'config', 'errors', 'observability'],
  ['archive', 'database', 'store', 'download', 'queue', 'auth', 'http'],
  ['source', 'dependencies'],
  ['packages', 'athens'],
  ['requests'],
  ['bundles', 'manifests', 'queue-board', 'registries'],
  ['pipeline'],
  ['status'],
];

const THE_TOP = { group: ['**/app.module.js', '**/application.js', '**/cli.js', '**/main.js'], message: 'The application is the top floor.' };

/** `../store/filesystem/…` from another room: what a room offers stands in its index or module file. */
const ROOM_INSIDES = {
  regex: `^(\\.\\./)+(${FLOORS.flat().join('|')})/(?!index\\.js$|([\\w-]+/)*[\\w-]+\\.module\\.js$).+`,
  message: 'Import another room through its index.js or module file.',
};

const elements = [
  ...FLOORS.flat().map((room) => ({ type: room, pattern: `src/${room}` })),
  { type: 'migrations', pattern: 'migrations' },
];

const policies = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const below = FLOORS.slice(0, floor).flat();
    const allowed = [room, ...below, ...(room === 'database' ? ['migrations'] : [])];
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
    // The files of the application itself, on top, may import everything; nobody imports them (last rule).
    ignores: ['src/*.ts', 'src/**/*spec.ts', 'src/**/*.compliance.ts', 'src/**/testing.ts', 'src/**/__fixtures__/**'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/include': ['src/**/*.ts', 'migrations/**/*.ts'],
      'import/resolver': { typescript: { project: './tsconfig.json' } },
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies }],
      'boundaries/no-unknown-files': 'error',
      'no-restricted-imports': ['error', { patterns: [THE_TOP, ROOM_INSIDES] }],
    },
  },
);
