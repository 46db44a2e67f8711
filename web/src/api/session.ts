import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import type { Session } from './types/people';

export const sessionKey = ['session'];

export function useSessionQuery() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) => api.get<Session>('/session', undefined, signal),
    staleTime: 60_000,
  });
}

/** The session of a page that is shown only to people who signed in. */
export function useSession(): Session {
  const client = useQueryClient();
  const query = useSessionQuery();
  const session = query.data ?? client.getQueryData<Session>(sessionKey);
  if (!session) throw new Error('a page was drawn before the session was read');
  return session;
}

/** What a button may need; the words are those of the server's permission table. */
export type Permission =
  | 'agency.manage'
  | 'people.view'
  | 'people.manage'
  | 'mailbox.view'
  | 'system.view'
  | 'clients.view'
  | 'clients.manage'
  | 'sources.manage'
  | 'targets.manage'
  | 'holds.set'
  | 'holds.release'
  | 'mentions.add'
  | 'mentions.correct'
  | 'alerts.triage'
  | 'crises.open'
  | 'crises.work'
  | 'crises.command'
  | 'crises.severity'
  | 'crises.override_gate'
  | 'assessment.edit'
  | 'reviews.hold'
  | 'drafts.edit'
  | 'drafts.send'
  | 'approvals.decide'
  | 'approvals.remind'
  | 'approvals.revoke'
  | 'publications.publish'
  | 'publications.confirm'
  | 'ledger.view'
  | 'ledger.export';

/**
 * Whether the signed-in person may do something, for one client or for the
 * agency. It only decides what is offered: the server decides what is done.
 */
export function useCan(): (permission: Permission, clientId?: string) => boolean {
  const session = useSession();
  return (permission, clientId) => {
    const held = session.permissions ?? {};
    if (held.agency?.includes(permission)) return true;
    if (clientId) return held[clientId]?.includes(permission) ?? false;
    return Object.values(held).some((list) => list.includes(permission));
  };
}
