/** Channel on which every process hears that a request has news; it then reads the rows again. */
export const REQUEST_CHANNEL = 'cachito_request';

export interface RequestNotification {
  id: number;
  /** `state`: a row of the history, `progress`: the progress row. */
  kind: 'state' | 'progress';
}
