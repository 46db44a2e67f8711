import { Button } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan } from '../../api/session';
import type { Client } from '../../api/types/clients';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { ReasonDialog } from '../../parts/FormDialog';
import { NoteLine } from '../../parts/states';
import { dateTime } from '../../time/format';

/** The client's stop switch: nothing of theirs goes out until it is released, and then item by item. */
export function HoldPanel({ client }: { client: Client }) {
  const { t } = useTranslation();
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const held = client.hold?.active === true;
  const write = useWrite(
    (reason: string, key) =>
      held
        ? api.remove(`/clients/${client.id}/hold`, { reason })
        : api.post(`/clients/${client.id}/hold`, { reason }, { key }),
    { stale: [['clients'], ['crisis'], ['publications']], onDone: () => setAsking(false) },
  );
  const may = can(held ? 'holds.release' : 'holds.set', client.id);
  const button = may ? (
    <Button
      variant="default"
      size="compact-md"
      leftSection={<IconHandStop size={15} />}
      onClick={() => setAsking(true)}
      data-testid={held ? 'hold-release' : 'hold-set'}
    >
      {held ? t('clients.hold_release') : t('clients.hold_set')}
    </Button>
  ) : null;
  return (
    <>
      {held && client.hold ? (
        <NoteLine tone="bad" role="status">
          <div className="row apart">
            <span>
              <strong>{t('clients.held_long')}</strong> <Bdi>{client.hold.reason}</Bdi> ·{' '}
              <Bdi>{client.hold.by}</Bdi> · {dateTime(client.hold.at, client.zone)}
            </span>
            {button}
          </div>
        </NoteLine>
      ) : (
        <div className="row">
          {button}
          {may ? <span className="small muted">{t('clients.hold_help')}</span> : null}
        </div>
      )}
      <ReasonDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={held ? t('clients.hold_release') : t('clients.hold_set')}
        action={held ? t('clients.hold_release') : t('clients.hold_set')}
        write={write}
        danger={!held}
        testid="hold"
      />
    </>
  );
}
