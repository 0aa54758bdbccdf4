export { absoluteUrl, API_BASE, publicBase } from './absolute-url.js';
export { configureApplication } from './configure-application.js';
export { HttpProblem, NOT_FOUND_MESSAGE, ResourceNotFound } from './http-errors.js';
export { type LinkFilters, type Page, pageMeta, type PageMeta } from './paging.js';
export { ApiErrors } from './swagger/api-errors.js';
export { createDocument, type Tag, TAGS } from './swagger/document.js';
export { timestampSql } from './timestamps.js';
export { JsonBody } from './validation/handler-schema.js';
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
