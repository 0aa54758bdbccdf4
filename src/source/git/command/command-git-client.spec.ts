import { describeGitClient } from '../git-client.compliance.js';
import { CommandGitClient } from './command-git-client.js';

describeGitClient('CommandGitClient', (settings) => new CommandGitClient(settings));
