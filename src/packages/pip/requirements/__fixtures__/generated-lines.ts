import fc from 'fast-check';

/** Texts of requirements files that are right in the eyes of pip and of the service, the same at each run. */
export function generatedLines(count: number): string[] {
  return fc.sample(TEXT, { numRuns: count, seed: 20_240_229 });
}

const word = (pattern: RegExp): fc.Arbitrary<string> => fc.stringMatching(pattern);
const oneOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const sequence = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''));
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.option(text, { nil: '' });
const listOf = (item: fc.Arbitrary<string>, separator: string, minLength = 1): fc.Arbitrary<string> =>
  fc.array(item, { minLength, maxLength: 3 }).map((items) => items.join(separator));

const BLANK = oneOf('', ' ', '  ');
const NAME = word(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?$/);
const EXTRAS = sequence(BLANK, oneOf('['), listOf(word(/^[a-z0-9]{1,4}(-[a-z0-9]{1,2})?$/), ' , ', 0), oneOf(']'));
const VERSION = word(/^(1!)?[1-9]\.[0-9]{1,2}(\.[1-9])?((a|b|rc)[1-9])?(\.post[1-9])?(\.dev[1-9])?$/);
const RELEASE = word(/^[1-9]\.[1-9]{1,2}$/);
const CLAUSE = fc.oneof(
  sequence(oneOf('==', '!='), BLANK, VERSION),
  sequence(oneOf('=='), RELEASE, oneOf('.*', '+local.1')),
  sequence(oneOf('>=', '<=', '~=', '<', '>'), BLANK, RELEASE),
);
const SPECIFIERS = fc.oneof(
  listOf(CLAUSE, ' , ', 0),
  sequence(oneOf('('), listOf(CLAUSE, ','), oneOf(')')),
  sequence(oneOf('==='), VERSION),
);
const VARIABLE = oneOf(
  ...['python_version', 'python_full_version', 'os_name', 'sys_platform', 'platform_system', 'platform_machine'],
  ...['platform_release', 'platform_version', 'platform_python_implementation', 'implementation_name'],
  ...['implementation_version', 'os.name', 'sys.platform', 'platform.machine', 'python_implementation'],
);
const TEXT_VALUE = fc
  .tuple(word(/^[a-z0-9][a-z0-9.]{0,5}$/), oneOf('"', "'"))
  .map(([text, mark]) => mark + text + mark);
const COMPARISON = fc
  .tuple(VARIABLE, BLANK, oneOf('==', '!=', '<', '<=', '>', '>=', '~=', '==='), BLANK, TEXT_VALUE, fc.boolean())
  .map(([variable, before, operator, behind, value, turned]) =>
    (turned ? [value, before, operator, behind, variable] : [variable, before, operator, behind, value]).join(''),
  );
const MEMBER = sequence(TEXT_VALUE, oneOf(' in ', ' not in '), VARIABLE);
const SIMPLE = fc.oneof(COMPARISON, MEMBER);
const GROUP = sequence(oneOf('(', '( '), SIMPLE, oneOf(' and ', ' or '), SIMPLE, oneOf(')', ' )'));
const MARKER = fc.oneof(
  SIMPLE,
  GROUP,
  sequence(fc.oneof(SIMPLE, GROUP), oneOf(' and ', ' or '), fc.oneof(SIMPLE, GROUP)),
);
const HEX = (digits: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 0xffff }).map((seed) =>
    seed
      .toString(16)
      .padStart(4, '0')
      .repeat(digits / 4),
  );
const HASH = fc.oneof(
  sequence(oneOf('--hash=sha256:', '--hash sha256:'), HEX(64)),
  sequence(oneOf('--hash=sha384:'), HEX(96)),
  sequence(oneOf('--hash=sha512:'), HEX(128)),
);
const HASHES = fc
  .tuple(fc.array(HASH, { maxLength: 3 }), oneOf(' ', ' \\\n    ', ' \\\r\n  '))
  .map(([hashes, gap]) => hashes.map((hash) => gap + hash).join(''));
