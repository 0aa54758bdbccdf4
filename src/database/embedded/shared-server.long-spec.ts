import { closedFolder, serverAccount } from './account.js';
import { describeSharedServer, FIXTURE } from './shared-server.compliance.js';

/** Root does the same as another user too, if that one may read this checkout at all; everybody else once more. */
const other = serverAccount();
const canBeOther = other !== undefined && (await closedFolder(FIXTURE, other)) === undefined;

describeSharedServer(canBeOther ? other : undefined);
