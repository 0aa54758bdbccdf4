import { Initial1795219200000 } from './1795219200000-initial.js';
import { Registries1795305600000 } from './1795305600000-registries.js';
import { WhereUsed1795392000000 } from './1795392000000-where-used.js';
import { GoModules1795478400000 } from './1795478400000-go-modules.js';
import { Python1795564800000 } from './1795564800000-python.js';
import { Evidence1795651200000 } from './1795651200000-evidence.js';
import { Fleet1795737600000 } from './1795737600000-fleet.js';
import { Readers1795824000000 } from './1795824000000-readers.js';
import { KnownHosts1795910400000 } from './1795910400000-known-hosts.js';
import { QueuePause1795996800000 } from './1795996800000-queue-pause.js';

/** Every migration, oldest first. Add new ones at the end; never change one that was released. */
export const MIGRATIONS = [
  Initial1795219200000,
  Registries1795305600000,
  WhereUsed1795392000000,
  GoModules1795478400000,
  Python1795564800000,
  Evidence1795651200000,
  Fleet1795737600000,
  Readers1795824000000,
  KnownHosts1795910400000,
  QueuePause1795996800000,
];