const COMMENT = oneOf('', '  # via storm', '\t#', ' # a # b', '\n    # via\n    #   storm', ' # https://host/#x');

const INDEX = sequence(NAME, maybe(EXTRAS), BLANK, SPECIFIERS, maybe(sequence(oneOf(' ;', ' ; '), MARKER)), HASHES);
const HOST = sequence(
  maybe(oneOf('user:pass@', 'token@')),
  oneOf('files.example.org', 'host:8443', '10.0.0.7', '[::1]:80'),
);
const URL_TEXT = sequence(
  oneOf('https://', 'http://'),
  HOST,
  oneOf('/a/kite-1.0.tar.gz', '/kite.zip', '/x%20y/kite-1.0.tar.bz2', '/kite.tar.xz?token=1&b=2'),
);
const REPOSITORY = sequence(
  oneOf('git+https://', 'git+http://'),
  HOST,
  oneOf('/team/eel.git@', '/a/b/c/eel@'),
  HEX(40),
);
const FRAGMENT = oneOf('', '#subdirectory=py', '#subdirectory=py&x=1', '#x=1');
const EGG = sequence(oneOf('#egg='), NAME, oneOf('', '&subdirectory=py', '&x=1'));
const ADDRESS_MARKER = maybe(sequence(oneOf(' ; ', '; '), MARKER));
const NAMED_ADDRESS = sequence(NAME, maybe(EXTRAS), oneOf(' @ ', '@', ' @'), fc.oneof(URL_TEXT, REPOSITORY), FRAGMENT);
const EGG_ADDRESS = sequence(fc.oneof(URL_TEXT, REPOSITORY), EGG);
const ADDRESS = sequence(fc.oneof(NAMED_ADDRESS, EGG_ADDRESS), ADDRESS_MARKER, HASHES);
const EDITABLE = sequence(
  oneOf('-e ', '--editable '),
  fc.oneof(sequence(REPOSITORY, EGG), oneOf('.', './lib', 'lib', 'file:lib#egg=lib')),
);
const PATH = sequence(
  oneOf('.', './lib', 'sub/dir', './sub/../lib', 'lib/'),
  maybe(oneOf('[x]', '[x,y-z]')),
  maybe(sequence(oneOf(' ; '), MARKER)),
);
const FILE_ADDRESS = oneOf('file:lib', 'file:./lib', 'file:sub/dir#egg=dir');
const OPTION = oneOf(
  ...[
    '-r base.txt',
    '--requirement base.txt',
    '--requirement=base.txt',
    '-c constraints.txt',
    '--constraint=constraints.txt',
  ],
  ...['-i https://pypi.example.org/simple', '--index-url=https://pypi.example.org/simple', '--no-index'],
  ...[
    '--extra-index-url https://a.example.org/',
    '-f https://files.example.org/',
    '--find-links=dist',
    '--pre',
    '--prefer-binary',
  ],
  ...[
    '--no-binary :all:',
    '--no-binary=numpy,scipy',
    '--only-binary=:all:',
    '--require-hashes',
    '--trusted-host files.example.org',
  ],
  ...[
    '--trusted-host=files.example.org:8443',
    '--require-hashes --pre',
    '--trusted-host a --trusted-host b --no-index',
  ],
);

const LINE = fc.oneof(
  { weight: 6, arbitrary: INDEX },
  { weight: 4, arbitrary: ADDRESS },
  { weight: 1, arbitrary: EDITABLE },
  { weight: 1, arbitrary: fc.oneof(PATH, FILE_ADDRESS) },
  { weight: 2, arbitrary: OPTION },
);
const TEXT = sequence(
  oneOf('', '  ', '\t', '# comment \\\n', '\n\n'),
  LINE,
  COMMENT,
  oneOf('', '\n', '\r\n', ' \\', '\n#x'),
);
