import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { readAll } from '../../api/lists';
import type { Client, Contact } from '../../api/types/clients';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { WordPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { RemoveButton } from './RemoveButton';

/** Who approves for the client without an account: by signed link to this address. */
export function ContactsPanel({ client, may }: { client: Client; may: boolean }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<Contact | 'new' | null>(null);
  const query = useQuery({
    queryKey: ['clients', client.id, 'contacts'],
    queryFn: ({ signal }) => readAll<Contact>(`/clients/${client.id}/contacts`, signal),
  });
  return (
    <Panel
      title={t('clients.contacts')}
      flush
      aside={
        may ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEditing('new')}
            data-testid="contact-new"
          >
            {t('parts.add')}
          </Button>
        ) : null
      }
    >
      <Shown query={query} rows={2}>
        {(contacts) =>
          contacts.length === 0 ? (
            <Empty>{t('clients.no_contacts')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {contacts.map((c) => (
                <li key={c.id} className="mention">
                  <div className="grow stack" style={{ gap: 1 }}>
                    <span className="row">
                      <strong>
                        <Bdi>{c.name}</Bdi>
                      </strong>
                      <Tag>{t(`labels.parties.${c.party}`)}</Tag>
                    </span>
                    <span className="least muted">
                      <Bdi>{c.title}</Bdi> · <Bdi code>{c.email}</Bdi> · {t(`lang.${c.lang}`)}
                    </span>
                  </div>
                  {may ? (
                    <span className="row">
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() => setEditing(c)}
                        aria-label={`${t('parts.edit')}: ${c.name}`}
                      >
                        {t('parts.edit')}
                      </Button>
                      <RemoveButton path={`/clients/${client.id}/contacts/${c.id}`} name={c.name} />
                    </span>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {editing ? (
        <ContactDialog
          client={client}
          contact={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function ContactDialog({
  client,
  contact,
  onClose,
}: {
  client: Client;
  contact: Contact | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [form, setForm] = useState<Omit<Contact, 'id'>>({
    name: contact?.name ?? '',
    email: contact?.email ?? '',
    title: contact?.title ?? '',
    party: contact?.party ?? 'client',
    lang: contact?.lang ?? client.lang,
  });
  const path = `/clients/${client.id}/contacts`;
  const write = useWrite(
    (body: Omit<Contact, 'id'>, key) =>
      contact ? api.patch(`${path}/${contact.id}`, body, { key }) : api.post(path, body, { key }),
    { stale: [['clients', client.id]], onDone: onClose },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t(contact ? 'clients.contact_edit' : 'clients.contact_new')}
      action={t('parts.save')}
      pending={write.pending}
      error={write.error}
      disabled={form.name.trim() === '' || form.email.trim() === ''}
      onSubmit={() => write.send(form)}
      testid="contact-save"
    >
      <TextField
        label={t('people.name')}
        value={form.name}
        onChange={(e) => setForm({ ...form, name: e.currentTarget.value })}
        required
        dir="auto"
      />
      <TextField
        label={t('signin.email')}
        type="email"
        dir="ltr"
        value={form.email}
        onChange={(e) => setForm({ ...form, email: e.currentTarget.value })}
        required
      />
      <TextField
        label={t('clients.contact_title')}
        value={form.title}
        onChange={(e) => setForm({ ...form, title: e.currentTarget.value })}
        dir="auto"
      />
      <WordPicker
        words="labels.parties"
        codes={['client', 'legal'] as const}
        label={t('clients.party')}
        value={form.party}
        onChange={(party) => party && setForm({ ...form, party })}
        required
      />
      <WordPicker
        words="lang"
        codes={['he', 'en'] as const}
        label={t('frame.language')}
        value={form.lang}
        onChange={(lang) => lang && setForm({ ...form, lang })}
        required
      />
    </FormDialog>
  );
}
