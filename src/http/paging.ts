import { ResourceNotFound } from './http-errors.js';

/** `meta` of a page. */
export interface PageMeta {
  page: number;
  pages: number;
  per_page: number;
  total: number;
  first: string;
  last: string;
  next: string | null;
  previous: string | null;
}

export interface Page<Item> {
  items: Item[];
  meta: PageMeta;
}

/** Filters that the links repeat, in order; a list gives its name several times. */
export type LinkFilters = readonly (readonly [name: string, value: string | number | readonly string[]])[];

/**
 * `meta` with links that carry every filter. Throws 404 for a page beyond the last one, except for page 1. An empty
 * result has 0 pages, and `last` then says `page=0`.
 */
export function pageMeta(
  url: string,
  { page, perPage, total }: { page: number; perPage: number; total: number },
  filters: LinkFilters,
): PageMeta {
  const pages = Math.ceil(total / perPage);
  if (page > 1 && page > pages) throw new ResourceNotFound();
  const link = (number: number): string => `${url}?${query([['page', number], ['per_page', perPage], ...filters])}`;
  return {
    page,
    pages,
    per_page: perPage,
    total,
    first: link(1),
    last: link(pages),
    next: page < pages ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
  };
}

function query(parameters: LinkFilters): string {
  const search = new URLSearchParams();
  for (const [name, value] of parameters) {
    for (const each of typeof value === 'object' ? value : [value]) search.append(name, String(each));
  }
  return search.toString();
}
