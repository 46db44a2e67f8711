import { FileInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useSession } from '../../api/session';
import type { Mention } from '../../api/types/mentions';
import { useWrite } from '../../api/useWrite';
import { DateTimeField } from '../../parts/DateTimeField';
import { FormDialog } from '../../parts/FormDialog';
import { TextBox, TextField } from '../../parts/fields';
import { PLATFORMS, usePlatformName } from '../../parts/Platform';
import { ChoicePicker, ClientPicker } from '../../parts/pickers';

const LARGEST = 5 * 1024 * 1024;

interface Shot {
  name: string;
  base64: string;
}

/** The only way in for closed groups: somebody reads it and pastes it, with a screenshot as evidence. */
export function AddMentionDialog({ client, onClose }: { client?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const session = useSession();
  const platform = usePlatformName();
  const [clientId, setClientId] = useState(client);
  const [where, setWhere] = useState<string | undefined>('facebook');
  const [text, setText] = useState('');
  const [url, setUrl] = useState('');
  const [group, setGroup] = useState('');
  const [author, setAuthor] = useState('');
  const [when, setWhen] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const tooBig = !!file && file.size > LARGEST;
  const write = useWrite(
    async (body: Record<string, unknown>, key) => {
      const screenshot = file ? await readShot(file) : undefined;
      return api.post<Mention>(`/clients/${clientId}/mentions`, { ...body, screenshot }, { key });
    },
    {
      stale: [['mentions'], ['counts'], ['volume']],
      said: t('mentions.added'),
      onDone: () => {
        void queries.resetQueries({ queryKey: ['stream'] });
        onClose();
      },
    },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('mentions.add')}
      action={t('parts.add')}
      pending={write.pending}
      error={write.error}
      disabled={!clientId || !where || text.trim() === '' || tooBig}
      onSubmit={() =>
        write.send({
          text: text.trim(),
          platform: where,
          url: url.trim() || undefined,
          group_name: group.trim() || undefined,
          author_name: author.trim() || undefined,
          published_at: when ?? undefined,
        })
      }
      size="lg"
      testid="mention-add-confirm"
    >
      <p className="small muted" style={{ margin: 0 }}>
        {t('mentions.add_help')}
      </p>
      <div className="form-grid">
        <ClientPicker value={clientId} onChange={setClientId} required testid="mention-add-client" />
        <ChoicePicker
          label={t('mentions.platform')}
          data={PLATFORMS.map((p) => ({ value: p, label: platform(p) }))}
          value={where}
          onChange={setWhere}
          required
        />
      </div>
      <TextBox
        label={t('mentions.text')}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        required
        autosize
        minRows={3}
        dir="auto"
        data-testid="mention-add-text"
      />
      <div className="form-grid">
        <TextField
          label={t('mentions.url')}
          type="url"
          dir="ltr"
          value={url}
          onChange={(e) => setUrl(e.currentTarget.value)}
        />
        <TextField
          label={t('mentions.group')}
          dir="auto"
          value={group}
          onChange={(e) => setGroup(e.currentTarget.value)}
        />
        <TextField
          label={t('mentions.author')}
          dir="auto"
          value={author}
          onChange={(e) => setAuthor(e.currentTarget.value)}
        />
        <DateTimeField
          label={t('mentions.when')}
          value={when}
          onChange={setWhen}
          zone={session.agency.zone}
        />
      </div>
      <FileInput
        label={t('mentions.shot')}
        description={t('mentions.shot_help')}
        placeholder={t('mentions.shot_choose')}
        accept="image/png,image/jpeg"
        value={file}
        onChange={setFile}
        error={tooBig ? t('mentions.shot_big') : undefined}
        clearable
        clearButtonProps={{ 'aria-label': t('parts.clear') }}
      />
    </FormDialog>
  );
}

async function readShot(file: File): Promise<Shot> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  // In pieces: a call with millions of arguments overflows the stack.
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return { name: file.name, base64: btoa(binary) };
}
