import type { Request, Response } from 'express';
import { knownCaller } from '../caller.js';
import { refusalOf } from '../login.strategy.js';
import { printable, withoutCredentials } from './printable.js';

/** Who called, and what they wanted, as a line of the audit log has it. What is not known is missing, or null. */
export function describeCall(request: Request, response: Response): object {
  const caller = knownCaller(request);
  const refusal = refusalOf(request);
  const { repo, ref, state, user } = textsOf(request.body);
  return {
    // The access log names the call by the same id, which it has made.
    call: request.id,
    ...(caller?.username === undefined
      ? { user: null, login: null }
      : { user: printable(caller.username), login: caller.method }),
    roles: [...(caller?.roles ?? [])].sort(),
    refusal: refusal && printable(`${refusal.method}: ${refusal.why}`),
    onBehalfOf: user && printable(user),
    method: request.method,
    route: routeOf(request),
    path: printable(request.originalUrl.replace(/\?.*$/s, '')),
    request: idIn(request.params),
    made: madeBy(response),
    state: state && printable(state),
    repo: repo && printable(withoutCredentials(repo)),
    ref: ref && printable(ref),
    status: response.headersSent ? response.statusCode : null,
  };
}

/** The texts in a body that was checked; of one that was not there is nothing. */
function textsOf(body: unknown): Partial<Record<string, string>> {
  const entries = Object.entries(Object(body)).filter((each): each is [string, string] => typeof each[1] === 'string');
  return Object.fromEntries(entries);
}

function routeOf(request: Request): string | undefined {
  const path: unknown = request.route?.path;
  return typeof path === 'string' ? path : undefined;
}

/** Express has no parameters where it has no route, whatever its types say. */
function idIn(params: Record<string, unknown> | undefined): number | undefined {
  return typeof params?.id === 'number' ? params.id : undefined;
}

/** The id of the request that the call has made: the last part of `Location`. */
function madeBy(response: Response): number | undefined {
  const id = /\/requests\/(\d+)$/.exec(String(response.getHeader('Location')))?.[1];
  return id === undefined ? undefined : Number(id);
}
