import { describe, expect, it } from '@jest/globals';
import { readSetupPy, readVersionVariable } from './setup-py.js';

describe('readSetupPy', () => {
  const CALLS: [string, string, string?, string?][] = [
    ['no call', 'x = 1'],
    ['setup', "setup(name='a', version='1')", 'a', '1'],
    ['setuptools.setup', "setuptools.setup(name='a', version='1')", 'a', '1'],
    ['another name of it', "from setuptools import setup as s\ns(name='a')"],
    ['another name of the module', "st.setup(name='a')"],
    ['that of distutils', "distutils.core.setup(name='a')"],
    ['the first counts', "setup(name='a')\nsetup(name='b', version='2')", 'a'],
    ['one in a function comes first', "def f():\n  setup(name='a')\nsetup(name='b')", 'a'],
    ['a call before its arguments', "setup(x=setup(name='b'), name='a')", 'a'],
    ['as an argument', "run(setup(name='a'))", 'a'],
    ['positional arguments', "setup('a', '1')"],
    ['keywords of a dict', "setup(**{'name': 'a'}, version='1')", undefined, '1'],
    ['a keyword twice', "setup(name='a', name='b')", 'a'],
    ['comments between', "setup(\n  # x\n  name=  # y\n  'a', # z\n)", 'a'],
    ['a call as a value', "setup(name=f(), version=open('x').read())"],
    ['an attribute', 'setup(name=a.b, version=a.__version__)'],
    ['a formatted string', "setup(name='a', version=f'1')", 'a'],
    ['a sum', "setup(name='a' + 'b', version='1' % x)"],
    ['adjacent strings', "setup(name='a' \"b\" '''c''', version=('1'\n  '.0'))", 'abc', '1.0'],
    ['escapes', "setup(name='\\x61\\u0062\\143', version=r'1\\0')", 'abc', '1\\0'],
  ];
  const NAMES: [string, string, string?, string?][] = [
    ['an empty name', "setup(name='', version='')"],
    ['a name that is no text', 'setup(name=1, version=1)', undefined, '1'],
    ['a name of bytes', "setup(name=b'a')"],
    ['a list as a name', "setup(name=['a'])"],
  ];
  const VERSIONS: [string, string, string?, string?][] = [
    ['a tuple', "setup(version=(1, 0, 'alpha', 1))", undefined, '1.0.alpha.1'],
    ['a list', 'setup(version=[1, 2])', undefined, '1.2'],
    ['sequences in a sequence', "setup(version=(1, (2, 'x')))", undefined, "1.(2, 'x')"],
    ['a float', 'setup(version=1.0)', undefined, '1.0'],
    ['a large float', 'setup(version=1e16)', undefined, '1e+16'],
    ['an integer', 'setup(version=1_0)', undefined, '10'],
    ['a negative number', 'setup(version=-1)', undefined, '-1'],
    ['True', 'setup(version=True)', undefined, 'True'],
    ['None', 'setup(version=None)'],
    ['False', 'setup(version=False)'],
    ['zero', 'setup(version=0)'],
    ['nothing in it', 'setup(version=())'],
    ['nothing but emptiness in it', "setup(version=('',))"],
    ['a dict', "setup(version={'a': 1})", undefined, "{'a': 1}"],
    ['bytes', "setup(version=b'1.0')", undefined, '49.46.48'],
  ];
  const VARIABLES: [string, string, string?, string?][] = [
    ['a variable', "v = '1'\nsetup(version=v)", undefined, '1'],
    ['the last value', "v = '1'\nv = '2'\nsetup(version=v)", undefined, '2'],
    ['a later value', "v = '1'\nsetup(version=v)\nv = '2'", undefined, '1'],
    ['on the same line', "v = '1'; setup(version=v)"],
    ['a chain', "v = w = '1'\nsetup(name=v, version=w)", '1', '1'],
    ['a tuple without brackets', 'v = 1, 2\nsetup(version=v)', undefined, '1.2'],
    ['with a type', "v: str = '1'\nsetup(version=v)"],
    ['a type hides nothing', "v = '1'\nv: str = '2'\nsetup(version=v)", undefined, '1'],
    ['added to', "v = '1'\nv += '2'\nsetup(version=v)", undefined, '1'],
    ['unpacked', "v, w = '1', '2'\nsetup(version=v)"],
    ['no literal', "v = '1'\nv = f()\nsetup(version=v)"],
    ['a variable of a variable', "w = '1'\nv = w\nsetup(version=v)"],
    ['of the module, in a function', "v = '1'\ndef f():\n  setup(version=v)", undefined, '1'],
    ['the inner block wins', "v = '1'\ndef f():\n  v = '2'\n  setup(version=v)\n  v = '3'", undefined, '2'],
    ['a sibling is not seen', "if a:\n  v = '1'\nelse:\n  setup(version=v)"],
    ['a block within is not seen', "v = '1'\nif a:\n  v = '2'\nsetup(version=v)", undefined, '1'],
    ['of a class', "class A:\n  v = '1'\n  def f():\n    setup(version=v)", undefined, '1'],
    ['in elif', "if a: pass\nelif b:\n  v = '1'\n  setup(version=v)", undefined, '1'],
    ['in a loop and its else', "v = '0'\nfor a in b:\n  v = '1'\nelse:\n  setup(version=v)", undefined, '0'],
    ['in with', "with a:\n  v = '1'\n  setup(version=v)", undefined, '1'],
    ['in except', "try:\n  v = '1'\nexcept A:\n  v = '2'\n  setup(version=v)", undefined, '2'],
    ['in finally', "try:\n  v = '1'\nfinally:\n  setup(version=v)"],
    ['in a case', "match a:\n  case 1:\n    v = '1'\n    setup(version=v)", undefined, '1'],
  ];
  it.each([...CALLS, ...NAMES, ...VERSIONS, ...VARIABLES])('%s', (...[, text, name, version]) => {
    const call = readSetupPy({ file: 'setup.py', text });
    expect([call.name, call.version]).toEqual([name, version]);
  });

  it.each<[string, string, string[]]>([
    ['nothing', 'setup()', []],
    ['a list', "setup(setup_requires=['a', 'b>1'])", ['a', 'b>1']],
    ['a text', "setup(setup_requires='a')", ['a']],
    ['a variable', "r = ('a', 1, 'b')\nsetup(setup_requires=r)", ['a', 'b']],
    ['a sum', "setup(setup_requires=['a'] + b)", []],
    ['a dict', "setup(setup_requires={'a': 1})", []],
  ])('takes setup_requires: %s', (_, text, needs) => {
    expect(readSetupPy({ file: 'setup.py', text }).setupRequires).toEqual(needs);
  });

  it.each<[string, string]>([
    ['setup(name=', '"setup.py" is not valid Python: see line 1.'],
    ["x = 1\n\nsetup(name='a' version='b')", '"setup.py" is not valid Python: see line 3.'],
    ["x = 1\nsetup(name='\\x4')", '"setup.py" is not valid Python: see line 2.'],
    ["setup(name='a' b'b')", '"setup.py" is not valid Python: see line 1.'],
    ['setup(version=0777)', '"setup.py" is not valid Python: see line 1.'],
    ["v = 'a\nsetup(version=v)", '"setup.py" is not valid Python: see line 1.'],
    ['\0', '"setup.py" is not valid Python: see line 1.'],
    [`x = a${'.b'.repeat(1100)}`, '"setup.py" is nested too deeply.'],
  ])('refuses %j', (text, message) => {
    expect(() => readSetupPy({ file: 'setup.py', text })).toThrow(expect.objectContaining({ errorType: 'InvalidFileFormat', message }));
  });
});

describe('readVersionVariable', () => {
  it.each<[string, string | undefined]>([
    ["v = '1'", '1'],
    ["v = '1'\nv = '2'", '2'],
    ["v = '1'; v = 2, 3", '2.3'],
    ["if a:\n  v = '1'", undefined],
    ["def f():\n  v = '1'", undefined],
    ["v = '1'\nv = f()", undefined],
    ["v: str = '1'", undefined],
    ["w = v = '1'", '1'],
    ["v = ''", undefined],
    ['', undefined],
  ])('%j', (text, version) => {
    expect(readVersionVariable({ file: 'a.py', text, variable: 'v' })).toBe(version);
  });
});
