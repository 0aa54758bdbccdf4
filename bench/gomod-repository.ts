/** A generated repository of Go modules, to measure with: real ones of this number of packages would measure the network. */

/** Modules in directories `m00`, `m01`, …, each with packages in layers that import those below, and commands on top. */
export function goRepository({ modules, packages }: { modules: number; packages: number }): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; at < modules; at += 1) {
    const directory = directoryOf(at);
    const path = `example.org/bench/${directory}`;
    files[`${directory}/go.mod`] = `module ${path}\n\ngo 1.21\n`;
    for (let number = 0; number < packages; number += 1) {
      const isCommand = number >= packages - Math.ceil(packages / 50);
      const imports = importsOf(number).map((other) => `\t_ "${path}/${packageOf(other)}"\n`);
      files[`${directory}/${packageOf(number)}/p.go`] =
        `package ${isCommand ? 'main' : packageOf(number)}\n\nimport (\n\t_ "fmt"\n${imports.join('')})\n` +
        (isCommand ? '\nfunc main() {}\n' : '');
    }
  }
  return files;
}

export function directoryOf(module: number): string {
  return `m${String(module).padStart(2, '0')}`;
}

function packageOf(number: number): string {
  return `p${String(number).padStart(4, '0')}`;
}

/** Up to three with lower numbers, near and far. */
function importsOf(number: number): number[] {
  return [...new Set([number - 1, number >> 1, number - 17])].filter((other) => other >= 0 && other < number && other % 50 !== 49);
}
