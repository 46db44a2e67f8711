import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useClient } from '../../api/reads';
import { useSession } from '../../api/session';
import type { DraftDetail } from '../../api/types/drafts';
import { Bdi, Hash } from '../../parts/Bdi';
import { Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { DraftStateTag } from '../../parts/workTags';
import { ApprovalCard } from './ApprovalCard';
import { DraftActions } from './DraftActions';
import { Editor } from './Editor';
import { PublicationsPanel } from './PublicationsPanel';
import { VersionsPanel } from './VersionsPanel';

const route = getRouteApi('/drafts/$id');

export function DraftPage() {
  const { id } = route.useParams();
  const query = useQuery({
    queryKey: ['draft', id],
    queryFn: ({ signal }) => api.get<DraftDetail>(`/drafts/${id}`, undefined, signal),
  });
  return (
    <div className="page">
      <Shown query={query} rows={6}>
        {(draft) => <Content draft={draft} />}
      </Shown>
    </div>
  );
}

function Content({ draft }: { draft: DraftDetail }) {
  const { t } = useTranslation();
  const session = useSession();
  const zone = useClient(draft.client_id).data?.zone ?? session.agency.zone;
  return (
    <>
      <div className="stack" style={{ gap: 6 }}>
        <span className="small muted">
          <Link to="/crises/$id" params={{ id: draft.crisis_number || draft.crisis_id }}>
            <Bdi code>{draft.crisis_number}</Bdi>
          </Link>{' '}
          · {t(`draft.kind.${draft.kind}`)} · {t('draft.hash')} <Hash value={draft.version_hash} />
        </span>
        <div className="row">
          <h1 className="page-title">
            <Bdi>{draft.title}</Bdi>
          </h1>
          <Tag>
            <Bdi code>v{draft.version}</Bdi>
          </Tag>
          <DraftStateTag state={draft.state} />
        </div>
        <DraftActions draft={draft} zone={zone} />
      </div>
      <div className="sides">
        <div className="stack">
          <Editor key={draft.id} draft={draft} zone={zone} />
        </div>
        <div className="stack">
          <PublicationsPanel draft={draft} zone={zone} />
          {draft.approval ? <ApprovalCard approval={draft.approval} zone={zone} /> : null}
          <VersionsPanel draft={draft} zone={zone} />
        </div>
      </div>
    </>
  );
}
