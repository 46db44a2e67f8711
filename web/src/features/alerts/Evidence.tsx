import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import type { Volume } from '../../api/types/clients';
import type { AlertDetail, Counted } from '../../api/types/mentions';
import { Bdi } from '../../parts/Bdi';
import { MentionRow } from '../../parts/MentionRow';
import { Panel } from '../../parts/Panel';
import { usePlatformName } from '../../parts/Platform';
import { Empty, NoteLine } from '../../parts/states';
import { VolumeChart } from '../../parts/VolumeChart';

/** Who spoke, with what words, where, and the mentions themselves. */
export function Evidence({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const evidence = alert.evidence;
  return (
    <>
      <Panel title={t('alerts.who_and_what')}>
        <Breakdown evidence={evidence} />
      </Panel>
      <Panel title={t('alerts.examples', { count: evidence.mentions?.length ?? 0 })} flush>
        {evidence.mentions?.length ? (
          <div className="divided">
            {evidence.mentions.map((mention) => (
              <MentionRow key={mention.id} mention={mention} />
            ))}
          </div>
        ) : (
          <Empty>{t('alerts.no_examples')}</Empty>
        )}
      </Panel>
    </>
  );
}

/** The series that was kept with the alert, or the client's own around it when none was. */
export function Rise({ alert, zone }: { alert: AlertDetail; zone: string }) {
  const { t } = useTranslation();
  const kept = alert.evidence.points ?? [];
  const start = Date.parse(alert.raised_at);
  const around = useQuery({
    queryKey: ['volume', alert.client_id, 'alert', alert.id],
    queryFn: ({ signal }) =>
      api.get<Volume>(
        `/clients/${alert.client_id}/volume`,
        {
          from: new Date(start - 6 * 3600_000).toISOString(),
          to: new Date(start + 2 * 3600_000).toISOString(),
          step: 300,
        },
        signal,
      ),
  });
  const points = kept.length > 1 ? kept : (around.data?.points ?? []);
  const events = around.data?.events ?? [{ n: 1, at: alert.raised_at, kind: 'alert', label: '' }];
  return (
    <Panel title={t('alerts.rise')}>
      {alert.learning ? (
        <div style={{ marginBlockEnd: 8 }}>
          <NoteLine tone="warn">{t('alerts.learning_help')}</NoteLine>
        </div>
      ) : null}
      {points.length === 0 ? (
        <Empty>{t('chart.empty')}</Empty>
      ) : (
        <VolumeChart points={points} events={events} zone={zone} label={t('alerts.rise')} />
      )}
    </Panel>
  );
}

function Breakdown({ evidence }: { evidence: AlertDetail['evidence'] }) {
  const { t } = useTranslation();
  const platform = usePlatformName();
  const groups: [string, Counted[], (c: Counted) => string][] = [
    ['authors', evidence.authors ?? [], (c) => c.name || c.handle || ''],
    ['terms', evidence.terms ?? [], (c) => c.term ?? c.name ?? ''],
    ['platforms', evidence.platforms ?? [], (c) => platform(c.platform ?? c.name ?? '')],
    ['languages', evidence.languages ?? [], (c) => t(`lang.${c.lang ?? c.name}`, c.lang ?? c.name ?? '')],
  ];
  return (
    <div className="facts" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))' }}>
      {groups
        .filter(([, list]) => list.length > 0)
        .map(([key, list, name]) => (
          <div key={key}>
            <h3 className="sub-title">{t(`alerts.groups.${key}`)}</h3>
            <ul className="plain-list small">
              {list.slice(0, 6).map((c) => (
                <li key={name(c)} className="row apart" style={{ flexWrap: 'nowrap' }}>
                  <span className="clip">
                    <Bdi>{name(c)}</Bdi>
                  </span>
                  <span className="muted">{c.count}</span>
                </li>
              ))}
            </ul>
          </div>
        ))}
    </div>
  );
}
