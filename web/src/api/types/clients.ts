import type { Lang } from './basics';

export interface Hold {
  active: boolean;
  reason: string;
  by: string;
  at: string;
}

export interface Client {
  id: string;
  slug: string;
  name: string;
  zone: string;
  lang: Lang;
  open_crises: number;
  open_alerts: number;
  hold: Hold | null;
  rev: number;
  learning: boolean;
  settings?: ClientSettings;
}

export interface ClientSettings {
  /** 1 (least) to 5 (most). */
  sensitivity: number;
  auto_open: boolean;
  verification: 'default' | 'code_always';
  ladder?: unknown[];
  no_publish_shabbat: boolean;
  closed_days: string[];
}

export interface Contact {
  id: string;
  name: string;
  email: string;
  title: string;
  party: 'client' | 'legal';
  lang: Lang;
}

export interface Target {
  id: string;
  platform: string;
  kind: 'by_hand' | 'bluesky';
  account: string;
  url?: string;
  identifier?: string;
  service_url?: string;
}

export interface Source {
  id: string;
  name: string;
  kind: 'webhook' | 'import' | 'manual';
  state?: string;
  last_received_at?: string | null;
  received_24h?: number;
  hook_url?: string;
  /** Present once, in the answer to creation or rotation. */
  secret?: string;
}

export interface VolumePoint {
  at: string;
  mentions: number;
  negative: number;
  expected?: number | null;
  threshold?: number | null;
}

export interface VolumeEvent {
  n: number;
  at: string;
  kind: string;
  label: string;
}

export interface Volume {
  step: number;
  points: VolumePoint[];
  events: VolumeEvent[];
  baseline?: { learning: boolean };
}
