import type { Crisis } from '../../api/types/crises';

/** Overdue first, then by deadline; crises with no running clock last. */
export function byDeadline(a: Crisis, b: Crisis): number {
  return due(a) - due(b);
}

/** When the next running clock ends; a far instant for none. */
export function due(crisis: Crisis): number {
  const clock = crisis.next_clock;
  if (!clock?.due_at || clock.state === 'paused' || clock.state === 'met') return Number.MAX_SAFE_INTEGER;
  return Date.parse(clock.due_at);
}
