import type { Finding, FindingPort } from '../../package-manager.js';

/** Findings that are recorded only when it is known that they are right. */
export interface HeldFindings extends FindingPort {
  /** Records all that was held back. */
  settle(): Promise<void>;
}

/**
 * What is recorded is held back until `settle`. A release is answered from its record for ever, so it must not be
 * recorded before its files are archived: an index that was wrong about them for a moment would be believed for ever.
 */
export function heldFindings(findings: FindingPort): HeldFindings {
  const held = new Map<string, Finding[]>();
  return {
    find: (kind, subjects) => findings.find(kind, subjects),
    record: async (kind, records) => {
      held.set(kind, [...(held.get(kind) ?? []), ...records]);
    },
    settle: async () => {
      for (const [kind, records] of held) await findings.record(kind, records);
      held.clear();
    },
  };
}
