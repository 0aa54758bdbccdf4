import { LARGE_PROJECTS } from './support/go-modules.js';
import { goProjectsAreServed } from './support/go-application.compliance.js';

goProjectsAreServed(LARGE_PROJECTS);
