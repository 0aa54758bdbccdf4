export { type RegistryAccess, RequestRegistries } from './request-registries.js';
