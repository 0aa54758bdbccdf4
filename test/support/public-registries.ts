import { lookup } from 'node:dns/promises';
import { PUBLIC_REGISTRIES } from '../../src/config/index.js';

/** Where PyPI's pages say that its files are. */
const FILES_OF_PYPI = 'https://files.pythonhosted.org/';

/**
 * Value of `CACHITO_ALLOWED_PRIVATE_NETWORKS` for tests that fetch from public registries: loopback, and whatever
 * addresses these have where the tests run (behind a mirror or a gateway they may be private ones).
 */
export async function networksOfPublicRegistries(): Promise<string> {
  const found = await Promise.all(
    [...Object.values(PUBLIC_REGISTRIES), FILES_OF_PYPI].map((url) =>
      lookup(new URL(url).hostname, { all: true }).catch(() => []),
    ),
  );
  const networks = found.flat().map(({ address, family }) => `${address}/${family === 4 ? 32 : 128}`);
  return ['127.0.0.0/8', ...new Set(networks)].join(',');
}
