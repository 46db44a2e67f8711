import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/lists';
import { useCan, useSession } from '../../api/session';
import type { Crisis } from '../../api/types/crises';
import { MoreButton } from '../../parts/MoreButton';
import { PageHead } from '../../parts/Panel';
import { Empty, Shown } from '../../parts/states';
import { useRowKeys } from '../../parts/useRowKeys';
import { serverNow } from '../../time/now';
import { OpenCrisisDialog } from './OpenCrisisDialog';
import { byDeadline, due } from './order';
import { QueueFilters } from './QueueFilters';
import { CrisisCards, CrisisTable } from './rows';

const route = getRouteApi('/queue');

const VIEWS = ['open', 'mine', 'overdue', 'closed'] as const;
type View = (typeof VIEWS)[number];

export function QueuePage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const session = useSession();
  const can = useCan();
  const [opening, setOpening] = useState(false);
  const wide = useMediaQuery('(min-width: 62em)', true);
  const view: View = VIEWS.find((v) => v === search.view) ?? 'open';

  const list = useList<Crisis>(['crises'], '/crises', {
    client: search.client,
    severity: search.severity,
    stage: search.stage,
    q: search.q,
    status: view === 'closed' ? 'closed' : 'open',
    lead: view === 'mine' ? session.user?.id : search.lead,
    sort: search.sort ?? (view === 'closed' ? 'opened' : 'deadline'),
  });
  const sorted = !search.sort && view !== 'closed';
  const items = useMemo(() => {
    const all = list.data ?? [];
    const kept = view === 'overdue' ? all.filter((c) => due(c) < serverNow()) : all;
    return sorted ? [...kept].sort(byDeadline) : kept;
  }, [list.data, view, sorted]);

  const open = useCallback(
    (index: number) => {
      const crisis = items[index];
      if (crisis) void navigate({ to: '/crises/$id', params: { id: crisis.number } });
    },
    [items, navigate],
  );
  const at = useRowKeys(items.length, open);

  return (
    <div className="page">
      <PageHead title={t('queue.title')}>
        {can('crises.open') ? (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setOpening(true)}
            data-testid="crisis-new"
          >
            {t('queue.open_by_hand')}
          </Button>
        ) : null}
      </PageHead>
      <nav className="tabs" aria-label={t('queue.views')}>
        {VIEWS.map((v) => (
          <Link
            key={v}
            to="/queue"
            search={{ ...search, view: v === 'open' ? undefined : v }}
            aria-current={v === view ? 'page' : undefined}
            activeProps={{}}
          >
            {t(`queue.view.${v}`)}
          </Link>
        ))}
      </nav>
      <QueueFilters />
      <div className="card">
        <Shown query={list} rows={5}>
          {() =>
            items.length === 0 ? (
              <Empty>{t(`queue.empty.${view}`)}</Empty>
            ) : wide ? (
              <CrisisTable items={items} at={at} onOpen={open} zone={session.agency.zone} />
            ) : (
              <CrisisCards items={items} zone={session.agency.zone} />
            )
          }
        </Shown>
        <MoreButton list={list} />
      </div>
      <p className="least muted" style={{ margin: 0 }}>
        <bdi>{t('parts.times_in', { zone: session.agency.zone })}</bdi>
        <span className="keys-hint">
          {' · '}
          <bdi>{t('parts.list_keys')}</bdi>
        </span>
      </p>
      {opening ? <OpenCrisisDialog onClose={() => setOpening(false)} /> : null}
    </div>
  );
}
