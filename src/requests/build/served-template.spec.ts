import { describe, expect, it } from '@jest/globals';
import { fillTemplate, type ServedTemplate } from './served-template.js';

const TEMPLATE: ServedTemplate = [
  'registry=',
  { fill: 'public-url' },
  '/r/\n',
  { fill: 'public-location' },
  '/r/:_auth=x\nfile:',
  { fill: 'bundle-directory', relative: '../../' },
  'deps/a.tgz ',
  { fill: 'public-scheme' },
  '//user:x@',
  { fill: 'public-host' },
];

describe('fillTemplate', () => {
  it.each([
    ['https://c.example', undefined, 'registry=https://c.example/r/\n//c.example/r/:_auth=x\nfile:../../deps/a.tgz https://user:x@c.example'],
    ['http://h:1/base', '/srv/b', 'registry=http://h:1/base/r/\n//h:1/base/r/:_auth=x\nfile:///srv/b/deps/a.tgz http://user:x@h:1/base'],
    ['http://h', '/a b/ü#/', 'registry=http://h/r/\n//h/r/:_auth=x\nfile:///a%20b/%C3%BC%23/deps/a.tgz http://user:x@h'],
    ['http://h', '/', 'registry=http://h/r/\n//h/r/:_auth=x\nfile:///deps/a.tgz http://user:x@h'],
  ])('fills %s and %s', (publicUrl, bundleDirectory, text) => {
    expect(fillTemplate(TEMPLATE, { publicUrl, bundleDirectory })).toBe(text);
  });
});
