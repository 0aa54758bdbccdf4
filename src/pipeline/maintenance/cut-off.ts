const DAY = 24 * 60 * 60 * 1000;

/**
 * Before which time sources must have been asked for last to be pruned: the begin of a day, UTC, that is given as
 * `YYYY-MM-DD`, or `defaultAge` ago. Ages are milliseconds. Returns what is wrong with the text: `must be …`.
 */
export function cutOff(text: string | undefined, defaultAge: number, minimumAge: number): Date | { problem: string } {
  if (text === undefined) return new Date(Date.now() - defaultAge);
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // An impossible day of a month would roll over into the next one.
  if (date === undefined || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) {
    return { problem: 'must be a date: YYYY-MM-DD' };
  }
  if (date.getTime() > Date.now() - minimumAge) {
    return { problem: `must be more than ${Math.round(minimumAge / DAY)} days ago` };
  }
  return date;
}
