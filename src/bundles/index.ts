export { BundleBuilder, type BuiltBundle } from './bundle-builder.js';
export { BundleReferences } from './bundle-references.js';
export { RequestBundles } from './request-bundles.js';
