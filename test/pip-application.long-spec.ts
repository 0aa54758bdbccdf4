import { pipProjectsAreServed } from './support/pip-application.compliance.js';
import { LARGE_PROJECTS } from './support/pip-large-projects.js';
import { SLOW_PROJECTS } from './support/pip-projects.js';

pipProjectsAreServed([...SLOW_PROJECTS, ...LARGE_PROJECTS]);
