import { GoModError } from '../../../errors/index.js';
import type { JobLog } from '../../package-manager.js';
import { checkArguments, commandName } from './arguments.js';
import { cleanOutput, lastLines } from './clean-output.js';
import { goEnvironment } from './go-environment.js';
import { type GoExit, GoProcess } from './go-process.js';
import { JsonStream, JsonStreamError } from './json-stream.js';
import { LineStream } from './line-stream.js';
import { prepareScratch } from './prepare-scratch.js';

/** Most that `run` returns. Bytes. */
const MAX_OUTPUT = 1024 * 1024;
/** Largest object that is read from a command: a package with the paths of a million others. Bytes. */
const MAX_OBJECT = 64 * 1024 * 1024;
/** Largest line that is read from a command: a few paths and versions. Bytes. */
const MAX_LINE = 64 * 1024;

/** A go that can be started. */
export interface GoToolchain {
  /** `1.22.3`. */
  version: string;
  goroot: string;
  /** Absolute path of `go`. */
  binary: string;
}

export interface GoCommandOptions {
  toolchain: GoToolchain;
  /** Root of the source; in messages, its files are named from here. */
  repository: string;
  /** An existing directory for the commands alone: their home, temporary files, GOPATH. */
  scratch: string;
  goModCache: string;
  /** Address of the loopback module proxy. */
  proxy: string;
  /** Prefixes of the paths of modules that the checksum database must not hear of. */
  privateModules: readonly string[];
  /** False = `CGO_ENABLED=0`. */
  cgo: boolean;
  /** Milliseconds that one command may take. */
  timeout: number;
  /** Bytes that one command may take, its children included. */
  maxMemory: number;
  signal: AbortSignal;
  log: JobLog;
}

/** Where one command works. */
export interface GoCommandPlace {
  /** Absolute. */
  directory: string;
  /** Absolute path of a `go.work`, or `off`. */
  workFile: string;
}

/**
 * Runs go: with a clean environment, an argument vector, no shell, in limits of time, memory and output, and never for
 * anything that runs code of a project. All ways of running throw `GoModError` with go's own words, cleaned, when a
 * command fails or takes too much memory; `SubprocessCallError` when it takes too long or cannot be started; the
 * signal's reason when that fires.
 */
export class GoCommand {
  private prepared: Promise<void> | undefined;

  constructor(private readonly options: GoCommandOptions) {}

  /** What the command prints. Throws `GoModError` when that is more than 1 MiB. */
  async run(args: readonly string[], place: GoCommandPlace): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.output(args, place)) {
      size += chunk.length;
      if (size > MAX_OUTPUT) throw new GoModError(`${commandName(args)} prints too much.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /**
   * The JSON objects that the command prints one after the other, as fast as they are taken. A command that fails (as
   * `go mod download` does when one module cannot be had) throws after its last object. Their texts are not cleaned:
   * `clean` does that. Throws `GoModError` for an object of more than 64 MiB.
   */
  async *json(args: readonly string[], place: GoCommandPlace): AsyncGenerator<unknown> {
    const stream = new JsonStream(MAX_OBJECT);
    try {
      for await (const chunk of this.output(args, place)) yield* stream.push(chunk);
      stream.end();
    } catch (error) {
      if (!(error instanceof JsonStreamError)) throw error;
      throw new GoModError(`${commandName(args)} prints something unexpected: ${error.message}.`, { cause: error });
    }
  }

  /** The lines that the command prints, as fast as they are taken. Throws `GoModError` for a line of more than 64 KiB. */
  async *lines(args: readonly string[], place: GoCommandPlace): AsyncGenerator<string> {
    const stream = new LineStream(MAX_LINE);
    for await (const chunk of this.output(args, place)) {
      yield* stream.push(chunk);
      if (stream.isTooLong) throw new GoModError(`${commandName(args)} prints a line of more than ${MAX_LINE} bytes.`);
    }
    yield* stream.end();
  }

  /** What go says, fit for clients: no path or address of this host. */
  clean(text: string): string {
    const { repository, scratch, goModCache, proxy, toolchain } = this.options;
    return cleanOutput(text, { repository, scratch, goModCache, proxy, goroot: toolchain.goroot });
  }

  private async *output(args: readonly string[], place: GoCommandPlace): AsyncGenerator<Buffer> {
    const go = await this.start(args, place);
    let broken: Error | undefined;
    try {
      try {
        yield* go.stdout;
      } catch (error) {
        // The output of a killed command breaks off; its end tells why.
        broken = error as Error;
      }
      this.check(await go.end(), commandName(args));
      if (broken !== undefined) throw broken;
    } finally {
      await go.stop();
    }
  }

  private async start(args: readonly string[], { directory, workFile }: GoCommandPlace): Promise<GoProcess> {
    checkArguments(args);
    await (this.prepared ??= prepareScratch(this.options.scratch));
    const { toolchain, timeout, maxMemory, signal, log } = this.options;
    log.debug(`${this.clean(['go', ...args].join(' '))} (Go ${toolchain.version})`);
    const environment = goEnvironment({ ...this.options, directory, workFile });
    const name = commandName(args);
    return new GoProcess({ name, binary: toolchain.binary, args, directory, environment, timeout, maxMemory, signal });
  }

  private check({ code, stderr, tooMuchMemory }: GoExit, name: string): void {
    if (tooMuchMemory) {
      throw new GoModError(
        `${name} needed more than ${this.options.maxMemory} bytes of memory and was stopped. The administrators can ` +
          'raise CACHITO_GOMOD_MAX_MEMORY.',
      );
    }
    if (code === undefined) throw new GoModError(`${name} was killed by the system of the service.`);
    const said = this.clean(stderr).trim();
    if (code !== 0) throw new GoModError(`${name} failed: ${lastLines(said) || `exit code ${code}, without a word`}`);
    if (said !== '') this.options.log.debug(said);
  }
}
