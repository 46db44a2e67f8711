import { describe, expect, it } from 'vitest';
import { dateTime, duration, fromWall, shortTime, toWall } from './format';

const ZONE = 'Asia/Jerusalem';

describe('times', () => {
  it.each([
    ['winter', '2026-11-22T12:12:00Z', '22.11.2026 14:12'],
    ['summer', '2026-07-01T21:30:00Z', '02.07.2026 00:30'],
    ['midnight is 00, not 24', '2026-11-22T22:00:00Z', '23.11.2026 00:00'],
  ])('shows %s in the zone, day first, on 24 hours', (_, at, said) => {
    expect(dateTime(at, ZONE)).toBe(said);
  });

  it('says nothing for no time', () => {
    expect(dateTime(null, ZONE)).toBe('');
    expect(dateTime('nonsense', ZONE)).toBe('');
  });

  it('leaves out the day when it is today in the zone', () => {
    const now = Date.parse('2026-11-22T23:30:00Z');
    expect(shortTime('2026-11-22T22:30:00Z', ZONE, now)).toBe('00:30');
    expect(shortTime('2026-11-22T20:30:00Z', ZONE, now)).toBe('22.11 22:30');
  });

  it.each([
    ['winter', '2026-11-22T12:12:00.000Z'],
    ['summer', '2026-07-01T21:30:00.000Z'],
    ['an hour before the clocks go forward', '2026-03-26T23:00:00.000Z'],
    ['an hour after', '2026-03-27T01:00:00.000Z'],
  ])('comes back from wall time unchanged in %s', (_, at) => {
    expect(fromWall(toWall(at, ZONE), ZONE)).toBe(at);
  });

  it.each([
    [0, '00:00:00'],
    [3909, '01:05:09'],
    [-75, '00:01:15'],
    [86_400 * 3 + 3600 * 4 + 300, '3d 04:05'],
  ])('writes %d seconds as %s', (seconds, said) => {
    expect(duration(seconds, 'd')).toBe(said);
  });
});
