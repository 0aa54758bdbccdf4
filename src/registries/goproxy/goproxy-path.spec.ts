import { describe, expect, it } from '@jest/globals';
import { type GoproxyTarget, parseGoproxyPath } from './goproxy-path.js';

const UNKNOWN: GoproxyTarget = { kind: 'unknown' };
const KITE = 'example.org/kite';

describe('parseGoproxyPath', () => {
  it.each<[string, GoproxyTarget]>([
    ['example.org/kite/@v/list', { kind: 'list', module: KITE }],
    ['example.org/kite/@latest', { kind: 'latest', module: KITE }],
    ['example.org/kite/@v/v1.2.3.info', { kind: 'info', module: KITE, version: 'v1.2.3' }],
    ['example.org/kite/@v/v1.2.3.mod', { kind: 'mod', module: KITE, version: 'v1.2.3' }],
    ['example.org/kite/@v/v1.2.3.zip', { kind: 'zip', module: KITE, version: 'v1.2.3' }],
    ['example.org/kite/@v/v2.0.0+incompatible.zip', { kind: 'zip', module: KITE, version: 'v2.0.0+incompatible' }],
    ['example.org/kite/@v/v2.0.0%2Bincompatible.zip', { kind: 'zip', module: KITE, version: 'v2.0.0+incompatible' }],
    ['example.org/kite/@v/v1.2.3-!r!c.1.mod', { kind: 'mod', module: KITE, version: 'v1.2.3-RC.1' }],
    ['example.org/kite/@v/v1.0.0-x.mod.mod', { kind: 'mod', module: KITE, version: 'v1.0.0-x.mod' }],
    ['example.org/kite/@v/main.info', { kind: 'info', module: KITE, version: 'main' }],
    ['github.com/!burnt!sushi/toml/@v/list', { kind: 'list', module: 'github.com/BurntSushi/toml' }],
    ['github.com/%21burnt%21sushi/toml/@v/list', { kind: 'list', module: 'github.com/BurntSushi/toml' }],
    ['gopkg.in/yaml.v3/@latest', { kind: 'latest', module: 'gopkg.in/yaml.v3' }],
    ['example.org/~someone/kite_x-y/v2/@latest', { kind: 'latest', module: 'example.org/~someone/kite_x-y/v2' }],
    ['example.org/%6bite/@latest', { kind: 'latest', module: KITE }],

    ['', UNKNOWN],
    ['/', UNKNOWN],
    ['example.org/kite', UNKNOWN],
    ['example.org/kite/', UNKNOWN],
    ['@latest', UNKNOWN],
    ['@v/list', UNKNOWN],
    ['/@v/list', UNKNOWN],
    ['list', UNKNOWN],
    ['example.org/kite/@v', UNKNOWN],
    ['example.org/kite/@v/', UNKNOWN],
    ['example.org/kite/@v/list/', UNKNOWN],
    ['example.org/kite/@v/.zip', UNKNOWN],
    ['example.org/kite/@v/v1.2.3', UNKNOWN],
    ['example.org/kite/@v/v1.2.3.ziphash', UNKNOWN],
    ['example.org/kite/@v/v1.2.3.lock', UNKNOWN],
    ['example.org/kite/@v/v1.2.3.ZIP', UNKNOWN],
    ['example.org/kite/@v/sub/v1.2.3.zip', UNKNOWN],
    ['example.org/kite/@V/list', UNKNOWN],
    ['example.org//kite/@v/list', UNKNOWN],
    ['sumdb/sum.golang.org/supported', UNKNOWN],
    ['sumdb/sum.golang.org/latest', UNKNOWN],
    ['sumdb/sum.golang.org/lookup/example.org/kite@v1.2.3', UNKNOWN],
    ['github.com/BurntSushi/toml/@v/list', UNKNOWN],
    ['github.com/!!burnt/toml/@v/list', UNKNOWN],
    ['github.com/!Burnt/toml/@v/list', UNKNOWN],
    ['github.com/!1/toml/@v/list', UNKNOWN],
    ['github.com/burnt!/toml/@v/list', UNKNOWN],
    ['github.com/burnt!/@v/list', UNKNOWN],
    ['example.org/kite/@v/v1.2.3-RC.1.zip', UNKNOWN],
    ['example.org/kite/@v/v1.2.3-!.zip', UNKNOWN],
    ['../cachito-gomod-2/example.org/kite/@v/list', UNKNOWN],
    ['example.org/../kite/@v/list', UNKNOWN],
    ['example.org/./kite/@v/list', UNKNOWN],
    ['%2e%2e/kite/@v/list', UNKNOWN],
    ['example.org%2fkite/@v/list', UNKNOWN],
    ['example.org/kite/@v/..%2f..%2fetc%2fpasswd.zip', UNKNOWN],
    ['example.org/kite%00/@v/list', UNKNOWN],
    ['example.org/kite%0a/@v/list', UNKNOWN],
    ['example.org/%252e%252e/@v/list', UNKNOWN],
    ['example.org/k\\ite/@v/list', UNKNOWN],
    ['example.org/ki te/@v/list', UNKNOWN],
    ['example.org/dr%C3%A4hte/@v/list', UNKNOWN],
    ['%zz/@v/list', UNKNOWN],
    ['%c0%ae/@v/list', UNKNOWN],
    ['<script>/@v/list', UNKNOWN],
  ])('reads %s', (path, target) => {
    expect(parseGoproxyPath(path)).toEqual(target);
  });

  it('is fast whatever it gets', () => {
    const long = '!'.repeat(100_000);
    const start = performance.now();
    for (const path of [`${long}/@v/list`, `a/@v/${long}.zip`, `a/@v/${'.zip'.repeat(30_000)}`, 'a/'.repeat(100_000)]) {
      parseGoproxyPath(path);
    }
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
