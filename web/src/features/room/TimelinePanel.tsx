import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { CrisisDetail } from '../../api/types/crises';
import type { TimelineItem } from '../../api/types/work';
import { Panel } from '../../parts/Panel';
import { ScrollRegion } from '../../parts/ScrollRegion';
import { Empty, Shown } from '../../parts/states';
import { shortTime } from '../../time/format';
import { useNow } from '../../time/now';
import { useCrisisList } from './queries';

export function TimelinePanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const query = useCrisisList<TimelineItem>(id, 'timeline');
  return (
    <Panel
      title={t('room.timeline')}
      aside={
        <Link to="/ledger" search={{ crisis: crisis.id }} className="small">
          {t('room.full_ledger')}
        </Link>
      }
    >
      <Shown query={query} rows={4}>
        {(items) =>
          items.length === 0 ? (
            <Empty>{t('room.no_timeline')}</Empty>
          ) : (
            <ScrollRegion label={t('room.timeline_list')} style={{ maxHeight: 520, overflowY: 'auto' }}>
              <ol className="timeline">
                {items.map((item) => (
                  <Item key={item.id} item={item} zone={crisis.zone} />
                ))}
              </ol>
            </ScrollRegion>
          )
        }
      </Shown>
    </Panel>
  );
}

function Item({ item, zone }: { item: TimelineItem; zone: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const words = i18n.language === 'en' ? item.words_en : item.words_he;
  const person = item.actor.type === 'user' || item.actor.type === 'contact' || item.actor.type === 'person';
  return (
    <li>
      <time dateTime={item.at} className="least muted">
        {shortTime(item.at, zone, now)}
      </time>
      <span className={`mark ${person ? '' : 'auto'}`} aria-hidden />
      <span className="stack" style={{ gap: 0 }}>
        <span className="small">{words}</span>
        <span className="least muted">
          {item.actor.name ? <bdi>{item.actor.name}</bdi> : t('room.by_system')}
          {item.reason ? (
            <>
              {' · '}
              <bdi>{item.reason}</bdi>
            </>
          ) : null}
        </span>
      </span>
    </li>
  );
}
