import type { RegistryEntry } from '../../packages/index.js';
import type { RegistryService } from '../testing.js';
import type { ModuleFileKind } from './goproxy-path.js';

/** A file of a module, archived under the address that a module proxy has it at, as an entry of a registry. */
export function moduleFile(
  service: RegistryService,
  kind: ModuleFileKind,
  name: string,
  version: string,
  bytes: Buffer,
): Promise<RegistryEntry> {
  const upstream = `https://proxy.example/${escapeUpperCase(name)}/@v/${escapeUpperCase(version)}.${kind}`;
  return service.entry({ ecosystem: 'gomod', name, version, bytes, upstream });
}

/** As it stands in addresses (golang.org/x/mod/module). */
export function escapeUpperCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}
