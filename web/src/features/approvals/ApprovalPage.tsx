import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useClient } from '../../api/reads';
import { useCan, useSession } from '../../api/session';
import type { Approval } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { ApprovalRounds } from '../../parts/ApprovalRounds';
import { Bdi, Hash } from '../../parts/Bdi';
import { ContentDiff } from '../../parts/ContentDiff';
import { Panel } from '../../parts/Panel';
import { PlatformIcon, usePlatformName } from '../../parts/Platform';
import { NoteLine, Shown, WriteError } from '../../parts/states';
import { SeverityTag, Tag } from '../../parts/tags';
import { ApprovalStateTag } from '../../parts/workTags';
import { dateTime } from '../../time/format';
import { Decide } from './Decide';

const route = getRouteApi('/approvals/$id');

export function ApprovalPage() {
  const { id } = route.useParams();
  const query = useQuery({
    queryKey: ['approval', id],
    queryFn: ({ signal }) => api.get<Approval>(`/approvals/${id}`, undefined, signal),
  });
  return (
    <div className="page">
      <Shown query={query} rows={5}>
        {(approval) => <Content approval={approval} />}
      </Shown>
    </div>
  );
}

function Content({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const session = useSession();
  const can = useCan();
  const zone = useClient(approval.client_id).data?.zone ?? session.agency.zone;
  const [diff, setDiff] = useState(false);
  const remind = useWrite((_: undefined, key) => api.post(`/approvals/${approval.id}/remind`, {}, { key }), {
    stale: [['approval'], ['timeline']],
    said: t('approval.reminded'),
  });
  const content = approval.content;
  return (
    <>
      <div className="stack" style={{ gap: 6 }}>
        <span className="small muted">
          <Bdi>{approval.client_name}</Bdi> ·{' '}
          <Link to="/crises/$id" params={{ id: approval.crisis_number || approval.crisis_id }}>
            <Bdi code>{approval.crisis_number}</Bdi>
          </Link>{' '}
          ·{' '}
          <Link to="/drafts/$id" params={{ id: approval.draft_id }}>
            {t('approval.to_draft')}
          </Link>
        </span>
        <div className="row">
          <h1 className="page-title">
            <Bdi>{approval.title}</Bdi>
          </h1>
          <Tag>{t(`draft.kind.${approval.kind}`)}</Tag>
          <Tag>
            <Bdi code>v{approval.version}</Bdi>
          </Tag>
          <SeverityTag severity={approval.severity} />
          <ApprovalStateTag state={approval.state} />
        </div>
        <span className="small muted">
          {t('draft.hash')} <Hash value={approval.version_hash} length={16} />
          {approval.deadline ? ` · ${t('clock.until', { at: dateTime(approval.deadline, zone) })}` : ''}
        </span>
      </div>
      {approval.state === 'superseded' ? (
        <NoteLine tone="warn">{t('approval.superseded_note')}</NoteLine>
      ) : null}
      <div className="sides">
        <Panel
          title={t('approval.exact_text')}
          aside={
            approval.previous_content ? (
              <Button size="compact-sm" variant="default" aria-pressed={diff} onClick={() => setDiff(!diff)}>
                {diff ? t('approval.show_text') : t('approval.show_diff')}
              </Button>
            ) : null
          }
        >
          {!content ? null : diff && approval.previous_content ? (
            <ContentDiff before={approval.previous_content} after={content} />
          ) : (
            <Exact content={content} zone={zone} />
          )}
        </Panel>
        <div className="stack">
          <Decide approval={approval} />
          <Panel
            title={t('approval.rounds')}
            aside={
              approval.state === 'open' && can('approvals.remind', approval.client_id) ? (
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={remind.pending}
                  onClick={() => remind.send(undefined)}
                  data-testid="approval-remind"
                >
                  {t('approval.remind')}
                </Button>
              ) : null
            }
          >
            <WriteError error={remind.error} />
            <ApprovalRounds approval={approval} zone={zone} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Exact({ content, zone }: { content: NonNullable<Approval['content']>; zone: string }) {
  const { t } = useTranslation();
  const platform = usePlatformName();
  return (
    <div className="stack">
      {content.texts.map((text) => (
        <div key={`${text.platform}:${text.lang}`} className="stack tight">
          <h3 className="sub-title row" style={{ gap: 6 }}>
            <PlatformIcon platform={text.platform} size={16} />
            <span aria-hidden>{platform(text.platform)}</span> · {t(`lang.${text.lang}`, text.lang)}
          </h3>
          <p className="quote lines" dir="auto" style={{ margin: 0 }}>
            {text.text}
          </p>
        </div>
      ))}
      {(content.links ?? []).length > 0 ? (
        <div className="small">
          {t('draft.links')}: <Bdi code>{content.links.join(' , ')}</Bdi>
        </div>
      ) : null}
      {content.publish_from || content.publish_until ? (
        <div className="small muted">
          {content.publish_from ? `${t('draft.publish_from')}: ${dateTime(content.publish_from, zone)} ` : ''}
          {content.publish_until
            ? `${t('draft.publish_until')}: ${dateTime(content.publish_until, zone)}`
            : ''}
        </div>
      ) : null}
    </div>
  );
}
