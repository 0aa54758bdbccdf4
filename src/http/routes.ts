import type { NextFunction, Request, Response } from 'express';
import { ResourceNotFound } from './http-errors.js';

/** Methods that the application has at the path of a request, for `Allow`; empty when the path is unknown. */
export function methodsOf(request: Request): string[] {
  const methods = new Set<string>();
  if (hasTrailingSlash(request)) return [];
  for (const layer of request.app.router.stack) {
    if (layer.route === undefined || !matches(layer, request.path)) continue;
    for (const each of layer.route.stack) {
      if (each.method !== undefined) methods.add(each.method.toUpperCase());
    }
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

/** Express' own matcher, which its types do not show; it throws on a path that cannot be decoded. */
function matches(layer: object, path: string): boolean {
  if (!('match' in layer) || typeof layer.match !== 'function') return false;
  try {
    return layer.match(path) !== false;
  } catch {
    return false;
  }
}

/** Middleware: endpoints have no slash at the end. Nest builds its router before Express could be told so. */
export function refuseTrailingSlash(request: Request, _response: Response, next: NextFunction): void {
  next(hasTrailingSlash(request) ? new ResourceNotFound() : undefined);
}

function hasTrailingSlash(request: Request): boolean {
  return request.path.startsWith('/api/') && request.path.endsWith('/');
}

/** Middleware: below a registry, a path that cannot be decoded names nothing. Elsewhere it is the caller's mistake. */
export function refuseBrokenPath(request: Request, _response: Response, next: NextFunction): void {
  next(request.path.startsWith('/repository/') && !isDecodable(request.path) ? new ResourceNotFound() : undefined);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
