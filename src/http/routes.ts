import type { Request } from 'express';

/** Methods that the application has at the path of a request, for `Allow`; empty when the path is unknown. */
export function methodsOf(request: Request): string[] {
  const methods = new Set<string>();
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
    return layer.match(path) === true;
  } catch {
    return false;
  }
}
