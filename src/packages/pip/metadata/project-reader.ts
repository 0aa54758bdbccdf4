import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { MAX_FILE, type ProjectFiles } from './project-files.js';
import { pythonText } from './python/source-text.js';
import { readPyprojectAside, readSetupCfgAside, readSetupPyAside, readVersionVariableAside } from './read-aside.js';
import type { Pyproject } from './pyproject.js';
import type { SetupCfg } from './setup-cfg.js';
import type { SetupCall } from './setup-py.js';

/**
 * Reads the files that describe a package. Each method gives undefined when there is no such file, and throws
 * `InvalidFileFormat` for one that cannot be understood, `ValidationError` for a path that leads out of the package.
 */
export class ProjectReader {
  constructor(
    private readonly files: ProjectFiles,
    private readonly signal: AbortSignal,
  ) {}

  async setupPy(): Promise<SetupCall | undefined> {
    const text = await this.python('setup.py');
    return text === undefined ? undefined : readSetupPyAside({ file: 'setup.py', text }, this.signal);
  }

  /** What the call in `setup.py` says of `setup_requires`: most do not mention it, and are not worth parsing for it. */
  async setupRequires(): Promise<readonly string[]> {
    const text = await this.python('setup.py');
    // Names are compared in this form (Python's reference, 2.3).
    if (text === undefined || !text.normalize('NFKC').includes('setup_requires')) return [];
    return (await readSetupPyAside({ file: 'setup.py', text }, this.signal)).setupRequires;
  }

  async setupCfg(): Promise<SetupCfg | undefined> {
    const text = await this.text('setup.cfg');
    return text === undefined ? undefined : readSetupCfgAside({ file: 'setup.cfg', text }, this.signal);
  }

  async pyproject(): Promise<Pyproject | undefined> {
    const text = await this.text('pyproject.toml');
    return text === undefined ? undefined : readPyprojectAside({ file: 'pyproject.toml', text }, this.signal);
  }

  /** The version that a Python file gives a variable: `{}` when the file has none. */
  async versionVariable(file: string, variable: string): Promise<{ version?: string } | undefined> {
    const text = await this.python(file);
    if (text === undefined) return undefined;
    return { version: await readVersionVariableAside({ file, text, variable }, this.signal) };
  }

  /** A text in UTF-8, without byte order mark. */
  async text(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path);
    if (bytes === undefined) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new InvalidFileFormat(`${quote(path)} is not UTF-8 text.`);
    }
  }

  private async python(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path);
    return bytes === undefined ? undefined : pythonText(bytes, path);
  }

  private async bytes(path: string): Promise<Buffer | undefined> {
    const bytes = await this.files.read(path);
    if (bytes === undefined || bytes.length <= MAX_FILE) return bytes;
    throw new InvalidFileFormat(`${quote(path)} is larger than ${MAX_FILE} bytes.`);
  }
}
