import { describe, expect, it } from '@jest/globals';
import { application } from './__fixtures__/lock-files.js';
import { recordingJob } from './__fixtures__/recording-job.js';
import { resolveNpm } from './resolve.js';
describe('x', () => {
  it.each([1,2,3] as const)('v%s', async (v) => {
    const { job, recorded, external } = recordingJob({ files: application(v), npm: { fileDependencyAllowlist: { dash: ['@acme/cloudy'] } } , packed: { fog: {name:'fog', version: '1.4.0'}, mist: { name: 'fog', version: '1.4.0' } } });
    const r = await resolveNpm(job, external);
    console.log(JSON.stringify(r.packages.map(p => p.dependencies.map(d => [d.name,d.version,d.dev,d.artifact?.version]))), r.edges.map(e=>e.from.name+'->'+e.to.name+'@'+e.to.version).join('\n'), r.artifacts.map(a=>a.path), recorded, r.files.map(f=>[f.path,f.mode, f.template.map(t=>typeof t==='string'?t:'<<'+t.fill+'>>').join('')].join('\n')).join('\n'));
  });
});
