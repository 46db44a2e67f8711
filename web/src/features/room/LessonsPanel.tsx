import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Lessons } from '../../api/types/work';
import { TextBox } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { Shown, WriteError } from '../../parts/states';
import { useStored } from '../../parts/useStored';
import { useCrisisWrite } from './queries';

/** What this crisis taught, and how the next one's playbook should change. */
export function LessonsPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['crisis', id, 'lessons'],
    queryFn: ({ signal }) => api.get<Lessons>(`/crises/${id}/lessons`, undefined, signal),
  });
  return (
    <Panel title={t('room.lessons')}>
      <Shown query={query} rows={2}>
        {(lessons) => <LessonsForm lessons={lessons} crisis={crisis} id={id} />}
      </Shown>
    </Panel>
  );
}

function LessonsForm({ lessons, crisis, id }: { lessons: Lessons; crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [typed, setTyped, forget] = useStored<Lessons | null>(`lessons.${crisis.id}`, null);
  const write = useCrisisWrite(id, { onDone: forget, said: t('parts.saved') });
  const shown = typed ?? lessons;
  const may = can('crises.work', crisis.client_id);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        write.send({
          method: 'put',
          path: '/lessons',
          body: { text: shown.text ?? '', playbook_change: shown.playbook_change ?? '' },
        });
      }}
    >
      <TextBox
        label={t('room.lessons_text')}
        value={shown.text ?? ''}
        onChange={(e) => setTyped({ ...shown, text: e.currentTarget.value })}
        readOnly={!may}
        autosize
        minRows={3}
        dir="auto"
        data-testid="lessons-text"
      />
      <TextBox
        label={t('room.lessons_playbook')}
        value={shown.playbook_change ?? ''}
        onChange={(e) => setTyped({ ...shown, playbook_change: e.currentTarget.value })}
        readOnly={!may}
        autosize
        minRows={2}
        dir="auto"
        data-testid="lessons-playbook"
      />
      <WriteError error={write.error} />
      {may ? (
        <div className="row">
          <Button
            type="submit"
            variant="default"
            loading={write.pending}
            disabled={typed === null}
            data-testid="lessons-save"
          >
            {t('parts.save')}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
