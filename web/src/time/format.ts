/** Times as people read them: 24 hours, day before month, in a named zone. */

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(at: string | number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const out: Record<string, string> = {};
  for (const part of format.formatToParts(new Date(at))) out[part.type] = part.value;
  return out;
}

/** 22.11.2026 14:12 */
export function dateTime(at: string | number | null | undefined, zone: string): string {
  if (at === null || at === undefined || Number.isNaN(new Date(at).getTime())) return '';
  const p = parts(at, zone);
  return `${p.day}.${p.month}.${p.year} ${p.hour}:${p.minute}`;
}

/** 22.11.2026 */
export function dateOnly(at: string | number, zone: string): string {
  return dateTime(at, zone).slice(0, 10);
}

/** 14:12 */
export function timeOnly(at: string | number, zone: string): string {
  return dateTime(at, zone).slice(11);
}

/** 14:12 today, else 22.11 14:12. */
export function shortTime(at: string | number, zone: string, now: number): string {
  const full = dateTime(at, zone);
  return full.slice(0, 10) === dateOnly(now, zone) ? full.slice(11) : `${full.slice(0, 5)} ${full.slice(11)}`;
}

/** 01:05:09, or 3d 04:05 beyond two days (the letter comes from the caller's language). */
export function duration(seconds: number, dayLetter: string): string {
  const s = Math.floor(Math.abs(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(s / 86400);
  const hours = Math.floor(s / 3600);
  if (days >= 2)
    return `${days}${dayLetter} ${two(Math.floor((s % 86400) / 3600))}:${two(Math.floor((s % 3600) / 60))}`;
  return `${two(hours)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}

/** The wall time of an instant in a zone, as date pickers want it: 2026-11-22 14:12:00. */
export function toWall(at: string, zone: string): string {
  const p = parts(at, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:00`;
}

/** The instant of a wall time in a zone. In the hour that daylight saving repeats, the first one. */
export function fromWall(wall: string, zone: string): string {
  const [y, mo, d, h = 0, mi = 0] = wall.split(/[-: T]/).map(Number);
  const asUtc = Date.UTC(y ?? 0, (mo ?? 1) - 1, d ?? 1, h, mi);
  const offsetAt = (t: number) => {
    const p = parts(t, zone);
    return Date.UTC(+(p.year ?? 0), +(p.month ?? 1) - 1, +(p.day ?? 1), +(p.hour ?? 0), +(p.minute ?? 0)) - t;
  };
  const guess = asUtc - offsetAt(asUtc);
  return new Date(asUtc - offsetAt(guess)).toISOString();
}
