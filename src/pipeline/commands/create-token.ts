import { createStaticToken } from '../../auth/index.js';
import { parseStaticTokens } from '../../config/index.js';
import { type StandaloneCommand, refusePositionals, UsageError } from './command.js';

/** Makes a static bearer token. It is shown once and kept nowhere: the file of tokens has its digest. */
export const createToken: StandaloneCommand = {
  summary: 'make a static bearer token and its entry for CACHITO_TOKENS_FILE',
  help: [
    'Usage: cachito create-token USER [--role ROLE]... [--expires DATE] [--description TEXT]',
    '',
    'Prints a fresh token and the entry to add to the file of CACHITO_TOKENS_FILE, which holds only the SHA-256 of it.',
    'Nothing is stored. A service that runs reads the file again when it changes.',
    '',
    '  --role         worker, representative or administrator; may be repeated',
    '  --expires      last day of the token, YYYY-MM-DD (UTC), or a time like 2027-01-31T12:00:00Z',
    '  --description  what it is for',
  ].join('\n'),
  options: {
    role: { type: 'string', multiple: true },
    expires: { type: 'string' },
    description: { type: 'string' },
  },
  runAlone({ values, positionals, print }) {
    refusePositionals(positionals, 1);
    const [user] = positionals;
    if (user === undefined) throw new UsageError('Say whose token it is.');
    const { token, sha256 } = createStaticToken();
    const { role, expires, description } = values;
    const entry = entryText({ user, sha256, roles: role, expires, description });
    const { problems } = parseStaticTokens(entry);
    if (problems.length > 0) throw new UsageError(problems.map((problem) => problem.replace('[0].', '')).join('\n'));
    print('The token, shown only now; keep it like a password:');
    print(`\n  ${token}\n`);
    print('Add this to the file that CACHITO_TOKENS_FILE names:');
    print(`\n${entry}`);
  },
};

/** JSON values are YAML, too. */
function entryText(entry: Record<string, unknown>): string {
  const lines = Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `- ${lines.join('\n  ')}`;
}
