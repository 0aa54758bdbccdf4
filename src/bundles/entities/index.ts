import { BundleEntity } from './bundle.entity.js';
import { RequestBundleEntity } from './request-bundle.entity.js';

/** The tables of this room. */
export const BUNDLE_ENTITIES = [BundleEntity, RequestBundleEntity];
