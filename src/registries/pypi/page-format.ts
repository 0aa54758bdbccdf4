import type { Request } from 'express';

/** How a page of the index is written. */
export interface PageFormat {
  kind: 'json' | 'html';
  /** Value of the header. */
  contentType: string;
}

const V1_JSON = 'application/vnd.pypi.simple.v1+json';
const V1_HTML = 'application/vnd.pypi.simple.v1+html';

/**
 * By what clients call them (PEP 691). The first is for those that have no wish; an answer never calls itself `latest`.
 */
const FORMATS: Readonly<Record<string, PageFormat>> = {
  'text/html': { kind: 'html', contentType: 'text/html; charset=utf-8' },
  [V1_JSON]: { kind: 'json', contentType: V1_JSON },
  [V1_HTML]: { kind: 'html', contentType: V1_HTML },
  'application/vnd.pypi.simple.latest+json': { kind: 'json', contentType: V1_JSON },
  'application/vnd.pypi.simple.latest+html': { kind: 'html', contentType: V1_HTML },
};

/** The media types that a client can ask for. */
export const PAGE_TYPES: readonly string[] = Object.keys(FORMATS);

/** The format that the client likes best; undefined when it takes none. */
export function pageFormat(request: Request): PageFormat | undefined {
  const type = request.accepts([...PAGE_TYPES]);
  return type === false ? undefined : FORMATS[type];
}
