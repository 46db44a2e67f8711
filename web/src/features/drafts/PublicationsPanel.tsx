import { useTranslation } from 'react-i18next';
import type { DraftDetail, Publication } from '../../api/types/drafts';
import { Bdi } from '../../parts/Bdi';
import { Panel } from '../../parts/Panel';
import { PlatformIcon } from '../../parts/Platform';
import { NoteLine } from '../../parts/states';
import { useReasonWords } from '../../parts/useReasonWords';
import { PublicationTag } from '../../parts/workTags';
import { dateTime } from '../../time/format';
import { ByHand } from './ByHand';
import { Release, Resolve } from './PublicationDecisions';

/** Where each version went, and what a person still has to do about it. */
export function PublicationsPanel({ draft, zone }: { draft: DraftDetail; zone: string }) {
  const { t } = useTranslation();
  const publications = draft.publications ?? [];
  if (publications.length === 0) return null;
  return (
    <Panel title={t('draft.publications')} flush>
      <ul className="plain-list divided">
        {publications.map((p) => (
          <Row key={p.id} publication={p} clientId={draft.client_id} zone={zone} />
        ))}
      </ul>
    </Panel>
  );
}

function Row({ publication, clientId, zone }: { publication: Publication; clientId: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const say = useReasonWords();
  const p = publication;
  const reason = p.reason ?? '';
  return (
    <li className="stack tight" style={{ padding: '10px 14px' }} data-testid="publication">
      <div className="row apart">
        <span className="row" style={{ gap: 6 }}>
          <PlatformIcon platform={p.target.platform} />
          <Bdi>{p.target.account}</Bdi>
          <span className="least muted">
            <Bdi code>v{p.version}</Bdi>
          </span>
        </span>
        <PublicationTag state={p.state} />
      </div>
      {p.url && /^https?:\/\//.test(p.url) ? (
        <a href={p.url} target="_blank" rel="noopener noreferrer" className="small clip">
          <Bdi code>{p.url}</Bdi>
        </a>
      ) : null}
      {p.published_at ? <span className="least muted">{dateTime(p.published_at, zone)}</span> : null}
      {reason && p.state !== 'published' && p.state !== 'awaiting_hand' ? (
        <NoteLine tone="warn">
          {i18n.exists(`publication.reason.${reason}`)
            ? t(`publication.reason.${reason}`)
            : say({ code: reason })}
        </NoteLine>
      ) : null}
      {p.state === 'awaiting_hand' ? <ByHand publication={p} clientId={clientId} /> : null}
      {p.state === 'held' ? <Release publication={p} clientId={clientId} /> : null}
      {p.state === 'unknown' ? <Resolve publication={p} clientId={clientId} /> : null}
    </li>
  );
}
