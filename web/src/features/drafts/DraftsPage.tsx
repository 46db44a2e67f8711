import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/lists';
import type { Draft, Publication } from '../../api/types/drafts';
import { Bdi } from '../../parts/Bdi';
import { countSet, Filters } from '../../parts/Filters';
import { MoreButton } from '../../parts/MoreButton';
import { PageHead } from '../../parts/Panel';
import { PlatformIcon } from '../../parts/Platform';
import { personName } from '../../parts/personName';
import { ClientPicker, WordPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { useRowKeys } from '../../parts/useRowKeys';
import { When } from '../../parts/When';
import { DraftStateTag, PublicationTag } from '../../parts/workTags';

const route = getRouteApi('/drafts');
const STATES = [
  'draft',
  'in_review',
  'changes_requested',
  'approved',
  'published',
  'declined',
  'withdrawn',
] as const;
const KINDS = ['acknowledgement', 'response', 'content', 'report'] as const;

export function DraftsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab === 'publications' ? 'publications' : 'drafts';
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <div className="page">
      <PageHead title={t('drafts.title')} />
      <nav className="tabs" aria-label={t('drafts.title')}>
        {(['drafts', 'publications'] as const).map((name) => (
          <Link
            key={name}
            to="/drafts"
            search={{ ...search, state: undefined, tab: name === 'drafts' ? undefined : name }}
            aria-current={name === tab ? 'page' : undefined}
          >
            {t(`drafts.tab.${name}`)}
          </Link>
        ))}
      </nav>
      <Filters set={countSet(search, 'client', 'state', 'kind')}>
        <ClientPicker anyChoice value={search.client} onChange={(client) => set({ client })} />
        {tab === 'drafts' ? (
          <>
            <WordPicker
              words="draft.state"
              codes={STATES}
              label={t('drafts.state')}
              anyChoice
              value={STATES.find((s) => s === search.state)}
              onChange={(state) => set({ state })}
            />
            <WordPicker
              words="draft.kind"
              codes={KINDS}
              label={t('draft.kind_label')}
              anyChoice
              value={KINDS.find((k) => k === search.kind)}
              onChange={(kind) => set({ kind })}
            />
          </>
        ) : null}
      </Filters>
      {tab === 'drafts' ? <Drafts /> : <Publications />}
    </div>
  );
}

function Drafts() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useList<Draft>(['drafts'], '/drafts', {
    client: search.client,
    state: search.state,
    kind: search.kind,
    crisis: search.crisis,
  });
  const items = list.data ?? [];
  const open = useCallback(
    (index: number) => {
      const draft = items[index];
      if (draft) void navigate({ to: '/drafts/$id', params: { id: draft.id } });
    },
    [items, navigate],
  );
  const at = useRowKeys(items.length, open);
  return (
    <div className="card">
      <Shown query={list} rows={5}>
        {(drafts) =>
          drafts.length === 0 ? (
            <Empty>{t('drafts.empty')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {drafts.map((draft, index) => (
                <li key={draft.id} className={`mention ${index === at ? 'at' : ''}`} data-at={index === at}>
                  <div className="grow stack" style={{ gap: 2 }}>
                    <Link
                      to="/drafts/$id"
                      params={{ id: draft.id }}
                      className="row-link"
                      data-testid="draft-row"
                    >
                      <Bdi>{draft.title}</Bdi>
                    </Link>
                    <span className="least muted">
                      <Link to="/crises/$id" params={{ id: draft.crisis_number || draft.crisis_id }}>
                        <Bdi code>{draft.crisis_number}</Bdi>
                      </Link>{' '}
                      · {t(`draft.kind.${draft.kind}`)} · <Bdi>{personName(draft.updated_by)}</Bdi>{' '}
                      <When at={draft.updated_at} />
                    </span>
                  </div>
                  <div className="row">
                    <Tag>
                      <Bdi code>v{draft.version}</Bdi>
                    </Tag>
                    <DraftStateTag state={draft.state} />
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      <MoreButton list={list} />
    </div>
  );
}

function Publications() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const list = useList<Publication>(['publications'], '/publications', {
    client: search.client,
    crisis: search.crisis,
  });
  return (
    <div className="card">
      <Shown query={list} rows={5}>
        {(publications) =>
          publications.length === 0 ? (
            <Empty>{t('drafts.empty_publications')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {publications.map((p) => (
                <li key={p.id} className="mention">
                  <PlatformIcon platform={p.target.platform} />
                  <div className="grow stack" style={{ gap: 2 }}>
                    <Link to="/drafts/$id" params={{ id: p.draft_id }} className="row-link">
                      <Bdi>{p.title}</Bdi>
                    </Link>
                    <span className="least muted">
                      <Bdi>{p.target.account}</Bdi> · <Bdi code>v{p.version}</Bdi> ·{' '}
                      <When at={p.published_at ?? p.intent_at} />
                    </span>
                  </div>
                  <PublicationTag state={p.state} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      <MoreButton list={list} />
    </div>
  );
}
