import { Button } from '@mantine/core';
import { IconCheck, IconClock, IconEye, IconPencil, IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useList } from '../../api/lists';
import { useCan } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Approval, Approver, Draft, Publication } from '../../api/types/drafts';
import { Panel } from '../../parts/Panel';
import { PlatformIcon } from '../../parts/Platform';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { DraftStateTag, PublicationTag } from '../../parts/workTags';
import { shortTime } from '../../time/format';
import { useNow } from '../../time/now';
import { NewDraftDialog } from './NewDraftDialog';

/** The public words of this crisis: drafts, who still has to approve them, and where they went out. */
export function DraftsCard({ crisis }: { crisis: CrisisDetail }) {
  const { t } = useTranslation();
  const can = useCan();
  const [creating, setCreating] = useState(false);
  const drafts = useList<Draft>(['drafts'], '/drafts', { crisis: crisis.id });
  const publications = useList<Publication>(['publications'], '/publications', { crisis: crisis.id });
  return (
    <Panel
      title={t('room.drafts')}
      flush
      aside={
        can('drafts.edit', crisis.client_id) && crisis.status === 'open' ? (
          <Button
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => setCreating(true)}
            data-testid="draft-new"
          >
            {t('room.draft_new')}
          </Button>
        ) : null
      }
    >
      <Shown query={drafts} rows={2}>
        {(items) =>
          items.length === 0 ? (
            <Empty>{t('room.no_drafts')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {items.map((draft) => (
                <DraftRow
                  key={draft.id}
                  draft={draft}
                  zone={crisis.zone}
                  publications={(publications.data ?? []).filter((p) => p.draft_id === draft.id)}
                />
              ))}
            </ul>
          )
        }
      </Shown>
      {creating ? <NewDraftDialog crisis={crisis} onClose={() => setCreating(false)} /> : null}
    </Panel>
  );
}

function DraftRow({
  draft,
  zone,
  publications,
}: {
  draft: Draft;
  zone: string;
  publications: Publication[];
}) {
  const { t } = useTranslation();
  return (
    <li className="stack tight" style={{ padding: '10px 14px' }}>
      <div className="row apart">
        <Link to="/drafts/$id" params={{ id: draft.id }} className="row-link" data-testid="draft-row">
          <bdi>{draft.title}</bdi>
        </Link>
        <span className="row">
          <Tag>{t(`draft.kind.${draft.kind}`)}</Tag>
          <Tag>
            <bdi dir="ltr">v{draft.version}</bdi>
          </Tag>
          <DraftStateTag state={draft.state} />
        </span>
      </div>
      {draft.state === 'in_review' && draft.approval_id ? (
        <Rounds id={draft.approval_id} zone={zone} />
      ) : null}
      {publications.length > 0 ? (
        <ul className="plain-list row">
          {publications.map((p) => (
            <li key={p.id} className="row least" style={{ gap: 4 }}>
              <PlatformIcon platform={p.target.platform} size={15} />
              <PublicationTag state={p.state} />
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

const ICONS = {
  approved: IconCheck,
  declined: IconX,
  changes_requested: IconPencil,
  opened: IconEye,
  sent: IconClock,
  waiting: IconClock,
};

function Rounds({ id, zone }: { id: string; zone: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const query = useQuery({
    queryKey: ['approval', id],
    queryFn: ({ signal }) => api.get<Approval>(`/approvals/${id}`, undefined, signal),
  });
  const approval = query.data;
  if (!approval) return null;
  const all: (Approver & { place: string })[] = approval.rounds.flatMap((round, n) =>
    round.approvers.map((approver) => ({ ...approver, place: `${n}-${approver.key}` })),
  );
  const done = all.filter((a) => a.state === 'approved').length;
  return (
    <div className="stack tight small">
      <div className="row apart">
        <Link to="/approvals/$id" params={{ id }}>
          {t('room.approvals_count', { done, all: all.length })}
        </Link>
        {approval.deadline ? (
          <span className="muted">{t('clock.until', { at: shortTime(approval.deadline, zone, now) })}</span>
        ) : null}
      </div>
      <ul className="plain-list divided">
        {all.map((approver) => {
          const Icon = ICONS[approver.state] ?? IconClock;
          return (
            <li key={approver.place} className="row apart" style={{ padding: '4px 0' }}>
              <span className="row" style={{ gap: 6 }}>
                <Icon
                  size={15}
                  aria-hidden
                  style={{ color: approver.state === 'approved' ? 'var(--done)' : undefined }}
                />
                <bdi>{approver.name}</bdi>
                <span className="muted">· {t(`labels.parties.${approver.party}`)}</span>
              </span>
              <span className="muted">
                {t(`approval.person.${approver.state}`)}
                {approver.at ? ` ${shortTime(approver.at, zone, now)}` : ''}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
