import type { Severity } from './basics';

export type DraftKind = 'acknowledgement' | 'response' | 'content' | 'report';
export type DraftState =
  | 'draft'
  | 'in_review'
  | 'approved'
  | 'changes_requested'
  | 'declined'
  | 'withdrawn'
  | 'published';

export interface DraftText {
  platform: string;
  lang: string;
  text: string;
}

export interface DraftContent {
  texts: DraftText[];
  targets: string[];
  links: string[];
  publish_from?: string | null;
  publish_until?: string | null;
}

export interface Draft {
  id: string;
  client_id: string;
  crisis_id: string;
  crisis_number: string;
  kind: DraftKind;
  title: string;
  state: DraftState;
  version: number;
  version_hash: string;
  updated_at: string;
  updated_by?: string | { id: string; name: string } | null;
  rev: number;
  approval_id?: string | null;
}

export interface DraftVersion {
  version: number;
  hash: string;
  author: string | { id: string; name: string };
  at: string;
  content: DraftContent;
}

export interface DraftDetail extends Draft {
  content: DraftContent;
  versions: DraftVersion[];
  approval?: Approval | null;
  publications: Publication[];
  limits: Record<string, number>;
}

export type Party = 'manager' | 'legal' | 'client';

export interface Approver {
  key: string;
  name: string;
  party: Party;
  state: 'waiting' | 'sent' | 'opened' | 'approved' | 'changes_requested' | 'declined';
  at?: string | null;
  comment?: string;
  link_id?: string | null;
  via?: string;
}

export interface Round {
  party: Party;
  mode: 'any' | 'all' | 'k_of_n';
  k?: number;
  state?: string;
  approvers: Approver[];
}

export type ApprovalState =
  | 'open'
  | 'approved'
  | 'declined'
  | 'changes_requested'
  | 'expired'
  | 'superseded'
  | 'withdrawn';

export interface Approval {
  id: string;
  draft_id: string;
  crisis_id: string;
  crisis_number: string;
  client_id: string;
  client_name: string;
  title: string;
  kind: DraftKind;
  version: number;
  version_hash: string;
  state: ApprovalState;
  /** The current round's place in the list, from 0. */
  round: number;
  rounds: Round[];
  deadline?: string | null;
  created_at: string;
  severity: Severity;
  step: 'typed_name' | 'code';
  content?: DraftContent;
  previous_content?: DraftContent | null;
}

export interface ApproverChoice {
  user_id?: string;
  contact_id?: string;
  name: string;
  email?: string;
  title?: string;
}

export interface PolicyRound {
  party: Party;
  mode: 'any' | 'all' | 'k_of_n';
  k?: number;
  candidates: ApproverChoice[];
}

export interface SendRound {
  party: Party;
  mode: 'any' | 'all' | 'k_of_n';
  k?: number;
  approvers: ({ user_id: string } | { contact_id: string })[];
}

export type PublicationState =
  | 'planned'
  | 'held'
  | 'sending'
  | 'awaiting_hand'
  | 'unknown'
  | 'published'
  | 'failed'
  | 'refused';

export interface Publication {
  id: string;
  draft_id: string;
  crisis_id: string;
  title: string;
  kind: DraftKind;
  version: number;
  version_hash: string;
  target: { id: string; platform: string; kind: 'by_hand' | 'bluesky'; account: string };
  state: PublicationState;
  reason?: string;
  text: string;
  /** To be added when publishing by hand; those in the text are not repeated. */
  links?: string[];
  /** Opens the platform's own composer with the text. */
  compose_url?: string;
  url?: string;
  intent_at?: string | null;
  published_at?: string | null;
  attempts?: number;
}
