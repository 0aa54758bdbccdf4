#!/usr/bin/env node
/**
 * Whether the service in this container is well: ends with status 0, or with 1 and the reason. One that serves the API
 * is asked for /readyz, and so is a worker with CACHITO_METRICS_PORT. Another worker has no address to ask: its process
 * must be there, neither stopped nor dead.
 */
import { readdirSync, readFileSync } from 'node:fs';

const TIMEOUT = 8_000;

const reason = await problem();
if (reason !== undefined) {
  console.error(reason);
  process.exit(1);
}

async function problem() {
  const service = findService();
  if (service === undefined) return 'the service does not run';
  if (/[TtXZ]/.test(service.state)) return `the service is in state ${service.state}`;
  const isWorker = process.env.CACHITO_ROLE === 'worker' || service.arguments.includes('--worker-only');
  const port = isWorker ? process.env.CACHITO_METRICS_PORT : process.env.PORT || 8080;
  return port ? unreadiness(`http://127.0.0.1:${port}/readyz`) : undefined;
}

/** The process that the entrypoint has become: no later one is of the same program for longer than a command. */
function findService() {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  for (const pid of pids.sort((one, other) => one - other)) {
    const [program, ...others] = (read(pid, 'cmdline') ?? '').split('\0');
    if (!program.endsWith('node') || !others.includes('/app/dist/src/main.js')) continue;
    // proc_pid_stat(5): the state follows the name, which is in parentheses.
    const state = /\) (\w)/.exec(read(pid, 'stat') ?? '')?.[1] ?? 'X';
    return { arguments: others, state };
  }
  return undefined;
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}

async function unreadiness(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
    return response.ok ? undefined : `/readyz answers ${response.status}: ${(await response.text()).slice(0, 500)}`;
  } catch (error) {
    return `/readyz does not answer: ${error.cause?.message ?? error.message}`;
  }
}
