import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidChecksum, InvalidRequestData, NetworkError, ValidationError } from '../../../errors/index.js';
import { TestArchive, TestDocuments } from './__fixtures__/ports.js';
import { TestDatabase } from './__fixtures__/test-database.js';
import { ChecksumDatabase } from './checksum-database.js';

const PROXY = 'https://proxy.acme.dev/sumdb/sums.acme.dev/';
const DIRECT = 'https://sums.acme.dev/';
const { signal } = new AbortController();
const hexOf = (path: string, version: string): string => createHash('sha256').update(path).update(version).digest('hex');
const KITE = hexOf('example.com/kite', 'v1.0.0');

let database: TestDatabase;
let archive: TestArchive;
let documents: TestDocuments;

/** 70,000 records, so that there are tiles on three levels, and modules here and there. */
const MODULES: [string, string, number][] = [
  ['example.com/first', 'v0.1.0', 0],
  ['example.com/kite', 'v1.0.0', 300],
  ['github.com/Acme/Dial', 'v2.0.0+incompatible', 40_000],
  ['example.com/edge', 'v1.0.0', 65_535],
  ['example.com/late', 'v1.0.0', 69_999],
];

function fullDatabase(): TestDatabase {
  const full = new TestDatabase();
  for (const [path, version, place] of MODULES) full.fill(place).add(path, version);
  return full.fill(70_123);
}

/** So many versions of one module, one after the other, and enough records for a complete tree of tiles. */
const COUNT = 300;
function numberedDatabase(): TestDatabase {
  const numbered = new TestDatabase();
  while (numbered.size < COUNT) numbered.add('example.com/kite', `v1.0.${numbered.size}`);
  return numbered.fill(65_537);
}

const full = fullDatabase();
const numbered = numberedDatabase();

beforeEach(() => {
  database = full;
  numbered.sizes.clear();
  database.sizes.clear();
  archive = new TestArchive();
  documents = new TestDocuments((url) => database.answer(url.slice(PROXY.length)));
});

function client(overrides: Partial<ConstructorParameters<typeof ChecksumDatabase>[0]> = {}): ChecksumDatabase {
  const { name, key } = database;
  return new ChecksumDatabase({ artifacts: archive, documents, bases: [PROXY, DIRECT], name, key, ...overrides });
}

