export interface LedgerChange {
  field: string;
  before?: unknown;
  after?: unknown;
  erased?: boolean;
}

export interface LedgerEntry {
  id: string;
  at: string;
  idx: number | null;
  stream: string;
  seq: number | null;
  actor: { type: string; id?: string; name?: string; via?: string };
  client_id?: string;
  action: string;
  words_he: string;
  words_en: string;
  object?: { type: string; id: string };
  reason?: string;
  changes?: LedgerChange[];
  hash: string;
}

export interface LedgerStatus {
  size: number;
  root: string;
  checkpoint_at: string | null;
  lag_seconds: number;
  key_id: string;
}

export interface MailItem {
  id: string;
  to: string;
  subject: string;
  at: string;
  lang?: string;
  kind?: string;
}

export interface MailBody {
  html: string;
  text: string;
  to: string;
  subject: string;
  at: string;
  lang?: string;
}

export interface SystemState {
  version: string;
  commit: string;
  temporal: { ok: boolean; mode?: string };
  database?: { kind: string };
  outbox?: { pending: number; dead: number };
  worker_ok?: boolean;
}

export interface Counts {
  alerts_open: number;
  crises_open: number;
  mentions_24h: number;
  drafts_open: number;
  approvals_mine: number;
  approvals_waiting: number;
  mailbox?: number;
}

export type ChangeKind =
  | 'mention'
  | 'alert'
  | 'crisis'
  | 'draft'
  | 'approval'
  | 'publication'
  | 'notification'
  | 'client'
  | 'ledger'
  | 'system';

export interface Change {
  kind: ChangeKind;
  id?: string;
  client_id?: string;
  crisis_id?: string | null;
  at: string;
  counts?: Partial<Counts>;
}
