import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchDirectories } from './go-environment.js';

/** Makes the directories that `goEnvironment` names, and turns off go's counting of its own use (since Go 1.23). */
export async function prepareScratch(scratch: string): Promise<void> {
  const { temporary, goPath, configuration } = scratchDirectories(scratch);
  const telemetry = join(configuration, 'go', 'telemetry');
  for (const directory of [temporary, goPath, telemetry]) await mkdir(directory, { recursive: true });
  await writeFile(join(telemetry, 'mode'), 'off');
}
