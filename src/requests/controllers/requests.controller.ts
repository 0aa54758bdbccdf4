import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Caller, checkRole, CurrentCaller, LoginRequired, RolesRequired } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import { InvalidQueryParameters } from '../../errors/index.js';
import {
  absoluteUrl,
  API_BASE,
  ApiErrors,
  JsonBody,
  LargeDocuments,
  type LinkFilters,
  type Page,
  pageMeta,
  publicBase,
  ResourceNotFound,
} from '../../http/index.js';
import { redactSecrets } from '../../observability/index.js';
import { QuotaExceeded } from '../creation/quotas.js';
import { RequestSubmission } from '../creation/request-submission.js';
import { CreateRequestBody, ResubmitBody } from '../dto/create-request.dto.js';
import { LatestQuery, ListQuery, ShowQuery } from '../dto/queries.dto.js';
import { BriefDocument, RequestPageDocument, VerboseDocument } from '../dto/views.dto.js';
import { PatchRequestBody } from '../dto/worker.dto.js';
import { RequestWait } from '../live/request-wait.js';
import { RequestStates } from '../states/request-states.js';
import { RequestNotFound } from '../states/state-change.js';
import { RequestListing } from '../views/request-listing.js';
import type { BriefView, VerboseView } from '../views/request-view.js';
import { RequestViews } from '../views/request-views.js';
import { RequestReaders } from '../visibility/request-readers.js';
import { RequestVisibility } from '../visibility/request-visibility.js';

