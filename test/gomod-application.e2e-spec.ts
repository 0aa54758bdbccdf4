import { SMALL_PROJECTS } from './support/go-modules.js';
import { goProjectsAreServed } from './support/go-application.compliance.js';

goProjectsAreServed(SMALL_PROJECTS, { warm: true });
