import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { serverNow } from '../time/now';
import { type Clock, CountdownLine, readClock } from './Countdown';

const now = Date.parse('2026-11-22T12:00:00Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const clock = (part: Partial<Clock>): Clock => ({
  kind: 'statement',
  state: 'running',
  left_seconds: 0,
  ...part,
});

describe('a clock', () => {
  it.each([
    ['on track', clock({ due_at: at(60), budget_seconds: 7200 }), 'ok', 3600],
    ['at risk under a quarter', clock({ due_at: at(20), budget_seconds: 7200 }), 'risk', 1200],
    ['at risk when warned', clock({ due_at: at(20), state: 'warned80' }), 'risk', 1200],
    ['late', clock({ due_at: at(-2), budget_seconds: 7200 }), 'late', -120],
    ['late when the server says so', clock({ due_at: at(1), state: 'breached' }), 'late', 0],
    ['paused, with what is left', clock({ state: 'paused', left_seconds: 900 }), 'paused', 900],
    ['met', clock({ state: 'met', due_at: at(-5) }), 'met', 0],
  ] as const)('is %s', (_, given, mood, left) => {
    expect(readClock(given, now)).toEqual({ mood, left });
  });

  it('says overdue in words and keeps the sign with its number', () => {
    const due = new Date(serverNow() - 90_000).toISOString();
    draw(<CountdownLine clock={clock({ due_at: due })} zone="Asia/Jerusalem" />);
    const timer = screen.getByRole('timer');
    expect(timer).toHaveTextContent('באיחור');
    const figures = timer.querySelector('bdi');
    expect(figures).toHaveAttribute('dir', 'ltr');
    expect(figures?.textContent).toMatch(/^-00:01:\d\d$/);
  });
});
