import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useClients } from '../../api/reads';
import { useCan } from '../../api/session';
import type { Lang } from '../../api/types/basics';
import type { Client } from '../../api/types/clients';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { PageHead } from '../../parts/Panel';
import { WordPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';

export function ClientsPage() {
  const { t } = useTranslation();
  const can = useCan();
  const query = useClients();
  const [adding, setAdding] = useState(false);
  return (
    <div className="page">
      <PageHead title={t('clients.title')}>
        {can('agency.manage') ? (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setAdding(true)}
            data-testid="client-new"
          >
            {t('clients.add')}
          </Button>
        ) : null}
      </PageHead>
      <div className="card">
        <Shown query={query} rows={4}>
          {(clients) =>
            clients.length === 0 ? (
              <Empty>{t('clients.empty')}</Empty>
            ) : (
              <ul className="plain-list divided">
                {clients.map((client) => (
                  <Row key={client.id} client={client} />
                ))}
              </ul>
            )
          }
        </Shown>
      </div>
      {adding ? <AddDialog onClose={() => setAdding(false)} /> : null}
    </div>
  );
}

function Row({ client }: { client: Client }) {
  const { t } = useTranslation();
  return (
    <li className="mention">
      <div className="grow stack" style={{ gap: 2 }}>
        <Link to="/clients/$id" params={{ id: client.id }} className="row-link" data-testid="client-row">
          <Bdi>{client.name}</Bdi>
        </Link>
        <span className="least muted">
          <Bdi code>{client.slug}</Bdi> · <Bdi code>{client.zone}</Bdi> · {t(`lang.${client.lang}`)}
        </span>
      </div>
      <div className="row">
        {client.hold?.active ? <Tag tone="bad">{t('clients.held')}</Tag> : null}
        {client.learning ? <Tag tone="warn">{t('alerts.learning')}</Tag> : null}
        <Tag>{t('clients.open_crises', { count: client.open_crises })}</Tag>
        <Tag>{t('clients.open_alerts', { count: client.open_alerts })}</Tag>
      </div>
    </li>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [slug, setSlug] = useState('');
  const [lang, setLang] = useState<Lang | undefined>('he');
  const write = useWrite(
    (body: { name: string; slug: string; lang?: Lang }, key) => api.post<Client>('/clients', body, { key }),
    {
      stale: [['clients'], ['session']],
      onDone: (client) => {
        onClose();
        void navigate({ to: '/clients/$id', params: { id: client.id } });
      },
    },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('clients.add')}
      action={t('parts.add')}
      pending={write.pending}
      error={write.error}
      disabled={name.trim() === '' || slug.trim() === ''}
      onSubmit={() => write.send({ name: name.trim(), slug: slug.trim(), lang })}
      testid="client-save"
    >
      <TextField
        label={t('clients.name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        required
        dir="auto"
        data-testid="client-name"
      />
      <TextField
        label={t('clients.slug')}
        description={t('clients.slug_help')}
        value={slug}
        onChange={(e) => setSlug(e.currentTarget.value.toLowerCase())}
        pattern="[a-z0-9-]+"
        required
        dir="ltr"
        data-testid="client-slug"
      />
      <WordPicker
        words="lang"
        codes={['he', 'en'] as const}
        label={t('frame.language')}
        value={lang}
        onChange={setLang}
        required
      />
    </FormDialog>
  );
}
