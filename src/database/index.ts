export { DatabaseServer } from './database-server.js';
export { Notifications } from './notifications.js';
export * from './transfer/index.js';
