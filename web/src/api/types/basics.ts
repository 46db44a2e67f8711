/** Words shared by every noun of the API. Times are RFC 3339 in UTC, ids are opaque. */

export type Lang = 'he' | 'en';
export type Stage = 'detect' | 'assess' | 'respond' | 'refocus' | 'sustain';
export type Severity = 1 | 2 | 3 | 4;
export type Sentiment = 'negative' | 'neutral' | 'positive';

export const STAGES: Stage[] = ['detect', 'assess', 'respond', 'refocus', 'sustain'];
export const SEVERITIES: Severity[] = [1, 2, 3, 4];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface PersonRef {
  id: string;
  name: string;
}

/** A reason given by a rule: the code is translated, the params fill the sentence. */
export interface Reason {
  code: string;
  params?: Record<string, unknown>;
}
