import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'archives.py');

/** Archives that Python writes when the first is asked for, each in a directory of its own. */
export class BuiltArchives {
  private directory: string | undefined;

  /** Rows: file name and Python expression, evaluated in `archives.py`. */
  constructor(private readonly rows: readonly { fileName: string; expression: string }[]) {}

  file(row: number): string {
    this.directory ??= this.build();
    return join(this.directory, String(row), this.rows[row].fileName);
  }

  /** What Python's own library reads from it: content of each file. */
  listed(row: number): Map<string, Buffer> {
    const output = execFileSync('python3', [SCRIPT, this.file(row)], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const contents = Object.entries(JSON.parse(output) as Record<string, string>);
    return new Map(contents.map(([name, content]) => [name, Buffer.from(content, 'base64')]));
  }

  remove(): void {
    if (this.directory !== undefined) rmSync(this.directory, { recursive: true });
  }

  private build(): string {
    const directory = mkdtempSync(join(tmpdir(), 'distributions-'));
    const input = JSON.stringify(this.rows.map(({ fileName, expression }, row) => [`${row}/${fileName}`, expression]));
    execFileSync('python3', [SCRIPT], { cwd: directory, input });
    return directory;
  }
}
