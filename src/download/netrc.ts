import type { Credentials } from './basic.js';

/**
 * User name and password for a host in the text of a `.netrc` (as curl reads it). A `default` entry is left alone on
 * purpose: it would send a password to any host that a client names.
 */
export function netrcCredentials(text: string, host: string): Credentials | undefined {
  const words = tokens(text);
  for (let at = 0; at < words.length; at += 1) {
    if (words[at] !== 'machine' || words[at + 1]?.toLowerCase() !== host) continue;
    const fields = new Map<string, string>();
    for (let key = at + 2; key + 1 < words.length; key += 2) {
      const [name = '', value = ''] = [words[key], words[key + 1]];
      if (name !== 'login' && name !== 'password' && name !== 'account') break;
      fields.set(name, value);
    }
    const username = fields.get('login');
    const password = fields.get('password');
    if (username !== undefined || password !== undefined) return { username: username ?? '', password: password ?? '' };
  }
  return undefined;
}

/** Words, quoted or not; comments and macro definitions (which end at an empty line) are left out. */
function tokens(text: string): string[] {
  const withoutMacros = text.replace(/^[ \t]*macdef[^\n]*\n(?:[^\n]*\S[^\n]*\n?)*/gm, '');
  const words: string[] = [];
  for (const line of withoutMacros.split(/\r?\n/)) {
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
      if (match[2]?.startsWith('#') === true && words.at(-1) !== 'password') break;
      words.push(match[1]?.replace(/\\(.)/g, '$1') ?? match[2] ?? '');
    }
  }
  return words;
}
