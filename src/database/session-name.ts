import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Names this process in `pg_stat_activity`. PostgreSQL keeps 63 bytes of a session's name. */
const PROCESS = `${process.pid}@${hostname().slice(0, 30)} ${randomBytes(2).toString('hex')}`;

/** How a session of this process is known in `pg_stat_activity`; versions before had only the first word. */
export function sessionName(purpose?: 'listens' | 'transfer'): string {
  return purpose === undefined ? `cachito ${PROCESS}` : `cachito ${PROCESS} ${purpose}`;
}

/** Sessions of other Cachito processes in this database: their names, as far as PostgreSQL tells. */
export const OTHER_PROCESSES = {
  text: `SELECT DISTINCT "application_name" AS "name" FROM pg_stat_activity
    WHERE "datname" = current_database() AND "application_name" LIKE 'cachito%'
      AND "application_name" NOT LIKE 'cachito (%s the embedded server)' AND NOT starts_with("application_name", $1)
    ORDER BY 1`,
  values: [sessionName()],
};
