export { BundleBuilder, type BundleSpec, type BuiltBundle } from './bundle-builder.js';
export { BundleReferences } from './bundle-references.js';
export { type OpenBundle, RequestBundles } from './request-bundles.js';
