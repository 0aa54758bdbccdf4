import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../../config/index.js';
import {
  DateBound,
  QueryBoolean,
  QueryChoice,
  QueryChoices,
  QueryDate,
  QueryInteger,
  QueryText,
  QueryTexts,
} from '../../http/index.js';
import { REQUEST_STATE_NAMES, type RequestStateName } from '../request-state.js';

const REF = /^[a-f0-9]{40}$/;

/** Query of `GET /requests`. */
export class ListQuery {
  @QueryInteger({ description: 'Which page, from 1', minimum: 1, default: 1 })
  page = 1;

  @QueryInteger({ description: 'Requests per page; capped at `CACHITO_MAX_PER_PAGE`', minimum: 1, default: 10 })
  per_page = 10;

  @QueryChoice(REQUEST_STATE_NAMES, { description: 'Only requests in this state' })
  state?: RequestStateName;

  @QueryBoolean({ description: 'Whole requests with packages and dependencies', default: false })
  verbose = false;

  @QueryText({ description: 'Only requests for exactly this repository address', maxLength: 200 })
  repo?: string;

  @QueryText({ description: 'Only requests for this commit', pattern: REF })
  ref?: string;

  @QueryChoices(PACKAGE_MANAGER_NAMES, {
    description: 'Only requests with this package manager; repeat it for several',
  })
  pkg_manager: PackageManagerName[] = [];

  @QueryDate({ description: 'Created at or after; a date means its first moment', bound: 'from' })
  created_from?: DateBound;

  @QueryDate({ description: 'Created at or before; a date means its last moment', bound: 'to' })
  created_to?: DateBound;

  @QueryChoice(['client', 'server'], { description: 'Only failed requests whose error this side can mend' })
  error_origin?: 'client' | 'server';

  @QueryText({ description: 'Only failed requests with this kind of error', maxLength: 255 })
  error_type?: string;

  @QueryTexts({
    description: 'Only requests with this label, `key:value`; repeat it for several',
    pattern: /^[a-z0-9._-]{1,63}:[^]*$/,
    maxLength: 319,
    atMost: 20,
  })
  label: string[] = [];
}

/** Query of `GET /requests/{id}`. */
export class ShowQuery {
  @QueryInteger({
    description: 'Seconds to wait for a final state, at most `CACHITO_WAIT_TIMEOUT`',
    minimum: 0,
    maximum: 86_400,
    default: 0,
  })
  wait = 0;
}

/** Query of `GET /requests/latest`. */
export class LatestQuery {
  @QueryText({
    description: 'Path of the repository on its host, without `.git`; all of an address like `git@host:team/app`',
    minLength: 3,
    maxLength: 200,
    pattern: /^.*\/[\w.-]+$/,
    required: true,
    example: 'octocat/Hello-World',
  })
  repo_name: string;

  @QueryText({
    description: 'The commit',
    pattern: REF,
    required: true,
    example: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
  })
  ref: string;
}

/** Query of the sub-resources that tell how to build. */
export class BuildModeQuery {
  @QueryChoice(['registry', 'offline'], {
    description: 'Build through the locked registry, or from the bundle alone',
    default: 'registry',
  })
  mode: 'registry' | 'offline' = 'registry';

  @QueryText({
    description: 'Absolute path of the unpacked bundle; with `mode=offline` only',
    pattern: /^\//,
    maxLength: 4096,
  })
  bundle_dir?: string;

  @QueryChoice(['mirror'], { description: 'yarn classic: an offline mirror' })
  style?: 'mirror';
}

/** Query of `GET /requests/{id}/environment-variables`. */
export class EnvironmentVariablesQuery extends BuildModeQuery {
  @QueryChoice(['uv'], {
    description: '`uv`: also the variables that only uv reads, since it does not read those of pip',
  })
  client?: 'uv';
}

/** Query of `GET /request-metrics`. */
export class MetricsQuery {
  @QueryDate({ description: 'Finished at or after', bound: 'from' })
  finished_from?: DateBound;

  @QueryDate({ description: 'Finished at or before', bound: 'to' })
  finished_to?: DateBound;

  @QueryChoice(['client', 'server'], { description: 'Only requests with an error of this origin' })
  error_origin?: 'client' | 'server';

  @QueryText({ description: 'Only requests with this kind of error', maxLength: 255 })
  error_type?: string;

  @QueryInteger({ description: 'Which page, from 1', minimum: 1, default: 1 })
  page = 1;

  @QueryInteger({ description: 'Items per page; capped at `CACHITO_MAX_PER_PAGE`', minimum: 1, default: 20 })
  per_page = 20;
}

/** Query of `GET /request-metrics/summary`. */
export class SummaryQuery {
  @QueryDate({ description: 'Finished at or after', bound: 'from', required: true, example: '2026-01-01' })
  finished_from: DateBound;

  @QueryDate({ description: 'Finished at or before', bound: 'to', required: true, example: '2026-12-31' })
  finished_to: DateBound;
}
