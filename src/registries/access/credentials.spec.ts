import { describe, expect, it } from '@jest/globals';
import { type Credentials, parseAuthorization } from './credentials.js';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

describe('parseAuthorization', () => {
  it.each<[string | undefined, Credentials | undefined]>([
    [`Basic ${encoded('user:pass')}`, { user: 'user', password: 'pass' }],
    [`basic   ${encoded('user:pass')} `, { user: 'user', password: 'pass' }],
    [`BASIC ${encoded('user:a:b:')}`, { user: 'user', password: 'a:b:' }],
    [`Basic ${encoded(':pass')}`, { user: '', password: 'pass' }],
    [`Basic ${encoded('user:')}`, { user: 'user', password: '' }],
    [`Basic ${encoded('ü:ö')}`, { user: 'ü', password: 'ö' }],
    ['Bearer pass', { user: undefined, password: 'pass' }],
    [`Basic ${encoded('user')}`, undefined],
    ['Basic', undefined],
    ['Basic ', undefined],
    ['Basic !!!', undefined],
    [`Basic ${encoded('user:pass')} more`, undefined],
    ['Digest username="user"', undefined],
    ['pass', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s', (header, credentials) => {
    expect(parseAuthorization(header)).toEqual(credentials);
  });
});
