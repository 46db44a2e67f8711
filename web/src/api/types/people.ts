import type { Lang } from './basics';

export interface SessionUser {
  id: string;
  name: string;
  email: string;
  lang: Lang;
}

export interface Session {
  signed_in: boolean;
  setup_needed: boolean;
  demo: boolean;
  mailbox?: boolean;
  /** The password was given by somebody else and is to be replaced. */
  must_change_password?: boolean;
  agency: { name: string; zone: string };
  user?: SessionUser;
  /** "agency" and one key for each client; values are "<object>.<action>". */
  permissions?: Record<string, string[]>;
  all_clients?: boolean;
  server_time: string;
  version: string;
}

export interface Grant {
  role: string;
  client_id: string | null;
}

export interface User extends SessionUser {
  disabled: boolean;
  created_at: string;
  last_seen_at?: string | null;
  grants: Grant[];
}

export interface Role {
  role: string;
  permissions: string[];
}

export interface ApiToken {
  id: string;
  name: string;
  prefix: string;
  scopes?: string[];
  created_at?: string;
  expires_at?: string | null;
  last_used_at?: string | null;
  /** Present once, in the answer to its creation. */
  token?: string;
}

export interface Notice {
  id: string;
  kind: string;
  params: Record<string, unknown>;
  client_id: string;
  crisis_id?: string | null;
  at: string;
  read_at?: string | null;
}
