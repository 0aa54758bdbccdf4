import { pipProjectsAreServed } from './support/pip-application.compliance.js';
import { LARGE_PROJECTS } from './support/pip-large-projects.js';

pipProjectsAreServed(LARGE_PROJECTS);
