import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { api } from './client';
import type { Page } from './types/basics';

type Filters = Record<string, string | number | boolean | undefined>;

/** A list read page by page with the server's cursor, flattened for the eye. */
export function useList<T>(
  key: QueryKey,
  path: string,
  filters: Filters = {},
  more?: { limit?: number; enabled?: boolean },
) {
  const query = useInfiniteQuery({
    queryKey: [...key, filters],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { ...filters, limit: more?.limit ?? 50, cursor: pageParam }, signal),
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

/** Everything of a short list in one read. */
export async function readAll<T>(path: string, signal?: AbortSignal, query: Filters = {}): Promise<T[]> {
  const page = await api.get<Page<T>>(path, { limit: 200, ...query }, signal);
  return page.items ?? [];
}