describe('a lookup', () => {
  it.each(MODULES)('verifies %s %s, record %i, and needs no network later', async (path, version) => {
    const sums = { zip: hexOf(path, version), mod: hexOf(path, version) };
    expect(await client().lookup(path, version, signal)).toEqual(sums);
    expect(archive.paths(PROXY)).toEqual(expect.arrayContaining([expect.stringMatching(/^lookup\//), expect.stringMatching(/^tile\/8\/2\/000\.p\/1$/)]));
    documents.offline = true;
    expect(await client().lookup(path, version, signal)).toEqual(sums);
  });

  it('fetches the tiles that go fetches, and each thing once', async () => {
    const sums = client();
    await Promise.all(Array.from({ length: 5 }, () => sums.lookup('example.com/kite', 'v1.0.0', signal)));
    await sums.lookup('example.com/kite', 'v1.0.0', signal);
    const expected = [
      'lookup/example.com/kite@v1.0.0',
      // The right edge of 70,123 records, and the way down to record 300.
      'tile/8/0/001',
      'tile/8/0/273.p/235',
      'tile/8/1/000',
      'tile/8/1/001.p/17',
      'tile/8/2/000.p/1',
    ];
    expect(documents.asked.map((url) => url.slice(PROXY.length)).sort()).toEqual([...expected, 'supported'].sort());
    expect(archive.paths(PROXY)).toEqual([...expected].sort());
    for (const { spec, name, version } of archive.documents.values()) {
      expect([spec.ecosystem, name, spec.verifiedBy]).toEqual(['gomod', database.name, 'checksum database']);
      expect(spec.upstream).toBe(PROXY + version);
    }
  });

  it.each([1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537])('verifies in a tree of %i records', async (size) => {
    const versions = [0, size >> 1, size - 1].filter((at) => at < COUNT).map((at) => `v1.0.${at}`);
    database = numbered;
    for (const version of versions) database.sizes.set(`example.com/kite@${version}`, size);
    const sums = client();
    for (const version of versions) {
      expect(await sums.lookup('example.com/kite', version, signal)).toMatchObject({ zip: hexOf('example.com/kite', version) });
    }
  });

  it('knows what the database does not know', async () => {
    expect(await client().lookup('example.com/unknown', 'v1.0.0', signal)).toBeUndefined();
    expect(archive.paths(PROXY)).toEqual([]);
  });

  it('takes the next base when a proxy does not pass it on', async () => {
    documents.answer = (url) => (url.startsWith(DIRECT) ? database.answer(url.slice(DIRECT.length)) : undefined);
    const other = 'https://other.acme.dev/sumdb/sums.acme.dev/';
    const sums = client({ bases: [other, PROXY, DIRECT] });
    expect(await sums.lookup('example.com/kite', 'v1.0.0', signal)).toMatchObject({ zip: KITE });
    expect(await sums.lookup('example.com/first', 'v0.1.0', signal)).toBeDefined();
    expect(documents.asked.slice(0, 2)).toEqual([`${other}supported`, `${PROXY}supported`]);
    expect(documents.asked.slice(2).every((url) => url.startsWith(DIRECT))).toBe(true);
    // It is found whichever base will do later.
    documents.offline = true;
    expect(await client({ bases: [other, DIRECT] }).lookup('example.com/kite', 'v1.0.0', signal)).toMatchObject({ zip: KITE });
  });

  it.each([
    ['is down', () => Promise.reject(new NetworkError('down')), NetworkError],
    ['must not be asked', () => Promise.reject(new InvalidRequestData('offline')), InvalidRequestData],
  ])('fails as the network does when it %s, and works again after', async (_, answer, error) => {
    documents.answer = answer;
    const sums = client();
    await expect(sums.lookup('example.com/kite', 'v1.0.0', signal)).rejects.toBeInstanceOf(error);
    documents.answer = (url) => database.answer(url.slice(PROXY.length));
    expect(await sums.lookup('example.com/kite', 'v1.0.0', signal)).toMatchObject({ zip: KITE });
  });

  it.each(['', '../x', 'example.com/a?b', 'example'])('asks nothing for the path %j', async (path) => {
    await expect(client().lookup(path, 'v1.0.0', signal)).rejects.toBeInstanceOf(ValidationError);
    expect(documents.asked).toEqual([]);
  });

  it('takes the complete tile when the narrower one is gone', async () => {
    database.sizes.set('example.com/kite@v1.0.0', 500);
    documents.answer = (url) => (url.includes('.p/') && url.includes('/0/') ? undefined : database.answer(url.slice(PROXY.length)));
    expect(await client().lookup('example.com/kite', 'v1.0.0', signal)).toMatchObject({ zip: KITE });
    expect(archive.paths(PROXY)).toContain('tile/8/0/001.p/244');
  });

  it('says what is missing of the tree', async () => {
    documents.answer = (url) => (url.includes('tile/8/1/') ? undefined : database.answer(url.slice(PROXY.length)));
    await expect(client().lookup('example.com/kite', 'v1.0.0', signal)).rejects.toThrow(new NetworkError('The checksum database has no tile/8/1/001.p/17. Try again later.'));
  });
});

describe('trees that grow', () => {
  it('are consistent, and the oldest that will do is kept', async () => {
    const sizes: [string, number][] = [
      ['example.com/first@v0.1.0', 50_000],
      ['example.com/kite@v1.0.0', 301],
      ['github.com/Acme/Dial@v2.0.0+incompatible', 69_000],
      ['example.com/late@v1.0.0', 70_001],
    ];
    for (const [module, size] of sizes) database.sizes.set(module, size);
    const sums = client();
    for (const [path, version] of MODULES) expect(await sums.lookup(path, version, signal)).toBeDefined();
    const treeSizes = new Set<string>();
    for (const [url, { content }] of archive.documents) if (url.includes('lookup')) treeSizes.add(/tree\n(\d+)\n/.exec(String(content))?.[1] ?? '');
    // The edge module's record 65,535 came with the newest tree; record 69,999 is in that, too.
    expect([...treeSizes].sort()).toEqual(['50000', '70123']);
  });

  it('serve a new lookup by the tree of an archived one', async () => {
    database.sizes.set('example.com/kite@v1.0.0', 60_000);
    await client().lookup('example.com/kite', 'v1.0.0', signal);
    const sums = client();
    await sums.lookup('example.com/kite', 'v1.0.0', signal);
    await sums.lookup('example.com/first', 'v0.1.0', signal);
    const content = archive.documents.get(`${PROXY}lookup/example.com/first@v0.1.0`)?.content;
    expect(String(content)).toContain('tree\n60000\n');
  });

  it('may be seen in any order, by many lookups at once', async () => {
    const versions = Array.from({ length: 60 }, (_, at) => `v1.0.${at}`);
    database = new TestDatabase();
    for (const version of versions) database.fill(database.size + 50).add('example.com/kite', version);
    for (const [at, version] of versions.entries()) {
      database.sizes.set(`example.com/kite@${version}`, Math.min(database.size, at * 51 + 51 + ((at * 7919) % 2000)));
    }
    const sums = client();
    const found = await Promise.all(versions.toReversed().map((version) => sums.lookup('example.com/kite', version, signal)));
    expect(found.map((each) => each?.zip)).toEqual(versions.toReversed().map((version) => hexOf('example.com/kite', version)));
  });
});

/** What a server on the way may do; `database` itself is honest. */
type Tampering = (path: string, answer: Buffer | undefined) => Buffer | undefined;
const text = (change: (text: string) => string): Tampering => (path, answer) =>
  path.startsWith('lookup/') && answer !== undefined ? Buffer.from(change(String(answer))) : answer;
const tiles = (change: (tile: Buffer) => Buffer, which = /^tile/): Tampering => (path, answer) =>
  which.test(path) && answer !== undefined ? change(Buffer.from(answer)) : answer;
const flipped = (bytes: Buffer): Buffer => {
  bytes[bytes.length - 5] ^= 1;
  return bytes;
};
const other = new TestDatabase().fill(70_123);
const EVIL = Buffer.alloc(32, 7).toString('base64');

describe('what does not verify is not believed, and not archived', () => {
  it.each<[string, Tampering, RegExp]>([
    ['another checksum', text((answer) => answer.replace(/v1\.0\.0 h1:\S+/, `v1.0.0 h1:${EVIL}`)), /its tree has another record/],
    ['another checksum of go.mod', text((answer) => answer.replace(/go\.mod h1:\S+/, `go.mod h1:${EVIL}`)), /its tree has another record/],
    ['a line more', text((answer) => answer.replace('\n\n', '\nexample.com/x v1.0.0 h1:\n\n')), /its tree has another record/],
    ['another number', text((answer) => answer.replace(/^300\n/, '301\n')), /its tree has another record/],
    ['a number that the tree does not have', text((answer) => answer.replace(/^300\n/, '70123\n')), /its signed tree is too small/],
    ['a negative number', text((answer) => answer.replace(/^300\n/, '-1\n')), /it is malformed/],
    ['a huge number', text((answer) => answer.replace(/^300\n/, `${'9'.repeat(30)}\n`)), /it is malformed/],
    ['the record of another module', (path) => (path.startsWith('lookup/') ? full.answer('lookup/example.com/first@v0.1.0') : full.answer(path)), /it is about another module/],
    ['a malformed checksum', text((answer) => answer.replace(/h1:\S+/, 'h1:AAAA')), /its checksum is malformed/],
    ['no signature', text((answer) => answer.replace(/— .*\n$/, '')), /is malformed|is not signed/],
    ['a wrong signature', text((answer) => answer.replace(/AAAA|(\S{4})=\n$/, 'AAA=\n')), /signature of its tree is wrong|malformed/],
    ['the signature of another tree', text((answer) => answer.slice(0, answer.indexOf('—')) + full.signed(5).slice(full.signed(5).indexOf('—'))), /the signature of its tree is wrong/],
    ['the signature of another key', text((answer) => answer.slice(0, answer.indexOf('go.sum')) + other.signed(70_123)), /its tree is not signed by sums\.acme\.dev/],
    ['a key of another name', text((answer) => answer.replace('— sums.acme.dev', '— sums.evil.dev')), /its tree is not signed by sums\.acme\.dev/],
    ['too many signatures', text((answer) => answer + '— other.acme.dev AAAAAAAA\n'.repeat(100)), /signed tree is malformed/],
    ['a tree of another kind', text((answer) => answer.replace('go.sum database tree', 'go.sum database tree v2')), /signature of its tree is wrong/],
    ['another tree with an honest key', text((answer) => answer.slice(0, answer.indexOf('go.sum')) + full.signed(70_123, 'sums.acme.dev', Buffer.alloc(32))), /parts of its tree do not fit together/],
    ['no tree', text((answer) => answer.slice(0, answer.indexOf('\n\n') + 2)), /malformed/],
    ['control characters', text((answer) => answer.replace('example.com', 'example\r.com')), /malformed|another module/],
    ['what is no UTF-8', (path, answer) => (path.startsWith('lookup/') ? Buffer.concat([Buffer.of(0xff), answer ?? Buffer.alloc(0)]) : answer), /malformed/],
    ['nothing', text(() => ''), /it is malformed/],
    ['a web page', text(() => '<!doctype html>\n<title>Log in</title>\n\n'), /it is malformed/],
    ['a tile with another bit', tiles(flipped), /parts of its tree do not fit together/],
    ['a tile below the edge with another bit', tiles(flipped, /tile\/8\/0\/001$/), /parts of its tree do not fit together/],
    ['a tile in between with another bit', tiles(flipped, /tile\/8\/1\/000$/), /parts of its tree do not fit together/],
    ['a tile that is cut off', tiles((tile) => tile.subarray(0, -32)), /has the wrong size/],
    ['a tile that is empty', tiles(() => Buffer.alloc(0)), /has the wrong size/],
    ['the tiles of another tree', (path, answer) => (path.startsWith('tile/') ? other.answer(path) : answer), /parts of its tree do not fit together/],
  ])('%s', async (_, tamper, reason) => {
    documents.answer = (url) => tamper(url.slice(PROXY.length), database.answer(url.slice(PROXY.length)));
    const sums = client();
    const refused = sums.lookup('example.com/kite', 'v1.0.0', signal);
    await expect(refused).rejects.toBeInstanceOf(InvalidChecksum);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(/^The answer of the checksum database sums\.acme\.dev about example\.com\/kite v1\.0\.0 cannot be believed: /);
    expect(archive.paths(PROXY)).toEqual([]);
    await expect(sums.document('lookup/example.com/kite@v1.0.0', signal)).rejects.toBeInstanceOf(InvalidChecksum);
    expect(archive.paths(PROXY)).toEqual([]);
    // Whatever was held in memory does no harm.
    documents.answer = (url) => database.answer(url.slice(PROXY.length));
    expect(await client().lookup('example.com/kite', 'v1.0.0', signal)).toMatchObject({ zip: KITE });
  });

  it('a huge answer', async () => {
    documents.answer = () => Buffer.alloc(1_000_000, 'x');
    await expect(client().lookup('example.com/kite', 'v1.0.0', signal)).rejects.toBeInstanceOf(NetworkError);
  });

  it.each([
    ['grew differently', 1500],
    ['is as large', 1000],
    ['is smaller', 600],
  ])('a second tree, honestly signed, that %s', async (_, size) => {
    const honest = new TestDatabase().add('example.com/kite', 'v1.0.0').add('example.com/first', 'v0.1.0').fill(1000);
    const fork = new TestDatabase().add('example.com/evil', 'v1.0.0').fill(size);
    Object.assign(fork, { privateKey: Reflect.get(honest, 'privateKey'), keyId: Reflect.get(honest, 'keyId') });
    const serve = (...databases: TestDatabase[]): void => {
      documents.answer = (url) => databases.map((each) => each.answer(url.slice(PROXY.length))).find((found) => found !== undefined);
    };
    serve(honest);
    const sums = client({ key: honest.key });
    await sums.lookup('example.com/kite', 'v1.0.0', signal);
    const before = archive.paths(PROXY);
    serve(fork, honest);
    await expect(sums.lookup('example.com/evil', 'v1.0.0', signal)).rejects.toThrow(/contradict each other|do not fit together/);
    expect(archive.paths(PROXY)).toEqual(before);
    // The fork has left nothing in memory that would be believed.
    serve(honest);
    expect(await sums.lookup('example.com/first', 'v0.1.0', signal)).toMatchObject({ zip: hexOf('example.com/first', 'v0.1.0') });
  });

  it.each([
    ['malformed', 'sums.acme.dev+00000000+x'],
    ['of another id', 'KEY'],
    ['of another name', 'OTHER'],
  ])('a key that is %s', (_, key) => {
    const keys: Record<string, string> = { KEY: full.key.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), OTHER: new TestDatabase('x.dev').key };
    expect(() => client({ key: keys[key] ?? key })).toThrow(ValidationError);
  });
});

describe('documents for a proxy', () => {
  it('are what the database serves, from the archive where they are', async () => {
    const sums = client();
    expect(await sums.document('supported', signal)).toEqual(Buffer.alloc(0));
    expect(documents.asked).toEqual([]);
    expect(await sums.document('latest', signal)).toEqual(expect.any(Buffer));
    const lookup = 'lookup/github.com/!acme/!dial@v2.0.0+incompatible';
    const [number, ...lines] = String(await sums.document(lookup, signal)).split('\n');
    expect([number, lines[0], lines[3]]).toEqual(['40000', expect.stringMatching(/^github\.com\/Acme\/Dial v2\.0\.0\+incompatible h1:/), 'go.sum database tree']);
    const asked = documents.asked.length;
    for (const tile of ['tile/8/0/156', 'tile/8/0/273.p/235', 'tile/8/2/000.p/1']) {
      expect(await sums.document(tile, signal)).toEqual(full.answer(tile));
    }
    expect(documents.asked).toHaveLength(asked);
    documents.offline = true;
    for (const path of archive.paths(PROXY)) expect(await client().document(path, signal)).toBeDefined();
  });

  it.each(['tile/8/0/000', 'tile/8/0/001', 'tile/8/0/001.p/9', 'tile/8/1/000', 'tile/8/0/273.p/100', 'tile/8/1/001.p/3'])(
    'verify the tile %s by what was looked up, and archive it',
    async (tile) => {
      const sums = client();
      await sums.lookup('example.com/late', 'v1.0.0', signal);
      expect(await sums.document(tile, signal)).toEqual(full.answer(tile));
      documents.offline = true;
      expect(await client().document(tile, signal)).toEqual(full.answer(tile));
    },
  );

  it('do not believe a wrong tile', async () => {
    const sums = client();
    await sums.lookup('example.com/late', 'v1.0.0', signal);
    const before = archive.paths(PROXY);
    documents.answer = (url) => tiles(flipped)(url.slice(PROXY.length), full.answer(url.slice(PROXY.length)));
    await expect(sums.document('tile/8/0/003', signal)).rejects.toThrow(
      /^The answer of the checksum database sums\.acme\.dev for tile\/8\/0\/003 cannot be believed: parts of its tree/,
    );
    expect(archive.paths(PROXY)).toEqual(before);
    documents.answer = (url) => Buffer.from(url.endsWith('latest') ? other.signed(7) : '');
    await expect(sums.document('latest', signal)).rejects.toBeInstanceOf(InvalidChecksum);
  });

  it('pass a tile of an unknown tree on, but do not archive it', async () => {
    expect(await client().document('tile/8/0/003', signal)).toEqual(full.answer('tile/8/0/003'));
    expect(archive.paths(PROXY)).toEqual([]);
  });

  it.each(['', 'x', 'lookup/', 'lookup/x', 'lookup/example.com/Kite@v1.0.0', 'lookup/../../x@v1', 'lookup/example.com/kite@v1@v2', 'lookup/example.com/unknown@v1.0.0', 'tile/8/data/000', 'tile/4/0/000', 'latest/x'])(
    'are none for %j',
    async (path) => {
      expect(await client().document(path, signal)).toBeUndefined();
      expect(archive.paths(PROXY)).toEqual([]);
    },
  );
});
