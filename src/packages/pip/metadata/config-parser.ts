import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { indentation, strip, stripEnd } from './strip.js';

/** Sections of an INI file: name → option in lower case → value. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Its options hold in every section that has no other value. */
const DEFAULTS = 'DEFAULT';

/**
 * Reads an INI file as Python's `ConfigParser` does without interpolation: `=` or `:`, comments on lines of their own
 * only, values that go on in lines indented deeper. Throws `InvalidFileFormat` where that one fails: lines that are
 * nothing, options before any section, sections and options that come twice.
 */
export function parseConfig({ file, text }: { file: string; text: string }): Sections {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | undefined;
  let value: string[] | undefined;
  let indent = 0;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const invalid = (why: string): Error =>
      new InvalidFileFormat(`${quote(file)} cannot be read: line ${index + 1} ${why}.`);
    const content = strip(line);
    if (content === '') value?.push('');
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const itsIndent = indentation(line);
    if (value !== undefined && itsIndent > indent) {
      value.push(content);
      continue;
    }
    indent = itsIndent;
    const name = sectionName(content);
    if (name !== undefined) {
      if (name !== DEFAULTS && sections.has(name)) throw invalid('has a section that was there before');
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      value = undefined;
      continue;
    }
    if (section === undefined) throw invalid('stands before any section');
    const option = optionOf(content);
    if (option === undefined) throw invalid('is neither a section nor an option with "=" or ":"');
    if (section.has(option.name)) throw invalid('has an option that was there before');
    value = [option.value];
    section.set(option.name, value);
  }
  return joined(sections);
}

/** The value of an option of a section that exists. */
export function option(sections: Sections, section: string, name: string): string | undefined {
  const options = sections.get(section);
  return options && (options.get(name) ?? sections.get(DEFAULTS)?.get(name));
}

/** Up to the last bracket: `[a] b]` is the section `a] b`. */
function sectionName(content: string): string | undefined {
  const end = content.lastIndexOf(']');
  return content.startsWith('[') && end > 1 ? content.slice(1, end) : undefined;
}

function optionOf(content: string): { name: string; value: string } | undefined {
  const end = content.search(/[=:]/);
  const name = stripEnd(content.slice(0, Math.max(end, 0))).toLowerCase();
  return name === '' ? undefined : { name, value: strip(content.slice(end + 1)) };
}

function joined(sections: ReadonlyMap<string, ReadonlyMap<string, string[]>>): Sections {
  return new Map(
    Array.from(sections, ([name, options]) => [
      name,
      new Map(Array.from(options, ([key, lines]) => [key, stripEnd(lines.join('\n'))])),
    ]),
  );
}
