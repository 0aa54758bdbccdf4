import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'pip-made.py');

/** `.tar.gz` and so on: what Python's tarfile and zipfile make. */
export type SdistKind = 'gz' | 'bz2' | 'xz' | 'zip' | '';

/** An archive of these files below the directory `top`, made by the real Python. */
export async function pythonArchive(kind: SdistKind, top: string, files: Readonly<Record<string, string>>): Promise<Buffer> {
  const { stdout } = await execa('python3', [SCRIPT], { input: JSON.stringify({ kind, top, files }), encoding: 'buffer' });
  return Buffer.from(stdout);
}

/** A source distribution that needs nothing to be built but itself: its back end (PEP 517) packs its only module. */
export async function madeSdist(
  name: string,
  version: string,
  { kind = 'gz', files = {} }: { kind?: SdistKind; files?: Readonly<Record<string, string>> } = {},
): Promise<Buffer> {
  return pythonArchive(kind, `${name}-${version}`, {
    'PKG-INFO': metadata(name, version),
    'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    'backend.py': backend(name, version),
    ...files,
  });
}

/** A wheel with one module. `tags`: `py3-none-any`. */
export async function madeWheel(name: string, version: string, tags = 'py3-none-any'): Promise<Buffer> {
  return pythonArchive('zip', '', wheelFiles(name, version, tags));
}

export function metadata(name: string, version: string): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
}

function wheelFiles(name: string, version: string, tags: string): Record<string, string> {
  const info = `${moduleName(name)}-${version}.dist-info`;
  return {
    [`${moduleName(name)}.py`]: `VERSION = '${version}'\n`,
    [`${info}/METADATA`]: metadata(name, version),
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tags}\n`,
    [`${info}/RECORD`]: '',
  };
}

function backend(name: string, version: string): string {
  const files = JSON.stringify(wheelFiles(name, version, 'py3-none-any'));
  return `import json, os, zipfile

FILES = json.loads(${JSON.stringify(files)})


def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "${moduleName(name)}-${version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        for path, text in FILES.items():
            wheel.writestr(path, text)
    return name
`;
}

function moduleName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '_');
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
