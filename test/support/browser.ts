import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'undici';

/** Debian's package has the same name. */
export const BROWSER = 'chromium';

/** A browser without a window, driven by the DevTools protocol. */
export class Browser {
  private readonly waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  private calls = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = Object(JSON.parse(String(data)));
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(JSON.stringify(error)));
    });
  }

  static async start(): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'cachito-browser-'));
    // Its sandbox does not work for root, nor in many containers; it sees nothing but this test.
    const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
    const child = spawn(BROWSER, [...options, '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder },
    });
    const address = await new Promise<string>((resolve, reject) => {
      let output = '';
      child.stderr.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(output);
        if (found) resolve(found[1]);
      });
      child.once('close', (status) => reject(new Error(`chromium ended with ${status}:\n${output}`)));
    });
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('chromium does not answer')));
    });
    return new Browser(child, folder, socket);
  }

  /** A page, loaded as far as its scripts have made `selector`. */
  async open(url: string, selector: string): Promise<Page> {
    const { targetId } = Object(await this.call('Target.createTarget', { url: 'about:blank' }));
    const { sessionId } = Object(await this.call('Target.attachToTarget', { targetId, flatten: true }));
    const page = new Page((method, parameters) => this.call(method, parameters, sessionId));
    await page.load(url);
    await page.waitFor(`document.querySelector(${JSON.stringify(selector)}) !== null`);
    return page;
  }

  async close(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.socket.close();
    this.process.kill();
    await ended;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  private call(method: string, params: object, sessionId?: string): Promise<unknown> {
    const id = ++this.calls;
    const result = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return result;
  }
}

export class Page {
  constructor(private readonly call: (method: string, parameters: object) => Promise<unknown>) {}

  /** Goes to an address. */
  async load(url: string): Promise<void> {
    await this.call('Page.navigate', { url });
  }

  /** The value of an expression, evaluated as if a person had clicked. */
  async evaluate(expression: string): Promise<unknown> {
    const parameters = { expression, userGesture: true, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = Object(await this.call('Runtime.evaluate', parameters));
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return Object(result).value;
  }

  /** Waits until an expression is true; the limit is that of the test. */
  async waitFor(expression: string): Promise<void> {
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) await setTimeout(50);
  }

  /** Clicks on what an expression finds, when it is there. */
  async click(element: string): Promise<void> {
    await this.waitFor(element);
    await this.evaluate(`(${element}).click()`);
  }

  /** Types into what an expression finds, in a way that React notices. */
  async type(element: string, text: string): Promise<void> {
    await this.waitFor(element);
    await this.evaluate(`{
      const input = ${element};
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${JSON.stringify(text)});
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }`);
  }
}
