import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useClient } from '../../api/reads';
import { useSession } from '../../api/session';
import type { AlertDetail } from '../../api/types/mentions';
import { Bdi } from '../../parts/Bdi';
import { Panel } from '../../parts/Panel';
import { Shown } from '../../parts/states';
import { SeverityTag, Tag } from '../../parts/tags';
import { When } from '../../parts/When';
import { Evidence, Rise } from './Evidence';
import { Triage } from './Triage';

const route = getRouteApi('/alerts/$id');

export function AlertPage() {
  const { id } = route.useParams();
  const query = useQuery({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => api.get<AlertDetail>(`/alerts/${id}`, undefined, signal),
  });
  return (
    <div className="page">
      <Shown query={query} rows={6}>
        {(alert) => <Content alert={alert} />}
      </Shown>
    </div>
  );
}

function Content({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const session = useSession();
  const zone = useClient(alert.client_id).data?.zone ?? session.agency.zone;
  return (
    <>
      <div className="stack" style={{ gap: 4 }}>
        <span className="small muted">
          <Link to="/alerts">{t('alerts.title')}</Link> · <Bdi>{alert.client_name}</Bdi> ·{' '}
          {t('alerts.raised')} <When at={alert.raised_at} zone={zone} />
        </span>
        <div className="row">
          <h1 className="page-title">
            {t('alerts.headline', {
              client: alert.client_name,
              observed: alert.observed,
              minutes: alert.window_minutes,
            })}
          </h1>
          <SeverityTag severity={alert.severity_proposed} proposed />
          <Tag>{t(`alerts.state.${alert.state}`)}</Tag>
        </div>
      </div>
      <div className="triage">
        <div style={{ gridArea: 'rise' }}>
          <Rise alert={alert} zone={zone} />
        </div>
        <div className="stack" style={{ gridArea: 'side' }}>
          <Panel title={t('alerts.figures')}>
            <Figures alert={alert} />
          </Panel>
          <Triage alert={alert} zone={zone} />
        </div>
        <div className="stack" style={{ gridArea: 'rest' }}>
          <Evidence alert={alert} />
        </div>
      </div>
    </>
  );
}

function Figures({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  const rows: [string, string][] = [
    [t('alerts.observed'), String(alert.observed)],
    [t('alerts.expected'), alert.expected?.toFixed(1) ?? ''],
    [t('alerts.ratio'), `×${alert.ratio?.toFixed(1)}`],
    [t('alerts.negative_share'), percent(alert.negative_share)],
    [t('alerts.baseline_share'), percent(alert.baseline_share)],
    [t('alerts.window'), t('alerts.minutes', { count: alert.window_minutes })],
  ];
  return (
    <div className="stack tight">
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Bdi>{value}</Bdi>
            </dd>
          </div>
        ))}
      </dl>
      <span className="least muted">
        {t('alerts.rule')}: <Bdi code>{`${alert.rule} ${alert.rule_version}`}</Bdi>
      </span>
    </div>
  );
}
