const LOOK_EVERY = 1_000;

/**
 * Ends this process in an orderly way when npm was told to end. `npm start` runs a shell between npm and us; npm passes
 * SIGTERM on to the shell, which dies of it without passing it on, so that the service would go on unseen.
 */
export function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY).unref();
}
