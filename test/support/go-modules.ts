import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './go-bundle.js';
import { go } from './go-command.js';
import { below, filesOf, type GoFiles, realModule, writeFiles } from './go-module-files.js';

/**
 * A Go project of real modules, in a git repository as their authors might have it. What module zips do not carry is
 * made here: tags, nested modules side by side, `go.work`, `vendor`.
 */
export interface GoProject {
  name: string;
  /** Where `go` looks for the repository: the beginning of the module paths in it. */
  root: string;
  files: () => Promise<GoFiles>;
  /** Tags on the commit that is processed, and on one before it. */
  tags?: string[];
  earlierTags?: string[];
  /** Directories of modules to process; the root unless given. */
  paths?: string[];
  flags?: string[];
  /**
   * Go that lists it, when that is not the one that it asks for: an old module that may be changed is left to Go 1.20,
   * since later ones raise its `go` line.
   */
  go?: string;
  /** Go versions that it is also built with. */
  builds?: string[];
}

/** For every test run. */
export const SMALL_PROJECTS: readonly GoProject[] = [
  {
    name: 'a small one with a complete module graph, on a tag (hashicorp/go-multierror)',
    root: 'github.com/hashicorp/go-multierror',
    files: () => realModule('github.com/hashicorp/go-multierror', 'v1.1.1'),
    tags: ['v1.1.1', 'v1.1.0', 'not-a-version', 'v2.0.0'],
    earlierTags: ['v1.9.9'],
  },
  {
    name: 'version 5, which asks for a newer Go, after a tag (go-chi/chi/v5)',
    root: 'github.com/go-chi/chi',
    files: () => withGoLine(realModule('github.com/go-chi/chi/v5', 'v5.2.5'), 'toolchain go1.27.0'),
    tags: ['v1.0.0', 'chi/v5.9.0'],
    earlierTags: ['v5.2.4', 'v5.3.0-rc.1', 'v4.8.0'],
  },
  {
    name: 'a vendored one with a complete module graph, without tags (spf13/cobra)',
    root: 'github.com/spf13/cobra',
    files: () => vendored(realModule('github.com/spf13/cobra', 'v1.8.1')),
    flags: ['gomod-vendor-check'],
    go: '1.20.14',
  },
  {
    name: 'nested modules that replace each other, with tags of their own (zap)',
    root: 'go.uber.org/zap',
    files: zap,
    tags: ['exp/v0.3.0', 'v2.0.0'],
    earlierTags: ['v1.27.0-rc.2'],
    paths: ['.', 'exp'],
  },
];

/** For long runs: large ones, and ones that take long to build. */
export const LARGE_PROJECTS: readonly GoProject[] = [
  {
    name: 'a workspace (zap with go.work)',
    root: 'go.uber.org/zap',
    files: async () => ({ ...(await zap()), 'go.work': 'go 1.22\n\nuse (\n\t.\n\t./exp\n)\n' }),
    tags: ['v1.27.0'],
    earlierTags: ['exp/v0.2.0'],
    paths: ['exp'],
  },
  {
    name: 'hundreds of dependencies (helm)',
    root: 'helm.sh/helm',
    files: () => realModule('helm.sh/helm/v3', 'v3.19.5'),
    tags: ['v3.19.5'],
  },
  {
    name: 'hundreds of modules in a complete graph, built by the Go of its time, too (cobra 1.1)',
    root: 'github.com/spf13/cobra',
    files: () => realModule('github.com/spf13/cobra', 'v1.1.3'),
    earlierTags: ['v1.1.3-rc.1'],
    builds: ['1.16.15'],
  },
  {
    name: 'a complete graph (viper 1.7)',
    root: 'github.com/spf13/viper',
    files: () => realModule('github.com/spf13/viper', 'v1.7.1'),
    earlierTags: ['v1.7.0', 'v1.7.1-alpha'],
  },
  {
    name: 'many nested modules that replace each other (OpenTelemetry)',
    root: 'go.opentelemetry.io/otel',
    files: openTelemetry,
    tags: ['v1.43.0', 'sdk/v1.43.0', 'sdk/metric/v1.42.0', 'trace/v1.43.1-beta.1'],
    earlierTags: ['metric/v1.42.0', 'exporters/stdout/stdouttrace/v1.43.0-rc.1'],
    paths: ['.', 'exporters/stdout/stdouttrace', 'metric', 'sdk', 'sdk/metric', 'trace'],
  },
  {
    name: 'a workspace over some of many modules (OpenTelemetry with go.work)',
    root: 'go.opentelemetry.io/otel',
    files: async () => ({
      ...(await openTelemetry()),
      'go.work': 'go 1.25.0\n\nuse (\n\t.\n\t./metric\n\t./sdk\n\t./sdk/metric\n\t./trace\n)\n',
    }),
    tags: ['sdk/v1.43.0'],
    paths: ['sdk', 'trace'],
  },
  {
    name: 'a line that asks for a newer Go of its own (age)',
    root: 'filippo.io/age',
    files: () => realModule('filippo.io/age', 'v1.3.2'),
    earlierTags: ['v1.3.1'],
  },
  {
    name: 'cgo (go-sqlite3)',
    root: 'github.com/mattn/go-sqlite3',
    files: () => realModule('github.com/mattn/go-sqlite3', 'v1.14.49'),
    tags: ['v1.14.49'],
  },
  {
    name: 'build constraints for many platforms (node_exporter)',
    root: 'github.com/prometheus/node_exporter',
    files: () => realModule('github.com/prometheus/node_exporter', 'v1.9.1'),
    earlierTags: ['v1.9.0'],
  },
  {
    name: 'embedded files, never tagged (pprof)',
    root: 'github.com/google/pprof',
    files: () => realModule('github.com/google/pprof', 'v0.0.0-20260906184651-6331bc6350fe'),
  },
  {
    name: 'a program of several parts (kustomize)',
    root: 'sigs.k8s.io/kustomize',
    files: async () => below('kustomize', await realModule('sigs.k8s.io/kustomize/kustomize/v5', 'v5.6.0')),
    tags: ['kustomize/v5.6.0', 'kustomize/v4.9.0', 'v9.0.0'],
    paths: ['kustomize'],
  },
];

async function zap(): Promise<GoFiles> {
  const [root, exp] = await Promise.all([realModule('go.uber.org/zap', 'v1.27.0'), realModule('go.uber.org/zap/exp', 'v0.3.0')]);
  return { ...root, ...below('exp', exp) };
}

async function openTelemetry(): Promise<GoFiles> {
  const nested = ['exporters/stdout/stdouttrace', 'metric', 'sdk', 'sdk/metric', 'trace'];
  const parts = nested.map(async (path) => below(path, await realModule(`go.opentelemetry.io/otel/${path}`, 'v1.43.0')));
  return Object.assign({}, await realModule('go.opentelemetry.io/otel', 'v1.43.0'), ...(await Promise.all(parts))) as GoFiles;
}

async function withGoLine(files: Promise<GoFiles>, line: string): Promise<GoFiles> {
  const { 'go.mod': manifest, ...others } = await files;
  return { ...others, 'go.mod': `${manifest.toString()}\n${line}\n` };
}

/** With the `vendor` directory that the real `go` makes. */
async function vendored(files: Promise<GoFiles>): Promise<GoFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'go-vendor-'));
  try {
    await writeFiles(directory, await files);
    await go(['mod', 'vendor'], { directory });
    return await filesOf(directory);
  } finally {
    await removeTree(directory);
  }
}
