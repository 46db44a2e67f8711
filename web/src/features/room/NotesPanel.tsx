import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Note } from '../../api/types/work';
import { TextBox } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { personName } from '../../parts/personName';
import { Empty, Shown, WriteError } from '../../parts/states';
import { useStored } from '../../parts/useStored';
import { When } from '../../parts/When';
import { useCrisisList, useCrisisWrite } from './queries';

export function NotesPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const query = useCrisisList<Note>(id, 'notes');
  const [text, setText, forget] = useStored(`note.${crisis.id}`, '');
  const write = useCrisisWrite(id, { onDone: forget });
  return (
    <Panel title={t('room.notes')}>
      <div className="stack">
        {can('crises.work', crisis.client_id) ? (
          <form
            className="stack tight"
            onSubmit={(event) => {
              event.preventDefault();
              write.send({ path: '/notes', body: { text: text.trim() } });
            }}
          >
            <TextBox
              label={t('room.note_new')}
              value={text}
              onChange={(e) => setText(e.currentTarget.value)}
              autosize
              minRows={2}
              dir="auto"
              data-testid="note-text"
            />
            <WriteError error={write.error} />
            <div className="row">
              <Button
                type="submit"
                variant="default"
                size="compact-md"
                loading={write.pending}
                disabled={text.trim() === ''}
                data-testid="note-add"
              >
                {t('room.note_add')}
              </Button>
            </div>
          </form>
        ) : null}
        <Shown query={query} rows={1}>
          {(notes) =>
            notes.length === 0 ? (
              <Empty>{t('room.no_notes')}</Empty>
            ) : (
              <ul className="plain-list divided">
                {notes.map((note) => (
                  <li key={note.id} style={{ padding: '8px 0' }}>
                    <p className="lines mention-text" dir="auto">
                      {note.text}
                    </p>
                    <span className="least muted">
                      <bdi>{personName(note.by)}</bdi> · <When at={note.at} zone={crisis.zone} />
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Shown>
      </div>
    </Panel>
  );
}
