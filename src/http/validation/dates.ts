const DAY_START = '00:00:00.000000';
const DAY_END = '23:59:59.999999';

const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?$/;

/**
 * A date or a date with time (ISO 8601, `T` or space, seconds and fraction optional) as UTC text with microseconds,
 * `YYYY-MM-DDTHH:MM:SS.ffffff`. Text without an offset is UTC. A bare date is the first or, as upper bound, the last
 * microsecond of its day. Undefined for anything else, impossible dates and hour 24 included.
 */
export function parseDateBound(text: string, bound: 'from' | 'to'): string | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '', , sign, offsetHour, offsetMinute] = match;
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  if (hour === undefined) return `${year}-${month}-${day}T${bound === 'from' ? DAY_START : DAY_END}`;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const microseconds = fraction.slice(0, 6).padEnd(6, '0');
  if (sign === undefined) return `${year}-${month}-${day}T${hour}:${minute}:${second}.${microseconds}`;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const utc = new Date(local - offset * 60_000);
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return undefined;
  return `${utc.toISOString().slice(0, 19)}.${microseconds}`;
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
