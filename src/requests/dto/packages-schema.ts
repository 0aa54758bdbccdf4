const PATH = { type: 'string', description: 'Directory of the package, relative to the repository' };

const FILES = { type: 'array', items: { type: 'string' } };

const NAMES = 'names separated by commas, of which one must fit; `:all:` stands for everything';

/** `packages` of a request, for the API documentation. */
export const PACKAGES_SCHEMA = {
  type: 'object',
  properties: {
    pip: {
      type: 'array',
      description: 'Python packages',
      items: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          path: PATH,
          requirements_files: {
            ...FILES,
            description:
              'Requirements files, relative to `path`. Left out: `requirements.txt` if it is there; empty: none',
          },
          requirements_build_files: {
            ...FILES,
            description:
              'The same for what the build needs, which is reported as `dev`. Left out: `requirements-build.txt` if it ' +
              'is there; empty: none',
          },
          binary: {
            type: 'object',
            description:
              'Archive wheels too. With `packages` left out: all that fit, besides the source distributions; with ' +
              'names: for these packages wheels only. Left out: source distributions only',
            additionalProperties: false,
            properties: {
              packages: { type: 'string', default: ':all:', description: `Packages: ${NAMES}` },
              arch: { type: 'string', default: 'x86_64', description: `Parts of the platform tag: ${NAMES}` },
              os: { type: 'string', default: 'linux', description: `Parts of the platform tag: ${NAMES}` },
              py_version: {
                type: 'integer',
                minimum: 20,
                maximum: 9999,
                description: 'Version of Python, 312 being 3.12. Left out: any',
              },
              py_impl: { type: 'string', default: 'cp', description: `Parts of the interpreter tag: ${NAMES}` },
              abi: { type: 'string', default: ':all:', description: `Parts of the ABI tag: ${NAMES}` },
              platform: {
                type: 'string',
                maxLength: 200,
                description: 'Regular expression that is searched in the platform tag; excludes `arch` and `os`',
              },
            },
          },
          allow_binary: { type: 'boolean', description: '`true`: as `binary` without any field' },
        },
        example: {
          path: 'service',
          requirements_files: ['requirements.txt'],
          requirements_build_files: ['requirements-build.txt'],
          binary: { packages: 'cryptography,numpy', py_version: 312 },
        },
      },
    },
  },
  additionalProperties: {
    type: 'array',
    items: { type: 'object', additionalProperties: false, properties: { path: PATH }, minProperties: 1 },
  },
} as const;
