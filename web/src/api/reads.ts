import { useQuery } from '@tanstack/react-query';
import { api } from './client';
import { readAll } from './lists';
import { useCan } from './session';
import type { Page } from './types/basics';
import type { Client } from './types/clients';
import type { Counts, SystemState } from './types/ledger';
import type { Notice, User } from './types/people';

/** Short reads that many pages need. */

export function useClients() {
  return useQuery({
    queryKey: ['clients'],
    queryFn: ({ signal }) => readAll<Client>('/clients', signal),
    staleTime: 30_000,
  });
}

export function useClient(id: string) {
  return useQuery({
    queryKey: ['clients', id],
    queryFn: ({ signal }) => api.get<Client>(`/clients/${id}`, undefined, signal),
  });
}

export function useUsers(enabled = true) {
  const can = useCan();
  return useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => readAll<User>('/users', signal),
    enabled: enabled && can('people.view'),
    staleTime: 60_000,
  });
}

export function useCounts() {
  return useQuery({
    queryKey: ['counts'],
    queryFn: ({ signal }) => api.get<Counts>('/counts', undefined, signal),
    staleTime: 5_000,
  });
}

export function useSystem() {
  return useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => api.get<SystemState>('/system', undefined, signal),
    refetchInterval: 30_000,
    retry: false,
  });
}

export function useNotices() {
  return useQuery({
    queryKey: ['notifications'],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<Notice>>('/me/notifications', undefined, signal);
      return page.items ?? [];
    },
  });
}
