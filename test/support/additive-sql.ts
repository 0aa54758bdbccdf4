/**
 * What in the statements of a migration keeps processes of the previous version from going on; empty when nothing was found.
 * It reads SQL as text and knows the usual ways only: what it does not find may still be wrong (an UPDATE to values that
 * older code does not know), which `rolling-upgrade.long-spec.ts` may find.
 */
export function unsafeBesideEarlier(statements: readonly string[]): string[] {
  const own = statements.flatMap((sql) => /^\s*CREATE (?:TEMP(?:ORARY)? )?TABLE (?:IF NOT EXISTS )?"?(\w+)/i.exec(sql)?.[1] ?? []);
  return statements.flatMap((sql) => (concerns(sql, own) ? [] : faultsOf(sql)));
}

/** Whether it is about a table that this very migration has made. */
function concerns(sql: string, tables: readonly string[]): boolean {
  const table = /^\s*(?:ALTER TABLE|CREATE UNIQUE INDEX .*?ON) (?:ONLY )?"?(\w+)/is.exec(sql)?.[1];
  return table !== undefined && tables.includes(table);
}

function faultsOf(statement: string): string[] {
  const sql = statement.replace(/'(?:[^']|'')*'/g, "''").replace(/\s+/g, ' ').trim();
  const faults = new Set<string>();
  const say = (fault: string): void => void faults.add(`${fault}: ${sql}`);
  if (/^(DROP (TABLE|VIEW|TYPE|SEQUENCE|SCHEMA)|TRUNCATE)\b/i.test(sql)) say('drops what earlier versions use');
  if (/^CREATE UNIQUE INDEX\b/i.test(sql)) say('adds a rule that earlier versions do not know');
  if (/^ALTER TABLE\b/i.test(sql)) {
    for (const action of actionsOf(sql)) {
      if (/^RENAME\b/i.test(action)) say('renames what earlier versions use');
      if (/^DROP (?!CONSTRAINT\b)/i.test(action) || /^ALTER .*\bDROP DEFAULT\b/i.test(action)) say('drops what earlier versions use');
      if (/^ALTER .*\bTYPE\b/i.test(action)) say('changes a type');
      if (/^ALTER .*\bSET NOT NULL\b/i.test(action)) say('asks for a value that earlier versions do not give');
      if (/^ADD (CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b/i.test(action)) say('adds a rule that earlier versions do not know');
      else if (/^ADD .*\bNOT NULL\b/i.test(action) && !/\bDEFAULT\b|\bGENERATED\b/i.test(action)) say('asks for a value that earlier versions do not give');
    }
  }
  return [...faults];
}

/** `ALTER TABLE name action, action`: cut at commas outside of parentheses. */
function actionsOf(sql: string): string[] {
  const rest = sql.replace(/^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?\S+ /i, '');
  const actions = [''];
  let depth = 0;
  for (const character of rest) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) actions.push('');
    else actions[actions.length - 1] += character;
  }
  return actions.map((action) => action.trim());
}
