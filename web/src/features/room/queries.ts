import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { readAll } from '../../api/lists';
import type { Page } from '../../api/types/basics';
import type { CrisisDetail } from '../../api/types/crises';
import { useWrite } from '../../api/useWrite';

export function useCrisis(id: string) {
  return useQuery({
    queryKey: ['crisis', id],
    queryFn: ({ signal }) => api.get<CrisisDetail>(`/crises/${id}`, undefined, signal),
    refetchInterval: 60_000,
  });
}

/** One of a crisis's own lists: steps, handoffs, plan, reviews, notes, timeline. */
export function useCrisisList<T>(id: string, name: string) {
  return useQuery({
    queryKey: name === 'timeline' ? ['timeline', id] : ['crisis', id, name],
    queryFn: async ({ signal }) => {
      if (name !== 'timeline') return readAll<T>(`/crises/${id}/${name}`, signal);
      // The latest page; the whole record is in the ledger.
      const page = await api.get<Page<T>>(`/crises/${id}/timeline`, undefined, signal);
      return page.items ?? [];
    },
  });
}

const STALE = [['crisis'], ['crises'], ['timeline'], ['counts']];

type Method = 'post' | 'put' | 'patch';

export interface CrisisWrite {
  method?: Method;
  /** Below /crises/{id}. */
  path: string;
  body?: unknown;
  ifMatch?: string | number;
}

/** Any write about one crisis; each refreshes the room. */
export function useCrisisWrite(
  id: string,
  options: { said?: string; onDone?: (result: unknown) => void } = {},
) {
  return useWrite(
    ({ method = 'post', path, body, ifMatch }: CrisisWrite, key) =>
      api[method](`/crises/${id}${path}`, body ?? {}, { key, ifMatch }),
    { stale: STALE, ...options },
  );
}
