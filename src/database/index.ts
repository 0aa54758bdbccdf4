export { Notifications, type NotificationHandler, type NotificationPayload } from './notifications.js';
