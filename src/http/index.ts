export { absoluteUrl, API_BASE, publicBase } from './absolute-url.js';
export { conditionsOf, select } from './conditions.js';
export { configureApplication } from './configure-application.js';
export { matchesEntityTag } from './entity-tag.js';
export { HttpProblem, ResourceNotFound } from './http-errors.js';
export { jsonPieces } from './json-pieces.js';
export { CacheableDocuments, LargeDocuments } from './large-documents.js';
export { type LinkFilters, type Page, pageMeta } from './paging.js';
export { sendPieces } from './send-pieces.js';
export { ApiErrors } from './swagger/api-errors.js';
export type { Tag } from './swagger/document.js';
export { timestampSql } from './timestamps.js';
export { AnyQuery, JsonBody } from './validation/handler-schema.js';
export {
  DateBound,
  QueryBoolean,
  QueryChoice,
  QueryChoices,
  QueryDate,
  QueryInteger,
  QueryText,
  QueryTexts,
} from './validation/query-parameters.js';
export { quote } from './validation/quote.js';
export { AtLeastOneProperty, MatchesRule, Optional } from './validation/rules.js';
