/** Tests run as ES modules (Nest 12 is ESM only), transformed by swc without type checks; `npm run lint` checks types. */
const swc = {
  swcrc: false,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/migrations'],
  testRegex: process.env.CACHITO_TEST_LONG === 'true' ? '\\.(spec|e2e-spec|long-spec)\\.ts$' : '\\.(spec|e2e-spec)\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  // Ends what hangs. A busy machine may take ten times as long as a quiet one.
  testTimeout: 300_000,
  // More than cores: end-to-end tests wait for other processes most of the time.
  maxWorkers: 3,
  // Modules of finished files stay in memory; collecting that garbage makes all later tests of the process slow.
  workerIdleMemoryLimit: '1GB',
};
