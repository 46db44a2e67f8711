import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { isProblem } from '../../api/problem';
import { useCan } from '../../api/session';
import type { DraftContent, DraftDetail } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { NoteLine, WriteError } from '../../parts/states';
import { useStored } from '../../parts/useStored';
import { Conflict } from './Conflict';
import { sameContent, tidy } from './content';
import { Placement } from './Placement';
import { Texts } from './Texts';

/** What was typed, on top of which version, kept on this machine until it is saved. */
interface Typed {
  base: number;
  title: string;
  content: DraftContent;
}

const ENDED = ['withdrawn', 'published'];

export function Editor({ draft, zone }: { draft: DraftDetail; zone: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [typed, setTyped, forget] = useStored<Typed | null>(`draft.${draft.id}`, null);
  const shown: Typed = typed ?? { base: draft.version, title: draft.title, content: draft.content };
  const changed =
    typed !== null && (typed.title !== draft.title || !sameContent(typed.content, draft.content));
  const behind = changed && shown.base < draft.version;
  const write = useWrite(
    (body: Typed, key) =>
      api.post<DraftDetail>(
        `/drafts/${draft.id}/versions`,
        { content: tidy(body.content), title: body.title.trim(), base_version: body.base },
        { key },
      ),
    {
      stale: [['draft', draft.id], ['drafts'], ['crisis'], ['approvals'], ['approval']],
      onDone: forget,
      said: t('draft.saved'),
    },
  );
  const may = can('drafts.edit', draft.client_id) && !ENDED.includes(draft.state);
  const set = (part: Partial<Typed>) => setTyped({ ...shown, ...part });
  const stale = isProblem(write.error, 'stale') || (isProblem(write.error) && write.error.status === 412);
  return (
    <Panel
      title={t('draft.editor')}
      aside={changed ? <span className="small muted">{t('draft.unsaved')}</span> : null}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          write.send(shown);
        }}
      >
        {may && draft.state === 'in_review' ? (
          <NoteLine tone="warn">{t('draft.edit_ends_approval')}</NoteLine>
        ) : null}
        {may && draft.state === 'approved' ? (
          <NoteLine tone="warn">{t('draft.edit_needs_approval')}</NoteLine>
        ) : null}
        <TextField
          label={t('draft.title')}
          value={shown.title}
          onChange={(e) => set({ title: e.currentTarget.value })}
          readOnly={!may}
          required
          dir="auto"
        />
        <Texts
          content={shown.content}
          limits={draft.limits ?? {}}
          readOnly={!may}
          onChange={(content) => set({ content })}
        />
        <Placement
          clientId={draft.client_id}
          content={shown.content}
          zone={zone}
          readOnly={!may}
          onChange={(content) => set({ content })}
        />
        {stale || behind ? (
          <Conflict
            draft={draft}
            error={write.error}
            mine={shown.content}
            onTheirs={() => {
              write.reset();
              forget();
            }}
            onMine={(version) => {
              write.reset();
              set({ base: version });
            }}
          />
        ) : (
          <WriteError error={write.error} />
        )}
        {may ? (
          <div className="row">
            <Button
              type="submit"
              loading={write.pending}
              disabled={!changed || behind || shown.title.trim() === ''}
              data-testid="draft-save"
            >
              {t('draft.save')}
            </Button>
            {changed ? (
              <Button variant="default" onClick={forget}>
                {t('draft.discard')}
              </Button>
            ) : null}
          </div>
        ) : null}
      </form>
    </Panel>
  );
}
