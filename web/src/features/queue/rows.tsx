import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Crisis } from '../../api/types/crises';
import { Bdi } from '../../parts/Bdi';
import { CountdownLine } from '../../parts/Countdown';
import { ScrollRegion } from '../../parts/ScrollRegion';
import { Sparkline } from '../../parts/Sparkline';
import { SeverityTag, StageDots, Tag } from '../../parts/tags';
import { When } from '../../parts/When';

function Title({ crisis }: { crisis: Crisis }) {
  return (
    <Link to="/crises/$id" params={{ id: crisis.number }} className="row-link" data-testid="crisis-row">
      <Bdi>{crisis.title}</Bdi>
    </Link>
  );
}

function Under({ crisis }: { crisis: Crisis }) {
  const { t } = useTranslation();
  return (
    <span className="least muted row" style={{ gap: 6 }}>
      <Bdi code>{crisis.number}</Bdi>
      <span aria-hidden>·</span>
      <Bdi>{crisis.client_name}</Bdi>
      {crisis.wave > 1 ? <Tag tone="warn">{t('room.wave', { n: crisis.wave })}</Tag> : null}
    </span>
  );
}

function Spark({ crisis }: { crisis: Crisis }) {
  const { t } = useTranslation();
  const values = crisis.spark ?? [];
  return <Sparkline values={values} label={t('parts.spark', { peak: Math.max(0, ...values) })} />;
}

function Deadline({ crisis, zone }: { crisis: Crisis; zone: string }) {
  const { t } = useTranslation();
  if (!crisis.next_clock) return <span className="muted small">{t('clock.none')}</span>;
  return <CountdownLine clock={crisis.next_clock} zone={zone} />;
}

export function CrisisTable({
  items,
  at,
  onOpen,
  zone,
}: {
  items: Crisis[];
  at: number;
  onOpen: (index: number) => void;
  zone: string;
}) {
  const { t } = useTranslation();
  return (
    <ScrollRegion label={t('queue.title')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('queue.severity')}</th>
            <th scope="col">{t('queue.crisis')}</th>
            <th scope="col">{t('queue.stage')}</th>
            <th scope="col">{t('queue.deadline')}</th>
            <th scope="col">{t('queue.volume')}</th>
            <th scope="col">{t('queue.lead')}</th>
            <th scope="col">{t('queue.last_event')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((crisis, index) => (
            <tr
              key={crisis.id}
              className={`link ${index === at ? 'at' : ''}`}
              data-at={index === at}
              onClick={() => onOpen(index)}
            >
              <td>
                <SeverityTag severity={crisis.severity} proposed={!crisis.severity_confirmed} />
              </td>
              <td style={{ minWidth: 220 }}>
                <div className="stack" style={{ gap: 1 }}>
                  <Title crisis={crisis} />
                  <Under crisis={crisis} />
                </div>
              </td>
              <td>
                <StageDots stage={crisis.stage} closed={crisis.status === 'closed'} />
              </td>
              <td style={{ whiteSpace: 'nowrap' }}>
                <Deadline crisis={crisis} zone={zone} />
              </td>
              <td>
                <Spark crisis={crisis} />
              </td>
              <td>
                {crisis.lead ? (
                  <Bdi>{crisis.lead.name}</Bdi>
                ) : (
                  <span className="muted">{t('parts.nobody')}</span>
                )}
              </td>
              <td className="muted">
                <When at={crisis.last_event_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

export function CrisisCards({ items, zone }: { items: Crisis[]; zone: string }) {
  const { t } = useTranslation();
  return (
    <ul className="plain-list divided">
      {items.map((crisis) => (
        <li key={crisis.id} className="stack tight" style={{ padding: 12 }}>
          <div className="row apart">
            <SeverityTag severity={crisis.severity} proposed={!crisis.severity_confirmed} />
            <StageDots stage={crisis.stage} closed={crisis.status === 'closed'} />
          </div>
          <Title crisis={crisis} />
          <Under crisis={crisis} />
          <div className="row apart">
            <Deadline crisis={crisis} zone={zone} />
            <Spark crisis={crisis} />
          </div>
          <span className="least muted">
            {t('queue.lead')}: {crisis.lead ? <Bdi>{crisis.lead.name}</Bdi> : t('parts.nobody')} ·{' '}
            <When at={crisis.last_event_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
