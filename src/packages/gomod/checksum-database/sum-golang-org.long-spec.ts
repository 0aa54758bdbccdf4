import { expect, it } from '@jest/globals';
import { PUBLIC_CHECKSUM_DATABASE, PUBLIC_REGISTRIES } from '../../../config/index.js';
import { NetworkError } from '../../../errors/index.js';
import { TestArchive, TestDocuments } from './__fixtures__/ports.js';
import { ChecksumDatabase } from './checksum-database.js';

const { name, key, url } = PUBLIC_CHECKSUM_DATABASE;
const PROXIED = `${PUBLIC_REGISTRIES.gomod}sumdb/${name}/`;
const { signal } = new AbortController();

async function fetchDocument(address: string): Promise<Buffer | undefined> {
  const response = await fetch(address);
  if (response.status === 404 || response.status === 410) return undefined;
  if (!response.ok) throw new NetworkError(`${address} answers with status ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** `h1` of zips as they stand in public `go.sum` files. */
const KNOWN: [string, string, string][] = [
  ['github.com/pkg/errors', 'v0.9.1', 'FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4='],
  ['golang.org/x/text', 'v0.14.0', 'ScX5w1eTa3QqT8oi6+ziP7dTV1S2+ALU0bI+0zXKWiQ='],
  ['github.com/BurntSushi/toml', 'v1.3.2', 'o7IhLm0Msx3BaB+n3Ag7L8EVlByGnpq14C4YWiu/gL8='],
  ['github.com/Azure/azure-sdk-for-go', 'v68.0.0+incompatible', 'fcYLmCpyNYRnvJbPerq7U0hS+6+I79yEDJBqVNcqUzU='],
  ['golang.org/toolchain', 'v0.0.1-go1.22.3.linux-amd64', 'LqXmlW4rn/rqR5z8Sz3hri+dYqwQ73YKgkSjm31jRFM='],
];

it('modules are looked up in the real checksum database, once', async () => {
  const artifacts = new TestArchive();
  const documents = new TestDocuments(fetchDocument);
  const open = () => new ChecksumDatabase({ artifacts, documents, bases: [PROXIED, url], name, key });
  const lookAll = async (sums: ChecksumDatabase) => {
    const found = await Promise.all(KNOWN.map(([path, version]) => sums.lookup(path, version, signal)));
    return found.map((each) => Buffer.from(each?.zip ?? '', 'hex').toString('base64'));
  };
  const expected = KNOWN.map(([, , sum]) => sum);
  const first = open();
  expect(await lookAll(first)).toEqual(expected);
  expect(await first.lookup('github.com/pkg/errors', 'v0.9.99', signal)).toBeUndefined();
  documents.offline = true;
  expect(await lookAll(open())).toEqual(expected);
});
