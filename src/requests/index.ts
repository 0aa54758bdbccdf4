export { readBuildRequirements } from './build/build-requirements.js';
export type { ServedFile } from './build/file-templates.js';
export type { ServedTemplate } from './build/served-template.js';
export type { ServedVariable } from './build/served-variables.js';
export { removeExpiredKeys } from './creation/idempotency-keys.js';
export { REQUEST_STATE_CHANGED, type RequestStateChanged } from './events.js';
export { type LogLine, type LogLevel } from './logs/log-line.js';
export { type RequestLog, RequestLogs } from './logs/request-logs.js';
export { REQUEST_CHANNEL, type RequestNotification } from './notifications.js';
export { REASONS, REQUEST_STATE_NAMES, REQUEST_STATES, type RequestStateName, stateName } from './request-state.js';
export { RequestStates } from './states/request-states.js';
export {
  ClaimLost,
  type RequestFacts,
  type StateChange,
  type StateChanged,
  type StateChangeOptions,
} from './states/state-change.js';
export { hiddenRequest, isHidden, RequestVisibility } from './visibility/request-visibility.js';
export { ApiReaders, RequestReaders } from './visibility/request-readers.js';
export { artifactHosts, repositoryHost, submoduleHosts } from './visibility/hosts.js';
export * from './work/index.js';
