import { execa } from 'execa';

/** What a path holds in a commit; a plain string or buffer is a file of mode 644. */
export type FileSpec =
  | string
  | Buffer
  | { content: string | Buffer; executable: boolean }
  | { link: string }
  | { gitlink: string };

export interface CommitSpec {
  /** The whole tree of the commit, path → content. */
  files: Record<string, FileSpec>;
  message?: string;
  /** Seconds since 1970. */
  time?: number;
  /** Lightweight tags on it. */
  tags?: string[];
  /** Branch that it is added to; `main` unless given. */
  branch?: string;
}

/** Nothing of the developer's own git settings reaches the tests. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.org',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.org',
};

/** Runs git and returns what it printed, without the last line feed. */
export async function git(directory: string, args: string[], input?: string | Buffer): Promise<string> {
  const { stdout } = await execa('git', ['-C', directory, ...args], {
    env: ENVIRONMENT,
    extendEnv: false,
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
}

/** A bare repository on disk that tests add commits to. */
export class GitRepository {
  private time = 1_700_000_000;

  constructor(
    readonly directory: string,
    /** Where the test server serves it. */
    readonly url: string,
  ) {}

  static async create(directory: string, url: string): Promise<GitRepository> {
    await execa('git', ['init', '-q', '--bare', '--initial-branch=main', directory], {
      env: ENVIRONMENT,
      extendEnv: false,
    });
    return new GitRepository(directory, url);
  }

  /** Adds a commit whose tree is exactly `files`, on top of its branch; returns its id. */
  async commit(spec: CommitSpec): Promise<string> {
    const branch = `refs/heads/${spec.branch ?? 'main'}`;
    const time = spec.time ?? (this.time += 60);
    const parent = await this.resolve(branch);
    const message = Buffer.from(spec.message ?? 'Commit\n');
    const parts: Buffer[] = [
      Buffer.from(`commit ${branch}\ncommitter Test <test@example.org> ${time} +0000\ndata ${message.length}\n`),
      message,
      Buffer.from(`\n${parent === undefined ? '' : `from ${parent}\n`}deleteall\n`),
      ...Object.entries(spec.files).flatMap(([path, file]) => fileCommand(path, file)),
      ...(spec.tags ?? []).map((tag) => Buffer.from(`reset refs/tags/${tag}\nfrom ${branch}\n\n`)),
      Buffer.from('done\n'),
    ];
    await git(this.directory, ['fast-import', '--quiet', '--done', '--force', '--date-format=raw-permissive'], Buffer.concat(parts));
    return git(this.directory, ['rev-parse', branch]);
  }

  /** An annotated tag. */
  async tag(name: string, commit: string): Promise<void> {
    await git(this.directory, ['tag', '-a', '-m', name, name, commit]);
  }

  /** Writes any object, however malformed, and returns its id. */
  async object(type: 'blob' | 'tree' | 'commit', content: string | Buffer): Promise<string> {
    return git(this.directory, ['hash-object', '-t', type, '-w', '--literally', '--stdin'], content);
  }

  /** A raw tree of these entries, in the given order and unchecked. */
  async tree(entries: readonly { mode: string; name: string | Buffer; id: string }[]): Promise<string> {
    const parts = entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} `),
      Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(id, 'hex'),
    ]);
    return this.object('tree', Buffer.concat(parts));
  }

  /** A commit of that tree, reachable from a branch of its own. */
  async commitTree(tree: string): Promise<string> {
    const who = 'Test <test@example.org> 1700000000 +0000';
    const commit = await this.object('commit', `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nTree\n`);
    await git(this.directory, ['update-ref', `refs/heads/tree-${commit.slice(0, 12)}`, commit]);
    return commit;
  }

  private async resolve(reference: string): Promise<string | undefined> {
    const result = await execa('git', ['-C', this.directory, 'rev-parse', '-q', '--verify', reference], {
      env: ENVIRONMENT,
      extendEnv: false,
      reject: false,
    });
    return result.exitCode === 0 ? result.stdout : undefined;
  }
}

function fileCommand(path: string, file: FileSpec): Buffer[] {
  const quoted = `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  if (typeof file === 'object' && 'gitlink' in file) return [Buffer.from(`M 160000 ${file.gitlink} ${quoted}\n`)];
  const [mode, content] = modeAndContent(file);
  return [Buffer.from(`M ${mode} inline ${quoted}\ndata ${content.length}\n`), content, Buffer.from('\n')];
}

function modeAndContent(file: Exclude<FileSpec, { gitlink: string }>): [string, Buffer] {
  if (typeof file === 'string') return ['100644', Buffer.from(file)];
  if (Buffer.isBuffer(file)) return ['100644', file];
  if ('link' in file) return ['120000', Buffer.from(file.link)];
  return [file.executable ? '100755' : '100644', Buffer.from(file.content)];
}
