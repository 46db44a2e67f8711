import { Button } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useList } from '../api/lists';
import type { Page } from '../api/types/basics';
import type { Mention } from '../api/types/mentions';
import { MentionRow } from './MentionRow';
import { Empty, Shown } from './states';
import { useRowKeys } from './useRowKeys';

export type MentionFilters = Record<string, string | undefined>;

/**
 * Mentions as they come. Live events refresh only a small "head" read; what is
 * new waits behind a pill and never moves the row under the pointer.
 */
export function MentionStream({
  filters,
  onOpen,
  height,
  label,
  keys = false,
}: {
  filters: MentionFilters;
  onOpen: (id: string) => void;
  height: string | number;
  label: string;
  keys?: boolean;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const scroller = useRef<HTMLElement>(null);
  const list = useList<Mention>(['stream'], '/mentions', filters);
  const head = useQuery({
    queryKey: ['mentions', 'head', filters],
    queryFn: ({ signal }) => api.get<Page<Mention>>('/mentions', filters, signal),
  });
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const items = list.data ?? [];
  const known = new Set(items.map((m) => m.id));
  const newest = !filters.order || filters.order === 'newest';
  const waiting = list.data && newest ? (head.data?.items ?? []).filter((m) => !known.has(m.id)) : [];

  const show = () => {
    setFresh(new Set(waiting.map((m) => m.id)));
    void client.resetQueries({ queryKey: ['stream', filters] });
    scroller.current?.scrollTo({ top: 0 });
  };

  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 92,
    overscan: 6,
    getItemKey: (index) => items[index]?.id ?? index,
    initialRect: { width: 800, height: 600 },
  });
  const virtual = rows.getVirtualItems();
  const last = virtual[virtual.length - 1]?.index ?? 0;
  const { hasMore, loadingMore, loadMore } = list;
  useEffect(() => {
    if (hasMore && !loadingMore && items.length > 0 && last >= items.length - 5) void loadMore();
  }, [hasMore, loadingMore, loadMore, last, items.length]);

  const at = useRowKeys(keys ? items.length : 0, (index) => {
    const mention = items[index];
    if (mention) onOpen(mention.id);
  });
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);

  return (
    <section
      ref={scroller}
      className="stream"
      style={{ maxHeight: height }}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard cannot scroll the region
      tabIndex={0}
    >
      {waiting.length > 0 ? (
        <div className="pill-row">
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowUp size={14} />}
            onClick={show}
            data-testid="stream-new"
          >
            {waiting.length >= 50
              ? t('parts.new_items_over')
              : t('parts.new_items', { count: waiting.length })}
          </Button>
        </div>
      ) : null}
      <Shown query={list} rows={4}>
        {() =>
          items.length === 0 ? (
            <Empty>{t('mentions.empty')}</Empty>
          ) : (
            <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
              {virtual.map((row) => {
                const mention = items[row.index];
                if (!mention) return null;
                return (
                  <div
                    key={row.key}
                    ref={rows.measureElement}
                    data-index={row.index}
                    className="stream-row"
                    style={{ transform: `translateY(${row.start}px)` }}
                  >
                    <MentionRow
                      mention={mention}
                      onOpen={() => onOpen(mention.id)}
                      fresh={fresh.has(mention.id)}
                      at={row.index === at}
                    />
                  </div>
                );
              })}
            </div>
          )
        }
      </Shown>
    </section>
  );
}