/** `/requests`: submit, list, show, change. */
@ApiTags('requests')
@Controller(`${API_BASE}/requests`)
@RequestReaders()
@LargeDocuments()
export class RequestsController {
  constructor(
    private readonly configuration: Configuration,
    private readonly submission: RequestSubmission,
    private readonly listing: RequestListing,
    private readonly views: RequestViews,
    private readonly states: RequestStates,
    private readonly wait: RequestWait,
    private readonly visibility: RequestVisibility,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List requests', description: 'Newest first, in pages. All given filters must fit.' })
  @ApiOkResponse({ type: RequestPageDocument, description: 'One page' })
  @ApiErrors(400, [404, 'There is no such page'])
  async list(
    @Query() query: ListQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<Page<BriefView | VerboseView>> {
    const url = absoluteUrl(request, this.configuration, 'requests');
    const perPage = Math.min(query.per_page, this.configuration.server.maxPerPage);
    const filter = {
      state: query.state,
      repo: query.repo,
      ref: query.ref,
      managers: query.pkg_manager,
      createdFrom: query.created_from?.utc,
      createdTo: query.created_to?.utc,
      errorOrigin: query.error_origin,
      errorType: query.error_type,
      labels: query.label,
      hiddenHosts: this.visibility.hiddenFrom(caller),
    };
    const { total, ids } = await this.listing.page(filter, query.page, perPage);
    const meta = pageMeta(url, { page: query.page, perPage, total }, linkFilters(query));
    const publicUrl = publicBase(request, this.configuration);
    const items = query.verbose ? await this.views.verbose(ids, publicUrl) : await this.views.brief(ids, publicUrl);
    return { items, meta };
  }

  @Post()
  @LoginRequired()
  @ApiOperation({
    summary: 'Submit a commit',
    description:
      'Archives the commit and everything that its lock files name. The answer comes at once; the work goes on. ' +
      'Nothing is stored when the answer is an error of the 400s. Needs a login.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      '1–255 visible ASCII characters, kept 24 h per user. The same key and body give the same request again (200); ' +
      'the same key with another body is refused (409).',
    schema: { type: 'string', maxLength: 255 },
  })
  @ApiCreatedResponse({ type: VerboseDocument, description: 'The new request' })
  @ApiOkResponse({ type: VerboseDocument, description: 'The request that this `Idempotency-Key` has made before' })
  @ApiErrors(400, 401, [403, 'The caller may not name another `user`, or not use the host'], 409, 413, 415, 429, [
    500,
    'The request could not be queued',
  ])
  async create(
    @Body() body: CreateRequestBody,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<VerboseView> {
    const url = absoluteUrl(request, this.configuration, 'requests');
    const { id, created } = await withRetryAfter(response, this.submission.submit(body, caller, key));
    await this.visibility.check(id, caller);
    response.status(created ? 201 : 200);
    response.setHeader('Location', `${url}/${id}`);
    return this.verboseView(id, publicBase(request, this.configuration));
  }

  @Get('latest')
  @ApiOperation({
    summary: 'Find the newest request for a commit',
    description: 'In any state, by the path of the repository.',
  })
  @ApiOkResponse({ type: BriefDocument, description: 'The request' })
  @ApiErrors(400, [404, 'Nobody has asked for this commit'])
  async latest(
    @Query() query: LatestQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<BriefView> {
    const publicUrl = publicBase(request, this.configuration);
    const id = await this.listing.latest(query.repo_name, query.ref, this.visibility.hiddenFrom(caller));
    const [view] = id === undefined ? [] : await this.views.brief([id], publicUrl);
    if (view === undefined) throw new ResourceNotFound();
    return view;
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Show a request',
    description:
      'With `wait`, answers when the state is final (not `in_progress`) or the seconds are over, always with 200.',
  })
  @ApiOkResponse({ type: VerboseDocument, description: 'The request as it is now' })
  @ApiErrors(400, 404)
  async show(
    @Param('id') id: number,
    @Query() query: ShowQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<VerboseView> {
    const publicUrl = publicBase(request, this.configuration);
    if (query.wait > 0) await this.wait.untilFinal(id, this.checkedWait(query.wait), gone(response));
    return this.verboseView(id, publicUrl);
  }

  @Patch(':id')
  @HttpCode(200)
  @RolesRequired('worker', 'administrator')
  @ApiOperation({
    summary: 'Change a request (worker, administrator)',
    description:
      'Allowed: in_progress → in_progress, complete, failed, stale; complete, failed → stale. Repeating the present ' +
      'state and reason changes nothing and runs the side effects again. `stale` cancels a running request and drops ' +
      'its bundle and log. Administrators may mark any request stale, and change nothing else.',
  })
  @ApiOkResponse({ description: 'Changed; the body is empty' })
  @ApiErrors([400, 'The call breaks a rule, or the state must not change so'], 401, 403, 404, 413, 415)
  async patch(
    @Param('id') id: number,
    @Body() body: PatchRequestBody,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    if (!isMarkedStale(body)) checkRole(caller, ['worker']);
    const { state, state_reason: reason, error_origin: origin, error_type: errorType } = body;
    const facts = {
      packagesCount: body.packages_count,
      dependenciesCount: body.dependencies_count,
      environmentVariables: body.environment_variables,
    };
    const error = origin === undefined || errorType === undefined ? undefined : { origin, errorType };
    try {
      if (state === undefined || reason === undefined) await this.states.record(id, facts);
      else await this.states.change(id, { state, reason: redactSecrets(reason), error, ...facts });
    } catch (problem) {
      throw problem instanceof RequestNotFound ? new ResourceNotFound() : problem;
    }
  }

  @Post(':id/resubmit')
  @LoginRequired()
  @JsonBody({ optional: true })
  @ApiOperation({
    summary: 'Submit the same again',
    description:
      'A new request with the same inputs. `{"offline": true}` forbids all network: only what is archived is used.',
  })
  @ApiCreatedResponse({ type: VerboseDocument, description: 'The new request' })
  @ApiErrors(400, 401, [403, 'The caller may not use the host'], 404, 413, 415, 429, [
    500,
    'The request could not be queued',
  ])
  async resubmit(
    @Param('id') id: number,
    @Body() body: ResubmitBody,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<VerboseView> {
    const url = absoluteUrl(request, this.configuration, 'requests');
    const created = await withRetryAfter(response, this.submission.resubmit(id, body.offline ?? false, caller));
    response.setHeader('Location', `${url}/${created}`);
    return this.verboseView(created, publicBase(request, this.configuration));
  }

  private async verboseView(id: number, publicUrl: string): Promise<VerboseView> {
    const [view] = await this.views.verbose([id], publicUrl);
    if (view === undefined) throw new ResourceNotFound();
    return view;
  }

  /** Milliseconds. */
  private checkedWait(seconds: number): number {
    const longest = this.configuration.server.waitTimeout;
    if (seconds * 1000 <= longest) return seconds * 1000;
    throw new InvalidQueryParameters(`wait: ${seconds} is not valid: it must not be greater than ${longest / 1000}`);
  }
}

/** Says when to come back, where a quota is used up. */
async function withRetryAfter<Result>(response: Response, submission: Promise<Result>): Promise<Result> {
  try {
    return await submission;
  } catch (error) {
    if (error instanceof QuotaExceeded) response.setHeader('Retry-After', String(error.retryAfter));
    throw error;
  }
}

/** Whether a change is the one that administrators may make. */
function isMarkedStale(body: PatchRequestBody): boolean {
  const given = Object.entries(body).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return body.state === 'stale' && given.every((name) => name === 'state' || name === 'state_reason');
}

/** Fires when the caller has gone (or has its answer). */
function gone(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** In the order that older clients know: `state`, `verbose=True`, then the others. */
function linkFilters(query: ListQuery): LinkFilters {
  const given: [string, string | readonly string[] | undefined][] = [
    ['state', query.state],
    ['verbose', query.verbose ? 'True' : undefined],
    ['repo', query.repo],
    ['ref', query.ref],
    ['pkg_manager', query.pkg_manager],
    ['created_from', query.created_from?.utc],
    ['created_to', query.created_to?.utc],
    ['error_origin', query.error_origin],
    ['error_type', query.error_type],
    ['label', query.label],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
