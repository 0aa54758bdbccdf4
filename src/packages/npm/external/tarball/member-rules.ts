import { checkEntryPath } from '../../../../archive/index.js';
import { ValidationError } from '../../../../errors/index.js';
import { quote } from '../../../quote.js';
import type { TarMember } from './tar-members.js';

/** Judges the members of one archive, in their order, by where they would be unpacked. */
export class MemberRules {
  /** Without `./` and slashes at the end, however a file system may fold them. */
  private readonly links = new Set<string>();
  private readonly parents = new Set<string>();

  constructor(private readonly owner: string) {}

  /**
   * Returns the path that a member is unpacked at, `''` for the root. Throws `ValidationError` for one that lies or
   * leads outside of the package, and for one that would be unpacked through a link.
   */
  check(member: TarMember): string {
    const names = this.names(member);
    const path = names.join('/');
    const folded = names.map(fold);
    const ancestors = names.slice(1).map((_, at) => folded.slice(0, at + 1).join('/'));
    if (ancestors.some((ancestor) => this.links.has(ancestor))) throw this.refused(member.path, 'lies behind a link');
    for (const ancestor of ancestors) this.parents.add(ancestor);
    if (member.type === 'symlink' || member.type === 'hard link') {
      this.checkTarget(member, names);
      const key = folded.join('/');
      if (this.parents.has(key)) throw this.refused(member.path, 'is a link in the place of a directory');
      if (member.type === 'symlink') this.links.add(key);
    }
    return path;
  }

  /**
   * Symbolic links start at their own place, hard links at the root of the archive. npm removes the first directory of
   * every path, so that one must not be left either.
   */
  private checkTarget({ path, target, type }: TarMember, names: readonly string[]): void {
    const leads = target.split('/').filter((name) => name !== '' && name !== '.');
    const start = type === 'symlink' ? names.slice(0, -1) : [];
    const down = leads.findIndex((name) => name !== '..');
    const ups = down < 0 ? leads.length : down;
    const rest = leads.slice(ups);
    const [first] = [...start.slice(0, Math.max(0, start.length - ups)), ...rest];
    const isOutside =
      target === '' ||
      hasForeignRoot(target) ||
      ups > start.length ||
      // Climbing behind a name would climb from where that leads, should it be a link.
      rest.some((name) => climbs(name)) ||
      (names.length > 1 && first !== names[0]);
    if (isOutside) throw this.refused(path, 'is a link that leads out of the package');
  }

  private names({ path, type }: TarMember): string[] {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (hasForeignRoot(path) || names.some((name) => climbs(name))) {
      throw this.refused(path, 'lies outside of the package');
    }
    if (names.length > 0) checkEntryPath(names.join('/'));
    else if (type !== 'directory') throw this.refused(path, 'has no name');
    return names;
  }

  private refused(path: string, why: string): ValidationError {
    return new ValidationError(`The archive of ${this.owner} is refused: its entry ${quote(path)} ${why}.`);
  }
}

/** `/etc`, `\\host`, `C:\`. */
function hasForeignRoot(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\]?)/.test(path);
}

/** `..`, also where backslashes separate names. */
function climbs(name: string): boolean {
  return name.split('\\').includes('..');
}

/** Names that a file system may take for the same have the same folded form. */
export function fold(name: string): string {
  return name.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
}
