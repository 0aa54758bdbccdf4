import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { PUBLIC_CHECKSUM_DATABASE } from '../../../config/index.js';
import { TestArchive, TestDocuments } from './__fixtures__/ports.js';
import { ChecksumDatabase } from './checksum-database.js';

const { name, key, url } = PUBLIC_CHECKSUM_DATABASE;
const { signal } = new AbortController();

/** What sum.golang.org answered when it had 66 million records: a lookup and the tiles that prove it, in base64. */
async function recorded(): Promise<Map<string, Buffer>> {
  const text = await readFile(new URL('./__fixtures__/sum.golang.org.json', import.meta.url), 'utf8');
  return new Map(Object.entries(JSON.parse(text)).map(([path, data]) => [path, Buffer.from(String(data), 'base64')]));
}

it('answers of the real checksum database verify', async () => {
  const answers = await recorded();
  const documents = new TestDocuments((address) => answers.get(address.slice(url.length)));
  const sums = new ChecksumDatabase({ artifacts: new TestArchive(), documents, bases: [url], name, key });
  // As they stand in many a go.sum.
  expect(await sums.lookup('github.com/pkg/errors', 'v0.9.1', signal)).toEqual({
    zip: Buffer.from('FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=', 'base64').toString('hex'),
    mod: Buffer.from('bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=', 'base64').toString('hex'),
  });
  // Each of them was needed.
  expect(documents.asked.map((address) => address.slice(url.length)).sort()).toEqual([...answers.keys()].sort());
});
