import type { PersonRef, Reason, Severity, Stage } from './basics';

export type ClockState = 'running' | 'paused' | 'warned50' | 'warned80' | 'met' | 'breached';

export interface NextClock {
  kind: string;
  state: ClockState;
  due_at: string;
  left_seconds: number;
}

export interface Crisis {
  id: string;
  number: string;
  client_id: string;
  client_name: string;
  title: string;
  severity: Severity;
  severity_confirmed: boolean;
  stage: Stage;
  status: 'open' | 'closed';
  wave: number;
  lead: PersonRef | null;
  opened_at: string;
  closed_at?: string | null;
  next_clock: NextClock | null;
  spark: number[];
  negative_share: number;
  last_event_at: string;
  rev: number;
}

export interface CrisisStage {
  stage: Stage;
  state: 'todo' | 'active' | 'done' | 'parallel';
  entered_at?: string | null;
  left_at?: string | null;
  overridden?: boolean;
  override_reason?: string;
  elapsed_seconds?: number;
}

export interface CrisisClock {
  id: string;
  kind: string;
  state: ClockState;
  due_at?: string | null;
  budget_seconds: number;
  left_seconds: number;
  pause_reason?: string;
  met_at?: string | null;
  breached_at?: string | null;
  wave?: number;
}

export interface Task {
  id: string;
  stage: Stage;
  title_he: string;
  title_en: string;
  help_he?: string;
  help_en?: string;
  kind: string;
  required: boolean;
  role?: string;
  assignee?: PersonRef | null;
  due_at?: string | null;
  state: 'open' | 'done' | 'waived';
  blocked?: boolean;
  done_by?: string | PersonRef | null;
  done_at?: string | null;
  note?: string;
}

export interface Escalation {
  id: string;
  clock_kind: string;
  step: number;
  at: string;
  to: string[];
  acknowledged_by?: string | null;
  acknowledged_at?: string | null;
}

export interface CrisisDetail extends Crisis {
  server_time: string;
  zone: string;
  stages: CrisisStage[];
  clocks: CrisisClock[];
  tasks: Task[];
  gate: { stage: Stage; missing: Reason[]; can_override: boolean };
  publishing: { hold: boolean; positive_locked: boolean; reason?: string };
  alert_id?: string | null;
  playbook?: { id: string; version: string | number };
  assessment: { revision: number } | null;
  acknowledgement: { state: 'none' | 'waived' | 'published'; reason?: string };
  schedule_decision?: { decision: 'hold' | 'let_run'; reason?: string } | string | null;
  metrics: {
    mentions: number;
    negative: number;
    negative_share: number;
    peak: number;
    ratio: number;
    reach: number;
    authors: number;
  };
  escalations: Escalation[];
  engine: 'running' | 'starting' | 'stopped' | 'unreachable';
}

export type Confidence = 'low' | 'medium' | 'high';

export interface ImpactScore {
  /** 0 none to 4 grave; null until somebody judged. */
  score: number | null;
  confidence: Confidence | '';
  evidence: string;
}

export interface AssessedPlatform {
  platform: string;
  rank: number;
  note: string;
  /** A listed platform needs a response there unless this says no. */
  affected?: boolean;
  mentions?: number;
  negative_share?: number;
}

export interface AssessedConcern {
  code: string;
  title: string;
  mention_ids: string[];
  plan: string;
}

export interface AssessedFact {
  text: string;
  status: 'verified' | 'unverified' | 'disputed';
  source: string;
}

export interface Assessment {
  revision?: number;
  platforms: AssessedPlatform[];
  sentiment: { negative_share: number; note: string; positive?: number; neutral?: number; negative?: number };
  concerns: AssessedConcern[];
  impact: { trust: ImpactScore; brand: ImpactScore; revenue: ImpactScore };
  facts: AssessedFact[];
  stakeholders: string[];
  crisis_type: string;
  prior_crisis: boolean;
  poor_reputation: boolean;
  without_merit?: boolean;
  strategy: string[];
  strategy_reason: string;
  severity_confirmed?: Severity;
}

/** What the theory proposes; it never decides. */
export interface Advice {
  cluster: string;
  intensified: boolean;
  first: string[];
  then: string[];
  may_deny: boolean;
  supplements: string[];
  reasons: Reason[];
}
