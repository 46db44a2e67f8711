import type { Sentiment } from './basics';

export interface Mention {
  id: string;
  client_id: string;
  platform: string;
  kind: string;
  author: { handle?: string; name?: string; followers?: number | null };
  text: string;
  title?: string;
  lang?: string;
  url?: string;
  published_at: string;
  received_at: string;
  reach?: number | null;
  engagement?: number | null;
  rating?: number | null;
  group_name?: string;
  sentiment: { label: Sentiment; by: 'machine' | 'person' | 'source'; unsure?: boolean; score?: number };
  concerns?: string[];
  flags?: string[];
  screenshot?: boolean;
  demo?: boolean;
  source?: { id: string; name: string };
  raw?: unknown;
}

export interface Alert {
  id: string;
  client_id: string;
  client_name: string;
  state: AlertState;
  stream?: string;
  raised_at: string;
  last_hit_at: string;
  severity_proposed: 1 | 2 | 3 | 4;
  reasons: { code: string; params?: Record<string, unknown> }[];
  observed: number;
  expected: number;
  ratio: number;
  window_minutes: number;
  negative_share: number;
  baseline_share: number;
  learning: boolean;
  crisis_id?: string | null;
  crisis_number?: string | null;
  rule: string;
  rule_version: string | number;
}

export type AlertState = 'open' | 'snoozed' | 'dismissed' | 'opened' | 'attached';

export interface Counted {
  name?: string;
  term?: string;
  handle?: string;
  platform?: string;
  lang?: string;
  count: number;
  followers?: number | null;
}

export interface AlertDetail extends Alert {
  evidence: {
    mentions: Mention[];
    authors: Counted[];
    terms: Counted[];
    platforms: Counted[];
    languages: Counted[];
    points: { at: string; mentions: number; negative: number; expected?: number; threshold?: number }[];
  };
  snoozed_until?: string | null;
  dismissed?: { reason: string; note: string; by: string; at: string } | null;
}
