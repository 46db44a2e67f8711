import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/lists';
import type { Alert, AlertState } from '../../api/types/mentions';
import { Bdi } from '../../parts/Bdi';
import { countSet, Filters } from '../../parts/Filters';
import { MoreButton } from '../../parts/MoreButton';
import { PageHead } from '../../parts/Panel';
import { ClientPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { SeverityTag, Tag } from '../../parts/tags';
import { useReasonWords } from '../../parts/useReasonWords';
import { useRowKeys } from '../../parts/useRowKeys';
import { When } from '../../parts/When';

const route = getRouteApi('/alerts');
const STATES: AlertState[] = ['open', 'snoozed', 'opened', 'attached', 'dismissed'];

export function AlertsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = STATES.find((s) => s === search.state) ?? 'open';
  const list = useList<Alert>(['alerts'], '/alerts', { state, client: search.client });
  const items = list.data ?? [];
  const open = useCallback(
    (index: number) => {
      const alert = items[index];
      if (alert) void navigate({ to: '/alerts/$id', params: { id: alert.id } });
    },
    [items, navigate],
  );
  const at = useRowKeys(items.length, open);
  return (
    <div className="page">
      <PageHead title={t('alerts.title')} />
      <nav className="tabs" aria-label={t('alerts.states_label')}>
        {STATES.map((s) => (
          <Link
            key={s}
            to="/alerts"
            search={{ ...search, state: s === 'open' ? undefined : s }}
            aria-current={s === state ? 'page' : undefined}
          >
            {t(`alerts.states.${s}`)}
          </Link>
        ))}
      </nav>
      <Filters set={countSet(search, 'client')}>
        <ClientPicker
          anyChoice
          value={search.client}
          onChange={(client) => void navigate({ search: (old) => ({ ...old, client }), replace: true })}
        />
      </Filters>
      <div className="card">
        <Shown query={list} rows={4}>
          {(alerts) =>
            alerts.length === 0 ? (
              <Empty>{t(`alerts.empty.${state === 'open' ? 'open' : 'other'}`)}</Empty>
            ) : (
              <ul className="plain-list divided">
                {alerts.map((alert, index) => (
                  <AlertRow key={alert.id} alert={alert} at={index === at} />
                ))}
              </ul>
            )
          }
        </Shown>
        <MoreButton list={list} />
      </div>
    </div>
  );
}

function AlertRow({ alert, at }: { alert: Alert; at: boolean }) {
  const { t } = useTranslation();
  const say = useReasonWords();
  return (
    <li className={`mention ${at ? 'at' : ''}`} data-at={at}>
      <div className="grow stack" style={{ gap: 4 }}>
        <div className="row">
          <SeverityTag severity={alert.severity_proposed} proposed />
          <Link
            to="/alerts/$id"
            params={{ id: alert.id }}
            className="row-link"
            data-testid="alert-row"
            data-alert-state={alert.state}
          >
            {t('alerts.headline', {
              client: alert.client_name,
              observed: alert.observed,
              minutes: alert.window_minutes,
            })}
          </Link>
          {alert.learning ? <Tag tone="warn">{t('alerts.learning')}</Tag> : null}
          {alert.crisis_number ? (
            <Link to="/crises/$id" params={{ id: alert.crisis_number }}>
              <Bdi code>{alert.crisis_number}</Bdi>
            </Link>
          ) : null}
        </div>
        <span className="small muted">{(alert.reasons ?? []).map(say).join(' · ')}</span>
      </div>
      <div className="mention-side least muted">
        <span>
          {t('alerts.raised')} <When at={alert.raised_at} />
        </span>
        <span>
          {t('alerts.last_hit')} <When at={alert.last_hit_at} />
        </span>
      </div>
    </li>
  );
}
