import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { satisfies } from 'semver';
import { parse } from 'yaml';
import { loadConfiguration } from '../src/config/index.js';
import { OPTION_NAMES } from '../src/config/options/names.js';
import { type ComposeFile, composeProblems, readCompose, readVariables } from './support/docker-compose.js';
import { environmentOf, readDockerfile, setting } from './support/docker-file.js';

const ROOT = join(import.meta.dirname, '..');
const DOCKER = join(ROOT, 'docker');
const CHART = join(DOCKER, 'helm/cachito');
const PACKAGE = JSON.parse(read(ROOT, 'package.json')) as { version: string; engines: { node: string } };
const STAGES = readDockerfile(join(DOCKER, 'Dockerfile'));
const IMAGE = STAGES[STAGES.length - 1];
const OPTIONS = new Set(OPTION_NAMES.map(({ name }) => name));
/** `docker compose` fills these in; no service gets them. */
const OF_COMPOSE = ['CACHITO_IMAGE'];
/** What the entrypoint makes options of. */
const OF_ENTRYPOINT = ['DATABASE_URL_FILE', 'REDIS_URL_FILE'];

/** Files for container engines and Kubernetes, looked at without either; the long specs run what can be run. */
describe('the Dockerfile', () => {
  const environment = environmentOf(IMAGE);

  it('starts from images of one version each, with a Node.js that the service supports', () => {
    const images = STAGES.map(({ base }) => base);
    expect(images).toEqual(images.map(() => expect.stringMatching(/^(node|golang):\d+\.\d+\.\d+-bookworm(-slim)?$/)));
    for (const [, version] of images.join(' ').matchAll(/node:([\d.]+)/g)) {
      expect(satisfies(version, PACKAGE.engines.node)).toBe(true);
    }
  });

  it('copies only what there is and what .dockerignore lets in', () => {
    const allowed = read(ROOT, '.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(allowed[0]).toBe('*');
    const copied = STAGES.flatMap(({ instructions }) =>
      instructions
        .filter(({ keyword, flags }) => keyword === 'COPY' && flags.from === undefined)
        .flatMap(({ text }) => text.split(/\s+/).slice(0, -1)),
    );
    expect([...new Set(copied)].filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect([...new Set(copied)].map((source) => `!${source}`).sort()).toEqual(allowed.slice(1).sort());
  });

  it('runs as a user by number, listens where it says, and leaves it to the operator who may post', () => {
    expect(setting(IMAGE, 'USER')).toMatch(/^[1-9]\d+:[1-9]\d+$/);
    expect(setting(IMAGE, 'EXPOSE')).toBe(environment.PORT);
    expect(setting(IMAGE, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(setting(IMAGE, 'VOLUME')).toBe(JSON.stringify([environment.CACHITO_DATA_DIR]));
    expect(() => loadConfiguration(environment, [])).toThrow(/nobody can log in/);
    const trial = loadConfiguration({ ...environment, LOGIN_DISABLED: 'true' }, []).configuration;
    expect(trial).toMatchObject({ role: 'all', server: { host: '0.0.0.0' }, directories: { data: '/data' } });
  });

  it('names programs that are in the image', () => {
    for (const keyword of ['ENTRYPOINT', 'HEALTHCHECK']) {
      const words = JSON.parse(/\[.*\]$/.exec(setting(IMAGE, keyword) ?? '')?.[0] ?? '[]') as string[];
      const script = words.find((word) => word.startsWith('/app/')) ?? '';
      expect(statSync(join(ROOT, script.replace('/app/', ''))).mode & 0o111).toBe(0o111);
    }
  });
});

describe('the entrypoint', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cachito-entrypoint-'));
    const node = '#!/bin/sh\nprintf "%s\\n" "$DATABASE_URL" "${DATABASE_URL_FILE-none}" "${REDIS_URL-none}" "$*"\n';
    writeFileSync(join(folder, 'node'), node, { mode: 0o755 });
    writeFileSync(join(folder, 'secret'), 'postgresql://u:$p"\\w@h/d\n');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function start(environment: Record<string, string>): { status: number | null; stdout: string; stderr: string } {
    return spawnSync('/bin/sh', [join(DOCKER, 'entrypoint.sh'), 'cleanup', '--a b'], {
      env: { PATH: `${folder}:/usr/bin:/bin`, ...environment },
      encoding: 'utf8',
    });
  }

  it('makes options of secrets in files, and passes its arguments on', () => {
    expect(start({ DATABASE_URL_FILE: join(folder, 'secret') }).stdout.split('\n')).toEqual([
      'postgresql://u:$p"\\w@h/d',
      'none',
      'none',
      '--enable-source-maps /app/dist/src/main.js cleanup --a b',
      '',
    ]);
  });

  it('refuses what it cannot read, and two values', () => {
    expect(start({ REDIS_URL_FILE: '/nowhere' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('REDIS_URL_FILE: /nowhere is not there'),
    });
    const both = start({ DATABASE_URL: 'postgresql://secret@h/d', DATABASE_URL_FILE: join(folder, 'secret') });
    expect(both).toMatchObject({
      status: 1,
      stderr: 'DATABASE_URL and DATABASE_URL_FILE are both set; set one of them.\n',
    });
  });
});

describe('compose.yaml', () => {
  const example = readVariables(join(DOCKER, '.env.example'));
  let compose: ComposeFile;
  let secrets: string;

  beforeAll(() => {
    compose = readCompose(join(DOCKER, 'compose.yaml'), example);
    secrets = mkdtempSync(join(tmpdir(), 'cachito-secrets-'));
    execFileSync('cp', [join(DOCKER, 'make-secrets.sh'), secrets]);
    execFileSync(join(secrets, 'make-secrets.sh'));
  });

  afterAll(() => rmSync(secrets, { recursive: true, force: true }));

  it('follows the Compose Specification, with .env.example and with as little as must be set', () => {
    expect(composeProblems(compose)).toEqual([]);
    const least = { CACHITO_PUBLIC_URL: example.CACHITO_PUBLIC_URL };
    expect(readCompose(join(DOCKER, 'compose.yaml'), least)).toEqual(compose);
    expect(() => readCompose(join(DOCKER, 'compose.yaml'), {})).toThrow(/CACHITO_PUBLIC_URL: set it in \.env/);
    expect(composeProblems({ services: { api: { imag: 'a' } } })).not.toEqual([]);
  });

  it('lets no service have more than it needs', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      const { limits } = service.deploy?.resources ?? {};
      expect({ name, ...service }).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect({ name, limits }).toEqual({
        name,
        limits: { cpus: expect.any(String), memory: expect.any(String), pids: expect.any(Number) },
      });
      expect({ name, grace: service.stop_grace_period }).toEqual({ name, grace: expect.stringMatching(/^\d+s$/) });
      expect({ name, image: service.image }).toEqual({
        name,
        image: expect.stringMatching(/:v?\d+\.\d+(\.\d+)?(-bookworm)?$/),
      });
      if (name !== 'athens') expect({ name, readOnly: service.read_only }).toEqual({ name, readOnly: true });
      if (!service.image.startsWith('cachito:'))
        expect({ name, check: service.healthcheck }).toHaveProperty('check.test');
    }
    expect(compose.networks.back).toEqual({ internal: true });
    expect(compose.services.postgres).toMatchObject({ networks: ['back'] });
    expect(compose.services.redis).toMatchObject({ networks: ['back'] });
  });

  it('names secrets, volumes and services that there are', () => {
    for (const service of Object.values(compose.services)) {
      for (const name of service.secrets ?? []) expect(compose.secrets).toHaveProperty(name);
      for (const { source } of service.volumes ?? [])
        if (source !== undefined) expect(compose.volumes).toHaveProperty(source);
      for (const name of Object.keys(service.depends_on ?? {})) {
        expect(service.depends_on?.[name].condition).toBe('service_healthy');
        expect(compose.services[name].healthcheck).toBeDefined();
      }
    }
    const files = Object.values(compose.secrets).map(({ file }) => basename(file));
    expect(files.sort()).toEqual(readdirSync(join(secrets, 'secrets')).sort());
  });

  it('gives API and workers options that the service accepts, once somebody may post', () => {
    expect(compose.services.worker).toMatchObject({ deploy: { replicas: 2 } });
    expect(() => load('api', {})).toThrow(/nobody can log in/);
    for (const role of ['api', 'worker'] as const) {
      const { configuration, warnings } = load(role, role === 'api' ? { CACHITO_TRUSTED_PROXIES: '172.18.0.1' } : {});
      expect(warnings).toEqual([]);
      expect(configuration.role).toBe(role);
      expect(configuration.database.url).toMatch(/^postgresql:\/\/cachito:\w{48}@postgres:5432\/cachito$/);
      expect(configuration.queue.redisUrl).toMatch(/^redis:\/\/:\w{48}@redis:6379\/0$/);
    }
    expect(compose.services.api.ports).toEqual([`127.0.0.1:8080:${setting(IMAGE, 'EXPOSE')}`]);
  });

  /** What the service reads in the container of a role, the entrypoint's work done. */
  function load(role: 'api' | 'worker', more: Record<string, string>): ReturnType<typeof loadConfiguration> {
    const { DATABASE_URL_FILE, REDIS_URL_FILE, ...environment } = compose.services[role].environment ?? {};
    return loadConfiguration(
      {
        ...environmentOf(IMAGE),
        ...environment,
        DATABASE_URL: read(secrets, 'secrets', basename(DATABASE_URL_FILE)),
        REDIS_URL: read(secrets, 'secrets', basename(REDIS_URL_FILE)),
        ...more,
      },
      [],
    );
  }
});

describe('the Helm chart', () => {
  const schema = JSON.parse(read(CHART, 'values.schema.json')) as { properties: object };
  const values = parse(read(CHART, 'values.yaml')) as Record<string, object>;
  const templates = readdirSync(join(CHART, 'templates'));
  const text = templates.map((name) => read(CHART, 'templates', name)).join('\n');

  it('has values that its schema describes', () => {
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    const example = parse(read(DOCKER, 'helm/example-values.yaml')) as object;
    for (const each of [values, example]) expect(validate(each) ? [] : validate.errors).toEqual([]);
    expect(validate({ api: { replica: 1 } })).toBe(false);
    expect(
      Object.keys(schema.properties)
        .filter((name) => name !== 'global')
        .sort(),
    ).toEqual(Object.keys(values).sort());
  });

  it('uses every value, and none that there is not', () => {
    const used = [...text.matchAll(/\.Values((?:\.\w+)+)/g)].map(([, path]) => path.slice(1).split('.'));
    for (const path of used) expect(values).toHaveProperty(path);
    expect([...new Set(used.map(([first]) => first))].sort()).toEqual(Object.keys(values).sort());
  });

  it('agrees with the image', () => {
    const [uid, gid] = (setting(IMAGE, 'USER') ?? '').split(':');
    expect(text).toContain(`runAsUser: ${uid}\n`);
    expect(text).toContain(`fsGroup: ${gid}\n`);
    expect(text).toContain(`containerPort: ${setting(IMAGE, 'EXPOSE')}\n`);
    expect(text).toContain('- name: data\n  mountPath: /data\n');
    const { environment } = readCompose(join(DOCKER, 'compose.yaml'), readVariables(join(DOCKER, '.env.example'))).services.worker;
    const metricsPort = environment?.CACHITO_METRICS_PORT;
    expect(text).toContain(`- name: metrics\n              containerPort: ${metricsPort}\n`);
    expect(text).toContain(`- name: CACHITO_METRICS_PORT\n              value: "${metricsPort}"\n`);
    const chart = parse(read(CHART, 'Chart.yaml')) as { version: string; appVersion: string };
    expect(chart).toMatchObject({ version: PACKAGE.version, appVersion: PACKAGE.version });
  });
});

describe('files below docker/ and docs/deploying.md', () => {
  it('name only options that there are', () => {
    const files = readdirSync(DOCKER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('secrets'))
      .map((entry) => join(entry.parentPath, entry.name));
    const known = new Set([...OPTIONS, ...OF_COMPOSE, ...OF_ENTRYPOINT]);
    const unknown = [...files, join(ROOT, 'docs/deploying.md')].flatMap((file) =>
      [...read(file).matchAll(/\b(?:CACHITO_[A-Z0-9_]*[A-Z0-9]|\w+_URL|LOGIN_DISABLED)\b/g)]
        .map(([name]) => name)
        .filter((name) => !known.has(name))
        .map((name) => `${basename(file)}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('name the version of this build', () => {
    for (const file of ['Dockerfile', 'compose.yaml', '.env.example']) {
      const named = [...read(DOCKER, file).matchAll(/\bcachito:(\d+\.\d+\.\d+)/g)].map(([, version]) => version);
      expect({ file, named: [...new Set(named)] }).toEqual({ file, named: [PACKAGE.version] });
    }
  });
});

function read(...path: string[]): string {
  return readFileSync(join(...path), 'utf8');
}
