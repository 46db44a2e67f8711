import { describe, expect, it } from 'vitest';
import type { Crisis } from '../../api/types/crises';
import { byDeadline } from './order';

const crisis = (number: string, next_clock: Crisis['next_clock']) => ({ number, next_clock }) as Crisis;

describe('the queue', () => {
  it('puts what is overdue first and what waits for nobody last', () => {
    const list = [
      crisis('later', { kind: 'review', state: 'running', due_at: '2026-11-25T10:00:00Z', left_seconds: 9 }),
      crisis('none', null),
      crisis('overdue', {
        kind: 'triage',
        state: 'breached',
        due_at: '2026-11-22T10:00:00Z',
        left_seconds: -9,
      }),
      crisis('paused', {
        kind: 'statement',
        state: 'paused',
        due_at: '2026-11-22T09:00:00Z',
        left_seconds: 9,
      }),
      crisis('soon', {
        kind: 'statement',
        state: 'warned80',
        due_at: '2026-11-22T12:00:00Z',
        left_seconds: 9,
      }),
    ];
    expect([...list].sort(byDeadline).map((c) => c.number)).toEqual([
      'overdue',
      'soon',
      'later',
      'none',
      'paused',
    ]);
  });
});
