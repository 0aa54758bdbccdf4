import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../config/index.js';
import { TokenAcceptor } from './token-acceptor.js';

type Load = NonNullable<Parameters<typeof TokenAcceptor.open>[1]>;
type Library = Awaited<ReturnType<Load>>;
type Context = Awaited<ReturnType<Library['initializeServer']>>;

/** With libraries of our own; `test/kerberos.e2e-spec.ts` has the real one and a real KDC. */
describe('TokenAcceptor', () => {
  const environment = { ...process.env };
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cachito-acceptor-'));
  });

  afterEach(() => {
    for (const name of ['KRB5_KTNAME', 'KRB5RCACHENAME']) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function open(initializeServer: Library['initializeServer'], keytab?: string): Promise<TokenAcceptor> {
    const directory = join(folder, 'kerberos');
    return TokenAcceptor.open({ service: 'HTTP@localhost', keytab, directory }, () => Promise.resolve({ initializeServer }));
  }

  function context(step: (context: Context) => Promise<void>): Context {
    const made: Context = { username: '', response: '', targetName: '', contextComplete: false, step: () => after() };
    const after = async (): Promise<never> => (await step(made)) as never;
    return made;
  }

  it('tells the library of keytab and replay cache, whatever the environment says', async () => {
    process.env.KRB5_KTNAME = '/elsewhere';
    process.env.KRB5RCACHENAME = 'none:';
    await open(() => Promise.resolve(context(() => Promise.resolve())), '/secrets/a.keytab');
    expect(process.env.KRB5_KTNAME).toBe('FILE:/secrets/a.keytab');
    expect(process.env.KRB5RCACHENAME).toBe(`file2:${join(folder, 'kerberos/replay-cache')}`);
    expect(statSync(join(folder, 'kerberos')).mode & 0o777).toBe(0o700);
    await open(() => Promise.resolve(context(() => Promise.resolve())));
    expect(process.env.KRB5_KTNAME).toBe('FILE:/secrets/a.keytab');
  });

  it('says what to do without a key', async () => {
    const failing = open(() => Promise.reject(new Error("Key table file '/a' not found")), '/a');
    await expect(failing).rejects.toThrow(ConfigurationError);
    await expect(failing).rejects.toThrow(/HTTP@localhost, but \/a gives no key of HTTP\/localhost .*'\/a' not found.*ktadd/);
  });

  it('gives principal and proof', async () => {
    const acceptor = await open(() =>
      Promise.resolve(
        context(async (made) => void Object.assign(made, { username: 'a@B', response: 'cHJvb2Y=', contextComplete: true })),
      ),
    );
    expect(await acceptor.accept('YAw=')).toEqual({ principal: 'a@B', proof: 'cHJvb2Y=' });
  });

  it('takes no half-done negotiation for a login', async () => {
    const acceptor = await open(() => Promise.resolve(context(async (made) => void (made.username = 'a@B'))));
    await expect(acceptor.accept('YAw=')).rejects.toThrow(/called again/);
  });

  it('calls the library twice at a time, and goes on after failures', async () => {
    const waiting: (() => void)[] = [];
    const acceptor = await open(() =>
      Promise.resolve(context(() => new Promise((_, reject) => waiting.push(() => reject(new Error('no')))))),
    );
    const outcomes = Promise.allSettled(Array.from({ length: 7 }, () => acceptor.accept('YAw=')));
    for (let ended = 0; ended < 7; ) {
      await setImmediate();
      expect(waiting.length).toBeLessThanOrEqual(2);
      const end = waiting.shift();
      if (end === undefined) continue;
      ended += 1;
      end();
    }
    expect((await outcomes).map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'rejected'));
  });
});
