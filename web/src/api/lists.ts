import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { api } from './client';
import type { Page } from './types/basics';

type Filters = Record<string, string | number | boolean | undefined>;

/** A list read page by page with the server's cursor, flattened for the eye. */
export function useList<T>(key: QueryKey, path: string, filters: Filters = {}, more?: { enabled?: boolean }) {
  const query = useInfiniteQuery({
    queryKey: [...key, filters],
    queryFn: ({ pageParam, signal }) => api.get<Page<T>>(path, { ...filters, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
    enabled: more?.enabled ?? true,
    placeholderData: (previous) => previous,
  });
  return {
    data: query.data?.pages.flatMap((page) => page.items ?? []),
    error: query.error,
    isPending: query.isPending,
    refetch: query.refetch,
    hasMore: query.hasNextPage,
    loadMore: query.fetchNextPage,
    loadingMore: query.isFetchingNextPage,
  };
}

/** Pages that a short list may have; beyond them something is wrong with the cursor. */
const MOST_PAGES = 20;

/** Everything of a short list, page after page where it has pages. */
export async function readAll<T>(path: string, signal?: AbortSignal, query: Filters = {}): Promise<T[]> {
  const out: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const told: Page<T> = await api.get<Page<T>>(path, { ...query, cursor }, signal);
    out.push(...(told.items ?? []));
    cursor = told.next_cursor || undefined;
    if (!cursor) break;
  }
  return out;
}
