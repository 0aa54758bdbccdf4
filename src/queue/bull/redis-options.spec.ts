import { describe, expect, it } from '@jest/globals';
import { RedisConnections } from './redis-connections.js';
import { bullOptions } from './redis-options.js';

describe('bullOptions', () => {
  it.each<[string, object]>([
    ['redis://h', { host: 'h', port: 6379, db: 0, username: undefined, password: undefined }],
    ['redis://:p%40%2F@h:1/2', { host: 'h', port: 1, db: 2, username: undefined, password: 'p@/' }],
    ['redis://u:p@[::1]:7', { host: '::1', port: 7, username: 'u', password: 'p' }],
    ['rediss://h/15', { host: 'h', db: 15, tls: {} }],
  ])('connects to %s', (address, expected) => {
    expect(bullOptions(address, new RedisConnections()).redis).toMatchObject(expected);
  });

  it('speaks in the clear only where the address says so', () => {
    expect(bullOptions('redis://h', new RedisConnections()).redis).not.toHaveProperty('tls');
  });
});
