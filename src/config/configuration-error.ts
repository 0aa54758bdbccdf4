/** The configuration cannot be used. The message lists every wrong option, without secrets. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  /** @param problems one sentence each, naming the variable, its value and what is allowed */
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}
