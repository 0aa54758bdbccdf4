import { createGzip } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pack } from 'tar-stream';
import { type Artifact, ArtifactLicenses } from '../dependencies/index.js';
import { TestArchive } from '../dependencies/testing.js';
import type { ResolvedPackage } from '../packages/index.js';
import type { RequestLog } from '../requests/index.js';
import { LicenseRecorder } from './licenses.js';

const NEVER = new AbortController().signal;

let test: TestArchive;
let recorder: LicenseRecorder;
const lines: string[] = [];
const log = { log: (_: string, message: string) => void lines.push(message) } as RequestLog;

beforeAll(async () => {
  test = await TestArchive.open();
  recorder = new LicenseRecorder(new ArtifactLicenses(test.database.dataSource), test.store);
});
afterEach(async () => {
  lines.length = 0;
  await test.clear();
});
afterAll(() => test?.close());

/** An archived package with that licence. */
function archived(name: string, license: string, ecosystem = 'npm'): Promise<Artifact> {
  const upstream = `https://registry.example/${name}`;
  const tar = pack();
  tar.entry({ name: 'package/package.json' }, JSON.stringify({ name, license }));
  tar.finalize();
  const make = async () => ({ name, version: '1.0.0', content: tar.pipe(createGzip()) });
  return test.archive.getMade({ ecosystem, upstream, verifiedBy: 'none', make }, NEVER);
}

function packageOf(...artifacts: (Artifact | undefined)[]): Pick<ResolvedPackage, 'dependencies'> {
  const type = 'npm' as const;
  return { dependencies: artifacts.map((artifact, at) => ({ type, name: `n${at}`, version: '1', artifact })) };
}

function recorded(): Promise<{ id: number; expression: string | null; file: string | null }[]> {
  return test.database.dataSource.query(
    `SELECT "artifact_id"::int AS "id", "expression", "file" FROM "artifact_license" ORDER BY "artifact_id"`,
  );
}

describe('licences of archived files', () => {
  it('are recorded, those of each file once', async () => {
    const [kite, dial] = [await archived('kite', 'MIT'), await archived('dial', 'Our terms')];
    await recorder.record([packageOf(kite, undefined, dial), packageOf(kite)], { signal: NEVER, log });
    expect(await recorded()).toEqual([
      { id: kite.id, expression: 'MIT', file: 'package/package.json' },
      { id: dial.id, expression: null, file: 'package/package.json' },
    ]);
    expect(lines).toEqual(['The licences of 2 dependencies were read.']);
  });

  it('are read never again, and asked for by one query', async () => {
    const packages = [packageOf(await archived('kite', 'MIT'))];
    await recorder.record(packages, { signal: NEVER, log });
    lines.length = 0;
    const query = jest.spyOn(test.database.dataSource, 'query');
    const read = jest.spyOn(test.store, 'read');
    await recorder.record(packages, { signal: NEVER, log });
    expect([query.mock.calls.length, read.mock.calls.length, lines.length]).toEqual([1, 0, 0]);
    query.mockRestore();
    read.mockRestore();
  });

  it('are those of package managers that know some', async () => {
    const submodule = await archived('kite', 'MIT', 'git-submodule');
    await recorder.record([packageOf(submodule), packageOf()], { signal: NEVER, log });
    expect([await recorded(), lines]).toEqual([[], []]);
  });

  it('stay when another file is lost', async () => {
    const artifacts = await Promise.all(Array.from({ length: 130 }, (_, at) => archived(`kite-${at}`, 'MIT')));
    await test.store.delete(artifacts[120].sha256);
    const packages = [packageOf(...artifacts)];
    await expect(recorder.record(packages, { signal: NEVER, log })).rejects.toMatchObject({ name: 'FileAccessError' });
    expect(await recorded()).toHaveLength(100);
    expect(lines).toEqual([]);
  });

  it('are not read when nobody wants them any more', async () => {
    const packages = [packageOf(await archived('kite', 'MIT'))];
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(recorder.record(packages, { signal, log })).rejects.toThrow('cancelled');
    expect(await recorded()).toEqual([]);
  });
});
