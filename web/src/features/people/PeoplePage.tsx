import { Button, Menu } from '@mantine/core';
import { IconDots, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useClients, useUsers } from '../../api/reads';
import { useCan, useSession } from '../../api/session';
import type { Grant, User } from '../../api/types/people';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { OnceDialog } from '../../parts/OnceDialog';
import { PageHead } from '../../parts/Panel';
import { Empty, Shown, WriteError } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { When } from '../../parts/When';
import { UserDialog } from './UserDialog';

interface Secret {
  name: string;
  password: string;
}

export function PeoplePage() {
  const { t } = useTranslation();
  const can = useCan();
  const query = useUsers();
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const may = can('people.manage');
  return (
    <div className="page">
      <PageHead title={t('people.title')}>
        {may ? (
          <Button
            leftSection={<IconUserPlus size={16} />}
            onClick={() => setEditing('new')}
            data-testid="user-new"
          >
            {t('people.invite')}
          </Button>
        ) : null}
      </PageHead>
      <div className="card">
        <Shown query={query} rows={4}>
          {(users) =>
            users.length === 0 ? (
              <Empty>{t('people.empty')}</Empty>
            ) : (
              <ul className="plain-list divided">
                {users.map((user) => (
                  <UserRow
                    key={user.id}
                    user={user}
                    may={may}
                    onEdit={() => setEditing(user)}
                    onSecret={(password) => setSecret({ name: user.email, password })}
                  />
                ))}
              </ul>
            )
          }
        </Shown>
      </div>
      {editing ? (
        <UserDialog
          user={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSecret={(name, password) => setSecret({ name, password })}
        />
      ) : null}
      {secret ? (
        <OnceDialog
          title={t('people.password_title', { email: secret.name })}
          rows={[{ name: t('people.first_password'), value: secret.password }]}
          onClose={() => setSecret(null)}
        />
      ) : null}
    </div>
  );
}

function UserRow({
  user,
  may,
  onEdit,
  onSecret,
}: {
  user: User;
  may: boolean;
  onEdit: () => void;
  onSecret: (password: string) => void;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const act = useWrite(
    (what: 'disable' | 'enable' | 'reset-password', key) =>
      api.post<{ password?: string } | undefined>(`/users/${user.id}/${what}`, {}, { key }),
    { stale: [['users']], onDone: (result) => result?.password && onSecret(result.password) },
  );
  return (
    <li className="mention">
      <div className="grow stack" style={{ gap: 3 }}>
        <div className="row">
          <strong>
            <Bdi>{user.name}</Bdi>
          </strong>
          <span className="muted small">
            <Bdi code>{user.email}</Bdi>
          </span>
          {user.disabled ? <Tag tone="bad">{t('people.disabled')}</Tag> : null}
        </div>
        <Grants grants={user.grants ?? []} />
        <span className="least muted">
          {user.last_seen_at ? (
            <>
              {t('people.last_seen')} <When at={user.last_seen_at} />
            </>
          ) : (
            t('people.never_seen')
          )}
        </span>
        <WriteError error={act.error} />
      </div>
      {may ? (
        <div className="row" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={onEdit}
            aria-label={`${t('parts.edit')}: ${user.name}`}
          >
            {t('parts.edit')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button
                size="compact-sm"
                variant="default"
                loading={act.pending}
                aria-label={t('people.more', { name: user.name })}
              >
                <IconDots size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => act.send('reset-password')}>{t('people.reset')}</Menu.Item>
              {user.disabled ? (
                <Menu.Item onClick={() => act.send('enable')}>{t('people.enable')}</Menu.Item>
              ) : (
                <Menu.Item
                  color="red"
                  disabled={user.id === session.user?.id}
                  onClick={() => act.send('disable')}
                >
                  {t('people.disable')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </div>
      ) : null}
    </li>
  );
}

function Grants({ grants }: { grants: Grant[] }) {
  const { t, i18n } = useTranslation();
  const clients = useClients().data ?? [];
  return (
    <div className="row" style={{ gap: 5 }}>
      {grants.length === 0 ? <span className="least muted">{t('people.no_grants')}</span> : null}
      {grants.map((grant) => (
        <Tag key={`${grant.role}-${grant.client_id}`}>
          {i18n.exists(`labels.roles.${grant.role}`) ? t(`labels.roles.${grant.role}`) : grant.role} ·{' '}
          {grant.client_id ? (
            <Bdi>{clients.find((c) => c.id === grant.client_id)?.name ?? grant.client_id}</Bdi>
          ) : (
            t('people.all_clients')
          )}
        </Tag>
      ))}
    </div>
  );
}
