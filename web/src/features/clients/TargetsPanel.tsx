import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readAll } from '../../api/lists';
import type { Client, Target } from '../../api/types/clients';
import { Bdi } from '../../parts/Bdi';
import { Panel } from '../../parts/Panel';
import { PlatformIcon } from '../../parts/Platform';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { RemoveButton } from './RemoveButton';
import { TargetDialog } from './TargetDialog';

/** Accounts that approved words go out from, by a connection or by hand. */
export function TargetsPanel({ client, may }: { client: Client; may: boolean }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<Target | 'new' | null>(null);
  const query = useQuery({
    queryKey: ['clients', client.id, 'targets'],
    queryFn: ({ signal }) => readAll<Target>(`/clients/${client.id}/targets`, signal),
  });
  return (
    <Panel
      title={t('clients.targets')}
      flush
      aside={
        may ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEditing('new')}
            data-testid="target-new"
          >
            {t('parts.add')}
          </Button>
        ) : null
      }
    >
      <Shown query={query} rows={2}>
        {(targets) =>
          targets.length === 0 ? (
            <Empty>{t('clients.no_targets')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {targets.map((target) => (
                <li key={target.id} className="mention">
                  <PlatformIcon platform={target.platform} />
                  <div className="grow stack" style={{ gap: 1 }}>
                    <span className="row">
                      <strong>
                        <Bdi>{target.account}</Bdi>
                      </strong>
                      <Tag>{t(`draft.target_kind.${target.kind}`)}</Tag>
                    </span>
                    {target.url || target.identifier ? (
                      <span className="least muted">
                        <Bdi code>{target.url || target.identifier}</Bdi>
                      </span>
                    ) : null}
                  </div>
                  {may ? (
                    <span className="row">
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() => setEditing(target)}
                        aria-label={`${t('parts.edit')}: ${target.account}`}
                      >
                        {t('parts.edit')}
                      </Button>
                      <RemoveButton
                        path={`/clients/${client.id}/targets/${target.id}`}
                        name={target.account}
                      />
                    </span>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {editing ? (
        <TargetDialog
          clientId={client.id}
          target={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}
