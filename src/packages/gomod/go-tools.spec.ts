import { expect, it } from '@jest/globals';
import { GoModError } from '../../errors/index.js';
import { otherTarget } from './go-tools.js';
import type { GoProject } from './project.js';

function project(go: string): GoProject {
  const modFile = { module: 'a.dev/a', go, toolchain: undefined, require: [], replace: [] };
  return { directory: '.', modFile, workspace: undefined };
}

it.each([
  ['1.21', 'go mod download failed: go: b.dev/b@v1.0.0 requires go >= 1.27.0 (running go 1.26.8; GOTOOLCHAIN=local)', { target: '1.27.0', edits: false }],
  ['1.18', 'go mod download failed: go: updates to go.mod needed; to update it:\n\tgo mod tidy', { target: '1.18', edits: true }],
  ['1.21', 'go mod download failed: go: updates to go.mod needed; to update it:\n\tgo mod tidy', undefined],
  ['1.18', 'go mod download failed: go: malformed module path', undefined],
])('of a module with go %s that fails with %j, %j is tried', (go, message, expected) => {
  expect(otherTarget(new GoModError(message), project(go))).toEqual(expected);
});
