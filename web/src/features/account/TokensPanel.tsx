import { Button, Checkbox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { readAll } from '../../api/lists';
import { useSession } from '../../api/session';
import type { ApiToken } from '../../api/types/people';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { DateTimeField } from '../../parts/DateTimeField';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { OnceDialog } from '../../parts/OnceDialog';
import { Panel } from '../../parts/Panel';
import { Empty, Shown, WriteError } from '../../parts/states';
import { dateTime } from '../../time/format';

/** Keys for programs that act in one's name, with no more rights than chosen. */
export function TokensPanel() {
  const { t } = useTranslation();
  const session = useSession();
  const zone = session.agency.zone;
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<ApiToken | null>(null);
  const query = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => readAll<ApiToken>('/me/tokens', signal),
  });
  const revoke = useWrite((id: string) => api.remove(`/me/tokens/${id}`), { stale: [['tokens']] });
  return (
    <Panel
      title={t('account.tokens')}
      flush
      aside={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setAdding(true)}
        >
          {t('parts.add')}
        </Button>
      }
    >
      <WriteError error={revoke.error} />
      <Shown query={query} rows={2}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty>{t('account.no_tokens')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {tokens.map((token) => (
                <li key={token.id} className="mention">
                  <div className="grow stack" style={{ gap: 1 }}>
                    <strong>
                      <Bdi>{token.name}</Bdi>
                    </strong>
                    <span className="least muted">
                      <Bdi code>{token.prefix}…</Bdi> · <Bdi code>{(token.scopes ?? []).join(' ')}</Bdi>
                      {token.expires_at
                        ? ` · ${t('account.expires', { at: dateTime(token.expires_at, zone) })}`
                        : ''}
                    </span>
                  </div>
                  <Button
                    size="compact-xs"
                    variant="default"
                    color="red"
                    loading={revoke.pending}
                    onClick={() => revoke.send(token.id)}
                    aria-label={`${t('account.revoke')}: ${token.name}`}
                  >
                    {t('account.revoke')}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {adding ? <AddDialog onClose={() => setAdding(false)} onMade={setMade} /> : null}
      {made?.token ? (
        <OnceDialog
          title={t('account.token_made')}
          rows={[{ name: made.name, value: made.token }]}
          onClose={() => setMade(null)}
        />
      ) : null}
    </Panel>
  );
}

function AddDialog({ onClose, onMade }: { onClose: () => void; onMade: (token: ApiToken) => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read']);
  const [expires, setExpires] = useState<string | null>(null);
  const write = useWrite(
    (body: { name: string; scopes: string[]; expires_at?: string }, key) =>
      api.post<ApiToken>('/me/tokens', body, { key }),
    {
      stale: [['tokens']],
      onDone: (token) => {
        onClose();
        onMade(token);
      },
    },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('account.token_new')}
      action={t('parts.add')}
      pending={write.pending}
      error={write.error}
      disabled={name.trim() === '' || scopes.length === 0}
      onSubmit={() => write.send({ name: name.trim(), scopes, expires_at: expires ?? undefined })}
    >
      <TextField
        label={t('people.name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        required
        dir="auto"
      />
      <Checkbox.Group
        label={t('account.scopes')}
        description={t('account.scopes_help')}
        value={scopes}
        onChange={setScopes}
      >
        <div className="row" style={{ marginBlockStart: 6, gap: 16 }}>
          <Checkbox value="read" label={t('account.scope.read')} />
          <Checkbox value="write" label={t('account.scope.write')} />
        </div>
      </Checkbox.Group>
      <DateTimeField
        label={t('account.expires_at')}
        value={expires}
        onChange={setExpires}
        zone={session.agency.zone}
      />
    </FormDialog>
  );
}
