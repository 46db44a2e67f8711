import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { readAll } from '../../api/lists';
import { useClient } from '../../api/reads';
import type { Target } from '../../api/types/clients';
import type { CrisisDetail } from '../../api/types/crises';
import type { DraftContent, DraftDetail, DraftKind } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { FormDialog } from '../../parts/FormDialog';
import { TextBox, TextField } from '../../parts/fields';
import { WordPicker } from '../../parts/pickers';

interface HoldingStatement {
  id: string;
  title: { he: string; en: string };
  text: { he: string; en: string };
  severities?: number[];
}

const KINDS: DraftKind[] = ['acknowledgement', 'response', 'content', 'report'];

/** A new draft begins on every account of the client; the editor changes each text by itself. */
export function NewDraftDialog({ crisis, onClose }: { crisis: CrisisDetail; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const lang = useClient(crisis.client_id).data?.lang ?? 'he';
  const [kind, setKind] = useState<DraftKind | undefined>(
    crisis.stage === 'detect' ? 'acknowledgement' : crisis.stage === 'refocus' ? 'content' : 'response',
  );
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [statement, setStatement] = useState<string | null>(null);
  const targets = useQuery({
    queryKey: ['clients', crisis.client_id, 'targets'],
    queryFn: ({ signal }) => readAll<Target>(`/clients/${crisis.client_id}/targets`, signal),
  });
  const playbook = useQuery({
    queryKey: ['playbook', crisis.playbook?.id],
    queryFn: ({ signal }) =>
      api.get<{ book?: { holding_statements?: HoldingStatement[] } }>(
        `/playbooks/${crisis.playbook?.id}`,
        { version: crisis.playbook?.version },
        signal,
      ),
    enabled: !!crisis.playbook,
    retry: false,
  });
  const statements = (playbook.data?.book?.holding_statements ?? []).filter(
    (s) => !s.severities?.length || s.severities.includes(crisis.severity),
  );
  const write = useWrite(
    (body: Record<string, unknown>, key) =>
      api.post<DraftDetail>(`/crises/${crisis.id}/drafts`, body, { key }),
    {
      stale: [['drafts'], ['crisis'], ['counts']],
      onDone: (draft) => {
        onClose();
        void navigate({ to: '/drafts/$id', params: { id: draft.id } });
      },
    },
  );
  const chooseStatement = (id: string | null) => {
    setStatement(id);
    const chosen = statements.find((s) => s.id === id);
    if (!chosen) return;
    setText(chosen.text[lang]);
    if (title.trim() === '') setTitle(i18n.language === 'en' ? chosen.title.en : chosen.title.he);
  };
  const submit = () => {
    const all = targets.data ?? [];
    const platforms = [...new Set(all.map((target) => target.platform))];
    const content: DraftContent = {
      texts: (platforms.length > 0 ? platforms : ['web']).map((platform) => ({ platform, lang, text })),
      targets: all.map((target) => target.id),
      links: [],
    };
    write.send({
      kind,
      title: title.trim(),
      content,
      ...(statement ? { holding_statement_id: statement } : {}),
    });
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('room.draft_new')}
      action={t('room.draft_create')}
      pending={write.pending}
      error={write.error ?? targets.error}
      disabled={!kind || title.trim() === '' || text.trim() === '' || targets.isPending}
      onSubmit={submit}
      size="lg"
      testid="draft-create"
    >
      <WordPicker
        words="draft.kind"
        codes={KINDS}
        label={t('draft.kind_label')}
        value={kind}
        onChange={setKind}
        required
        testid="draft-kind"
      />
      {kind === 'acknowledgement' && statements.length > 0 ? (
        <Select
          label={t('room.holding')}
          description={t('room.holding_help')}
          data={statements.map((s) => ({
            value: s.id,
            label: i18n.language === 'en' ? s.title.en : s.title.he,
          }))}
          value={statement}
          onChange={chooseStatement}
          clearable
          allowDeselect
          clearButtonProps={{ 'aria-label': t('parts.clear') }}
          data-testid="draft-holding"
        />
      ) : null}
      <TextField
        label={t('draft.title')}
        value={title}
        onChange={(e) => setTitle(e.currentTarget.value)}
        required
        dir="auto"
        data-testid="draft-title"
      />
      <TextBox
        label={t('draft.text')}
        description={t('room.draft_text_help')}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        required
        autosize
        minRows={4}
        dir="auto"
        data-testid="draft-first-text"
      />
    </FormDialog>
  );
}
