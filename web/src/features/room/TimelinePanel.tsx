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
                {items.filter(telling).map((item) => (
                  <Item key={item.id} item={item} crisis={crisis} />
                ))}
              </ol>
            </ScrollRegion>
          )
        }
      </Shown>
    </Panel>
  );
}

/** Every stage brings its list of tasks: that is for the ledger, not for the eye. */
function telling(item: TimelineItem): boolean {
  return item.action !== 'task.created';
}

/** Which clock, stage or task an entry is about. */
function useAbout(crisis: CrisisDetail): (item: TimelineItem) => string {
  const { t, i18n } = useTranslation();
  const known = (key: string) => (i18n.exists(key) ? t(key) : '');
  return (item) => {
    const object = typeof item.object === 'object' ? item.object : undefined;
    const fields = item.fields ?? {};
    if (object?.type === 'clock') return known(`labels.clock_kinds.${fields.kind}`);
    if (object?.type === 'task') {
      const task = crisis.tasks.find((x) => x.id === object.id);
      return task ? (i18n.language === 'en' ? task.title_en : task.title_he) : '';
    }
    if (object?.type === 'draft') return known(`draft.kind.${fields.kind}`);
    if (typeof fields.stage === 'string') return known(`labels.stages_short.${fields.stage}`);
    if (typeof fields.severity === 'number') return known(`severity.choice.${fields.severity}`);
    return '';
  };
}

function Item({ item, crisis }: { item: TimelineItem; crisis: CrisisDetail }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const words = i18n.language === 'en' ? item.words_en : item.words_he;
  const about = useAbout(crisis)(item);
  const person = item.actor.type === 'user' || item.actor.type === 'contact' || item.actor.type === 'person';
  return (
    <li>
      <time dateTime={item.at} className="least muted">
        {shortTime(item.at, crisis.zone, now)}
      </time>
      <span className={`mark ${person ? '' : 'auto'}`} aria-hidden />
      <span className="stack" style={{ gap: 0 }}>
        <span className="small">
          {words} {about ? <strong>{about}</strong> : null}
        </span>
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
