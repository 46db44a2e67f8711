import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { STAGES, type Stage } from '../../api/types/basics';
import type { CrisisDetail } from '../../api/types/crises';
import { MentionDrawer } from '../../parts/MentionDrawer';
import { MentionStreamPanel } from '../../parts/MentionStreamPanel';
import { Boundary, NoteLine, Shown } from '../../parts/states';
import { useReasonWords } from '../../parts/useReasonWords';
import { VolumePanel } from '../../parts/VolumePanel';
import { ClocksPanel } from './ClocksPanel';
import { DraftsCard } from './DraftsCard';
import { NotesPanel } from './NotesPanel';
import { useCrisis } from './queries';
import { RoomHead } from './RoomHead';
import { StagePanel } from './StagePanel';
import { StageStrip } from './StageStrip';
import { StageWork } from './StageWork';
import { TimelinePanel } from './TimelinePanel';

const route = getRouteApi('/crises/$id');

export function RoomPage() {
  const { id } = route.useParams();
  const query = useCrisis(id);
  return (
    <div className="page">
      <Shown query={query} rows={7}>
        {(crisis) => <Room crisis={crisis} id={id} />}
      </Shown>
    </div>
  );
}

function Room({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [mention, setMention] = useState<string>();
  const stage: Stage = STAGES.find((s) => s === search.stage) ?? crisis.stage;
  const choose = useCallback(
    (next: Stage) =>
      void navigate({ search: { stage: next === crisis.stage ? undefined : next }, replace: true }),
    [navigate, crisis.stage],
  );
  return (
    <>
      <RoomHead crisis={crisis} id={id} />
      <Banners crisis={crisis} />
      <StageStrip crisis={crisis} shown={stage} onChoose={choose} />
      <div className="room-grid">
        <div className="stack" style={{ gridArea: 'work' }}>
          <StagePanel crisis={crisis} id={id} stage={stage} />
          <StageWork crisis={crisis} id={id} stage={stage} />
        </div>
        <div className="stack" style={{ gridArea: 'side' }}>
          <DraftsCard crisis={crisis} />
          <ClocksPanel crisis={crisis} id={id} />
          <NotesPanel crisis={crisis} id={id} />
          <TimelinePanel crisis={crisis} id={id} />
        </div>
        <div className="stack" style={{ gridArea: 'feed' }}>
          <VolumePanel clientId={crisis.client_id} zone={crisis.zone} />
          <Boundary>
            <MentionStreamPanel filters={{ crisis: crisis.id }} onOpen={setMention} />
          </Boundary>
        </div>
      </div>
      <MentionDrawer id={mention} onClose={() => setMention(undefined)} />
    </>
  );
}

function Banners({ crisis }: { crisis: CrisisDetail }) {
  const { t } = useTranslation();
  const say = useReasonWords();
  const lock = crisis.publishing;
  return (
    <>
      {lock.hold ? (
        <NoteLine tone="bad" role="status">
          <strong>{t('room.on_hold')}</strong> {lock.reason ? <bdi>{lock.reason}</bdi> : null}
        </NoteLine>
      ) : null}
      {lock.positive_locked && (crisis.stage === 'respond' || crisis.stage === 'refocus') ? (
        <NoteLine tone="warn">
          {lock.reason && !lock.hold ? say({ code: lock.reason }) : t('room.positive_locked')}
        </NoteLine>
      ) : null}
      {crisis.engine === 'unreachable' ? (
        <NoteLine tone="bad" role="status">
          {t('frame.engine_down')}
        </NoteLine>
      ) : null}
      {crisis.engine === 'starting' ? <NoteLine role="status">{t('room.engine_starting')}</NoteLine> : null}
      {crisis.status === 'closed' ? <NoteLine tone="ok">{t('room.closed_note')}</NoteLine> : null}
    </>
  );
}
