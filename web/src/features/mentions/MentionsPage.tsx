import { Button } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan, useSession } from '../../api/session';
import { Bdi } from '../../parts/Bdi';
import { DateTimeField } from '../../parts/DateTimeField';
import { countSet, Filters } from '../../parts/Filters';
import { MentionDrawer } from '../../parts/MentionDrawer';
import { type MentionFilters, MentionStream } from '../../parts/MentionStream';
import { PageHead } from '../../parts/Panel';
import { PLATFORMS, usePlatformName } from '../../parts/Platform';
import { ChoicePicker, ClientPicker, WordPicker } from '../../parts/pickers';
import { SearchField } from '../../parts/SearchField';
import { AddMentionDialog } from './AddMentionDialog';

const route = getRouteApi('/mentions');
const NAMES = ['client', 'platform', 'sentiment', 'q', 'from', 'to', 'crisis', 'source', 'order'] as const;

export function MentionsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const session = useSession();
  const can = useCan();
  const platform = usePlatformName();
  const [adding, setAdding] = useState(false);
  const set = useCallback(
    (change: Partial<typeof search>) =>
      void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  const setQ = useCallback((q: string | undefined) => set({ q }), [set]);
  const filters = useMemo(() => {
    const out: MentionFilters = {};
    for (const name of NAMES) if (search[name]) out[name] = search[name];
    return out;
  }, [search]);
  return (
    <div className="page">
      <PageHead title={t('mentions.title')}>
        {can('mentions.add') ? (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setAdding(true)}
            data-testid="mention-add"
          >
            {t('mentions.add')}
          </Button>
        ) : null}
      </PageHead>
      <Filters set={countSet(search, ...NAMES)}>
        <SearchField value={search.q} onChange={setQ} />
        <ClientPicker anyChoice value={search.client} onChange={(client) => set({ client })} />
        <ChoicePicker
          label={t('mentions.platform')}
          anyChoice
          data={PLATFORMS.map((p) => ({ value: p, label: platform(p) }))}
          value={search.platform}
          onChange={(v) => set({ platform: v })}
        />
        <WordPicker
          words="sentiment"
          codes={['negative', 'neutral', 'positive']}
          label={t('mentions.sentiment')}
          anyChoice
          value={search.sentiment}
          onChange={(sentiment) => set({ sentiment })}
        />
        <DateTimeField
          label={t('mentions.from')}
          value={search.from}
          onChange={(from) => set({ from: from ?? undefined })}
          zone={session.agency.zone}
        />
        <DateTimeField
          label={t('mentions.to')}
          value={search.to}
          onChange={(to) => set({ to: to ?? undefined })}
          zone={session.agency.zone}
        />
        <WordPicker
          words="mentions.orders"
          codes={['newest', 'oldest', 'reach']}
          label={t('mentions.order')}
          value={search.order ?? 'newest'}
          onChange={(order) => set({ order: order === 'newest' ? undefined : order })}
        />
      </Filters>
      {search.crisis ? (
        <div className="row small">
          {t('mentions.crisis')} <Bdi code>{search.crisis}</Bdi>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconX size={13} />}
            onClick={() => set({ crisis: undefined })}
          >
            {t('mentions.crisis_clear')}
          </Button>
        </div>
      ) : null}
      <div className="card">
        <MentionStream
          filters={filters}
          onOpen={(id) => set({ open: id })}
          height="calc(100dvh - 250px)"
          label={t('mentions.list')}
          keys
        />
      </div>
      <p className="least muted" style={{ margin: 0 }}>
        <bdi>{t('parts.times_in', { zone: session.agency.zone })}</bdi>
        <span className="keys-hint">
          {' · '}
          <bdi>{t('parts.list_keys')}</bdi>
        </span>
      </p>
      <MentionDrawer id={search.open} onClose={() => set({ open: undefined })} />
      {adding ? <AddMentionDialog client={search.client} onClose={() => setAdding(false)} /> : null}
    </div>
  );
}
