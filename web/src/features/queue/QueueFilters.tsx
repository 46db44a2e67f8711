import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { STAGES } from '../../api/types/basics';
import { countSet, Filters } from '../../parts/Filters';
import { ClientPicker, PersonPicker, WordPicker } from '../../parts/pickers';
import { SearchField } from '../../parts/SearchField';

const route = getRouteApi('/queue');

/** The filters live in the address, so that a view can be bookmarked and sent to a colleague. */
export function QueueFilters() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = useCallback(
    (change: Partial<typeof search>) => {
      void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
    },
    [navigate],
  );
  const setQ = useCallback((q: string | undefined) => set({ q }), [set]);
  return (
    <Filters set={countSet(search, 'q', 'client', 'severity', 'stage', 'lead', 'sort')}>
      <SearchField value={search.q} onChange={setQ} />
      <ClientPicker anyChoice value={search.client} onChange={(client) => set({ client })} />
      <WordPicker
        words="severity.choice"
        codes={['1', '2', '3', '4']}
        label={t('queue.severity')}
        anyChoice
        value={search.severity}
        onChange={(severity) => set({ severity })}
      />
      <WordPicker
        words="labels.stages_short"
        codes={STAGES}
        label={t('queue.stage')}
        anyChoice
        value={STAGES.find((s) => s === search.stage)}
        onChange={(stage) => set({ stage })}
      />
      <PersonPicker
        label={t('queue.lead')}
        anyChoice
        value={search.lead}
        onChange={(lead) => set({ lead })}
      />
      <WordPicker
        words="queue.sorts"
        codes={['deadline', 'severity', 'opened']}
        label={t('queue.sort')}
        value={search.sort ?? 'deadline'}
        onChange={(sort) => set({ sort: sort === 'deadline' ? undefined : sort })}
      />
    </Filters>
  );
}
