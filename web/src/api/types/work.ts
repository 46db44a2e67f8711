import type { PersonRef } from './basics';

/** What stages 3 to 5 produce: steps, handoffs, plan, reviews, lessons, notes; and the timeline. */

export interface Step {
  id: string;
  text: string;
  owner?: PersonRef | null;
  owner_id?: string | null;
  due_at?: string | null;
  done: boolean;
  done_at?: string | null;
}

export interface Handoff {
  id: string;
  mention_id?: string | null;
  title: string;
  channel: string;
  owner?: PersonRef | null;
  owner_id?: string | null;
  state: 'open' | 'answered' | 'closed';
  outcome?: string;
  due_at?: string | null;
}

export interface PlanItem {
  id: string;
  kind: 'story' | 'achievement' | 'value';
  title: string;
  consent_note?: string;
  planned_for?: string | null;
  draft_id?: string | null;
  state: string;
}

export interface Review {
  id: string;
  due_at: string;
  offset_days?: number;
  state: string;
  findings?: string;
  actions?: string;
  reason?: string;
  held_at?: string | null;
}

export interface Lessons {
  text: string;
  playbook_change: string;
}

export interface Note {
  id: string;
  text: string;
  at: string;
  by?: PersonRef | string | null;
}

export interface TimelineItem {
  id: string;
  at: string;
  actor: { type: string; name?: string };
  action: string;
  words_he: string;
  words_en: string;
  object?: { type: string; id: string } | string;
  reason?: string;
  /** The values after the change, without what is personal. */
  fields?: Record<string, unknown>;
  seq?: number | null;
}

/** A sentence in the asked language, or in both. */
export type Worded = string | { he: string; en: string };

export interface Figure {
  key: string;
  value: number | string | null;
  unit?: string;
  formula?: Worded;
  window?: string;
  gaps?: Worded | null;
}
