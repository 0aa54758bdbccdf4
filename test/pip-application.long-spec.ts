import { pipProjectsAreServed } from './support/pip-application.compliance.js';
import { LARGE_PROJECTS } from './support/pip-projects.js';

pipProjectsAreServed(LARGE_PROJECTS);
