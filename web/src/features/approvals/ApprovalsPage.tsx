import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/lists';
import { useSession } from '../../api/session';
import type { Approval } from '../../api/types/drafts';
import { Bdi, Hash } from '../../parts/Bdi';
import { countSet, Filters } from '../../parts/Filters';
import { MoreButton } from '../../parts/MoreButton';
import { PageHead } from '../../parts/Panel';
import { ClientPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { SeverityTag, Tag } from '../../parts/tags';
import { useRowKeys } from '../../parts/useRowKeys';
import { ApprovalStateTag } from '../../parts/workTags';
import { shortTime } from '../../time/format';
import { useNow } from '../../time/now';

const route = getRouteApi('/approvals');
const TABS = ['mine', 'waiting', 'ended'] as const;
type Tab = (typeof TABS)[number];

export function ApprovalsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab: Tab = TABS.find((x) => x === search.tab) ?? 'mine';
  const list = useList<Approval>(['approvals'], '/approvals', {
    client: search.client,
    mine: tab === 'mine' ? true : undefined,
    state: tab === 'ended' ? undefined : 'open',
  });
  const items = (list.data ?? []).filter((a) => (tab === 'ended' ? a.state !== 'open' : a.state === 'open'));
  const open = useCallback(
    (index: number) => {
      const approval = items[index];
      if (approval) void navigate({ to: '/approvals/$id', params: { id: approval.id } });
    },
    [items, navigate],
  );
  const at = useRowKeys(items.length, open);
  return (
    <div className="page">
      <PageHead title={t('approvals.title')} />
      <nav className="tabs" aria-label={t('approvals.title')}>
        {TABS.map((x) => (
          <Link
            key={x}
            to="/approvals"
            search={{ ...search, tab: x === 'mine' ? undefined : x }}
            aria-current={x === tab ? 'page' : undefined}
          >
            {t(`approvals.tab.${x}`)}
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
          {() =>
            items.length === 0 ? (
              <Empty>{t(`approvals.empty.${tab}`)}</Empty>
            ) : (
              <ul className="plain-list divided">
                {items.map((approval, index) => (
                  <Row key={approval.id} approval={approval} at={index === at} />
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

function Row({ approval, at }: { approval: Approval; at: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const now = useNow();
  const round = approval.rounds[approval.round] ?? approval.rounds[0];
  const left = (round?.approvers ?? []).filter(
    (a) => !['approved', 'declined', 'changes_requested'].includes(a.state),
  );
  const late = approval.state === 'open' && !!approval.deadline && Date.parse(approval.deadline) < now;
  return (
    <li className={`mention ${at ? 'at' : ''}`} data-at={at}>
      <div className="grow stack" style={{ gap: 3 }}>
        <div className="row">
          <Link
            to="/approvals/$id"
            params={{ id: approval.id }}
            className="row-link"
            data-testid="approval-row"
          >
            <Bdi>{approval.title}</Bdi>
          </Link>
          <Tag>{t(`draft.kind.${approval.kind}`)}</Tag>
          <SeverityTag severity={approval.severity} />
        </div>
        <span className="least muted">
          <Bdi>{approval.client_name}</Bdi> · <Bdi code>{approval.crisis_number}</Bdi> ·{' '}
          <Bdi code>v{approval.version}</Bdi> · <Hash value={approval.version_hash} length={8} />
        </span>
        {approval.state === 'open' && left.length > 0 ? (
          <span className="small">
            {t('approvals.left')}: <Bdi>{left.map((a) => a.name).join(', ')}</Bdi>
          </span>
        ) : null}
      </div>
      <div className="mention-side">
        <ApprovalStateTag state={approval.state} />
        {approval.deadline && approval.state === 'open' ? (
          <span className={`least ${late ? 'late strong' : 'muted'}`}>
            {late ? `${t('clock.late')} · ` : ''}
            {t('clock.until', { at: shortTime(approval.deadline, session.agency.zone, now) })}
          </span>
        ) : null}
      </div>
    </li>
  );
}
