import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { SBOM_FORMATS } from '../src/manifests/sbom/sbom-formats.js';
import { go } from './support/go-command.js';
import { canonical } from './support/sbom-comparison.js';
import { SbomService } from './support/sbom-service.js';
import { itUnless, itWithTool, missingTool } from './support/tools.js';

const LONG = 600_000;
const GO_PROGRAM = join(import.meta.dirname, 'support/sbom-read-go');
/** The validator of the SPDX project. */
const SPDX_TOOLS = 'org.spdx:tools-java:2.0.1:jar:jar-with-dependencies';

describe('SBOMs as libraries in other languages read them', () => {
  let sboms: SbomService;
  let scratch: string;

  beforeAll(async () => {
    [sboms, scratch] = await Promise.all([SbomService.start(), mkdtemp(join(tmpdir(), 'cachito-sbom-readers-'))]);
  }, LONG);
  afterAll(async () => {
    await sboms?.close();
    await rm(scratch, { recursive: true, force: true });
  });

  itWithTool(
    'go',
    'Go: cyclonedx-go and tools-golang write what they read',
    async () => {
      const program = join(scratch, 'sbom-read');
      await go(['build', '-o', program, '.'], { directory: GO_PROGRAM, env: { GOTOOLCHAIN: 'auto' } });
      for (const format of SBOM_FORMATS) {
        for (const text of await sboms.publicTexts(format)) {
          const { stdout } = await execa(program, [format.split('-')[0]], { input: text, maxBuffer: 2 ** 29 });
          expect(canonical(JSON.parse(stdout))).toEqual(canonical(JSON.parse(text)));
        }
      }
    },
    LONG,
  );

  itUnless(
    missingTool('java') ?? missingTool('mvn'),
    'Java: the tools of the SPDX project say that documents are valid',
    async () => {
      const copy = ['-q', '-B', 'dependency:copy', `-Dartifact=${SPDX_TOOLS}`, `-DoutputDirectory=${scratch}`];
      await run('mvn', [...copy, '-Dmdep.stripVersion=true']);
      const jar = join(scratch, 'tools-java-jar-with-dependencies.jar');
      const file = join(scratch, 'document.json');
      const verify = async (text: string): Promise<string> => {
        await writeFile(file, text);
        // Licences as the program brings them; otherwise it asks spdx.org.
        return run('java', ['-DSPDXParser.OnlyUseLocalLicenses=true', '-jar', jar, 'Verify', file]);
      };
      for (const text of await sboms.publicTexts('spdx-2.3')) {
        expect(await verify(text)).toBe('This SPDX Document is valid.');
      }
      const [text] = await sboms.publicTexts('spdx-2.3');
      expect(await verify(text.replace('"checksumValue":"', '"checksumValue":"x'))).toContain('checksum');
    },
    LONG,
  );
});

async function run(command: string, args: string[]): Promise<string> {
  return (await execa(command, args, { reject: false, all: true })).all;
}
