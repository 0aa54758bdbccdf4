import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../testing.js';
import { saveTemplates } from './file-templates.js';

describe('configuration files of a request', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  async function files(id: number, query = ''): Promise<Record<string, string>> {
    const { json } = await service.call('GET', `/requests/${id}/configuration-files${query}`);
    const rows = json as { path: string; content: string; type: string }[];
    expect(rows.map(({ path }) => path)).toEqual([...rows.map(({ path }) => path)].sort());
    return Object.fromEntries(rows.map(({ path, content }) => [path, Buffer.from(content, 'base64').toString()]));
  }

  it('are served by mode, filled in, posted ones over them, and gone with the request', async () => {
    const { json } = await service.call('POST', '/requests', {
      body: { repo: 'https://git.example/team/app.git', ref: 'c'.repeat(40), pkg_managers: [] },
    });
    const { id } = json as { id: number };
    await saveTemplates(service.dataSource.manager, id, [
      { path: 'app/.npmrc', mode: 'registry', template: ['registry=', { fill: 'public-url' }, '/'] },
      { path: 'app/.npmrc', mode: 'offline', template: ['offline=true'] },
      { path: 'app/package-lock.json', mode: 'offline', template: ['"file:', { fill: 'bundle-directory', relative: '../' }, '\0"'] },
    ]);
    expect(await files(id)).toEqual({ 'app/.npmrc': `registry=${service.origin}/` });
    expect(await files(id, '?mode=offline')).toEqual({ 'app/.npmrc': 'offline=true', 'app/package-lock.json': '"file:../\0"' });
    expect(await files(id, '?mode=offline&bundle_dir=/x')).toEqual({
      'app/.npmrc': 'offline=true',
      'app/package-lock.json': '"file:///x/\0"',
    });
    const posted = [{ path: 'app/.npmrc', content: 'eA==', type: 'base64' }];
    await service.call('POST', `/requests/${id}/configuration-files`, { body: posted });
    expect(await files(id)).toEqual({ 'app/.npmrc': 'x' });
    await service.call('PATCH', `/requests/${id}`, { body: { state: 'failed', state_reason: 'enough' } });
    expect(await files(id, '?mode=offline')).toEqual({});
  });
});
