import { Button } from '@mantine/core';
import { IconPlus, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { readAll } from '../../api/lists';
import type { Client, Source } from '../../api/types/clients';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { CopyButton } from '../../parts/CopyButton';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { OnceDialog } from '../../parts/OnceDialog';
import { Panel } from '../../parts/Panel';
import { WordPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { When } from '../../parts/When';

/** Where mentions come from. A webhook's signing secret is shown once and can be rotated. */
export function SourcesPanel({ client, may }: { client: Client; may: boolean }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const [rotating, setRotating] = useState<Source | null>(null);
  const [secret, setSecret] = useState<Source | null>(null);
  const path = `/clients/${client.id}/sources`;
  const query = useQuery({
    queryKey: ['clients', client.id, 'sources'],
    queryFn: ({ signal }) => readAll<Source>(path, signal),
  });
  const rotate = useWrite(
    (source: Source, key) => api.post<{ secret: string }>(`${path}/${source.id}/rotate`, {}, { key }),
    {
      onDone: (result, source) => {
        setRotating(null);
        setSecret({ ...source, secret: result.secret });
      },
    },
  );
  return (
    <Panel
      title={t('clients.sources')}
      flush
      aside={
        may ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setAdding(true)}
            data-testid="source-new"
          >
            {t('parts.add')}
          </Button>
        ) : null
      }
    >
      <Shown query={query} rows={2}>
        {(sources) =>
          sources.length === 0 ? (
            <Empty>{t('clients.no_sources')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {sources.map((source) => (
                <SourceRow key={source.id} source={source} may={may} onRotate={() => setRotating(source)} />
              ))}
            </ul>
          )
        }
      </Shown>
      {adding ? <AddDialog path={path} onClose={() => setAdding(false)} onMade={setSecret} /> : null}
      {rotating ? (
        <FormDialog
          opened
          onClose={() => setRotating(null)}
          title={t('clients.rotate')}
          action={t('clients.rotate')}
          pending={rotate.pending}
          error={rotate.error}
          onSubmit={() => rotate.send(rotating)}
          danger
        >
          <p style={{ margin: 0 }}>{t('clients.rotate_help')}</p>
        </FormDialog>
      ) : null}
      {secret?.secret ? (
        <OnceDialog
          title={secret.name}
          rows={[
            ...(secret.hook_url ? [{ name: t('clients.hook_url'), value: secret.hook_url }] : []),
            { name: t('clients.secret'), value: secret.secret },
          ]}
          onClose={() => setSecret(null)}
        />
      ) : null}
    </Panel>
  );
}

function SourceRow({ source, may, onRotate }: { source: Source; may: boolean; onRotate: () => void }) {
  const { t, i18n } = useTranslation();
  const state = source.state ?? '';
  return (
    <li className="mention">
      <div className="grow stack" style={{ gap: 2 }}>
        <span className="row">
          <strong>
            <Bdi>{source.name}</Bdi>
          </strong>
          <Tag>{t(`clients.source_kind.${source.kind}`)}</Tag>
          {state ? (
            <Tag tone={state === 'ok' ? 'done' : state === 'silent' ? 'warn' : ''}>
              {i18n.exists(`clients.source_state.${state}`) ? t(`clients.source_state.${state}`) : state}
            </Tag>
          ) : null}
        </span>
        <span className="least muted">
          {source.last_received_at ? (
            <>
              {t('clients.last_received')} <When at={source.last_received_at} />
            </>
          ) : (
            t('clients.nothing_received')
          )}
          {source.received_24h !== undefined
            ? ` · ${t('clients.received_24h', { count: source.received_24h })}`
            : ''}
        </span>
        {source.hook_url ? (
          <span className="row least">
            <span className="clip" style={{ maxWidth: 380 }}>
              <Bdi code>{source.hook_url}</Bdi>
            </span>
            <CopyButton text={source.hook_url} />
          </span>
        ) : null}
      </div>
      {may && source.kind === 'webhook' ? (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconRefresh size={13} />}
          onClick={onRotate}
          aria-label={`${t('clients.rotate')}: ${source.name}`}
        >
          {t('clients.rotate')}
        </Button>
      ) : null}
    </li>
  );
}

function AddDialog({
  path,
  onClose,
  onMade,
}: {
  path: string;
  onClose: () => void;
  onMade: (source: Source) => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Source['kind'] | undefined>('webhook');
  const write = useWrite(
    (body: { name: string; kind?: string }, key) => api.post<Source>(path, body, { key }),
    {
      stale: [['clients']],
      onDone: (made) => {
        onClose();
        onMade({ ...made, name: made.name ?? name });
      },
    },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('clients.source_new')}
      action={t('parts.add')}
      pending={write.pending}
      error={write.error}
      disabled={name.trim() === ''}
      onSubmit={() => write.send({ name: name.trim(), kind })}
      testid="source-save"
    >
      <TextField
        label={t('clients.source_name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        required
        dir="auto"
      />
      <WordPicker
        words="clients.source_kind"
        codes={['webhook', 'import', 'manual'] as const}
        label={t('draft.kind_label')}
        value={kind}
        onChange={setKind}
        required
      />
    </FormDialog>
  );
}
