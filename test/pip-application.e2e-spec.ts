import { pipProjectsAreServed } from './support/pip-application.compliance.js';
import { SMALL_PROJECTS } from './support/pip-projects.js';

pipProjectsAreServed(SMALL_PROJECTS);
