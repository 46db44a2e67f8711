import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { address, api } from '../../api/client';
import { useSession } from '../../api/session';
import type { LedgerStatus } from '../../api/types/ledger';
import { Bdi, Hash } from '../../parts/Bdi';
import { Panel } from '../../parts/Panel';
import { NoteLine, Shown } from '../../parts/states';
import { dateTime } from '../../time/format';

/** A signed checkpoint older than this many seconds is worth a warning. */
const LATE = 300;

/** The signed tree head: how much of the ledger is already bound, by which key. */
export function Checkpoint() {
  const { t } = useTranslation();
  const session = useSession();
  const query = useQuery({
    queryKey: ['ledger', 'status'],
    queryFn: ({ signal }) => api.get<LedgerStatus>('/ledger/status', undefined, signal),
    refetchInterval: 30_000,
  });
  return (
    <Panel
      title={t('ledger.checkpoint')}
      aside={
        <a href={address('/audit/checkpoint')} target="_blank" rel="noreferrer" className="small">
          {t('ledger.checkpoint_text')}
        </a>
      }
    >
      <Shown query={query} rows={1}>
        {(status) => (
          <div className="stack tight">
            <dl className="facts">
              <Fact name={t('ledger.size')} value={status.size.toLocaleString('en-US')} />
              <Fact
                name={t('ledger.signed_at')}
                value={
                  status.checkpoint_at ? dateTime(status.checkpoint_at, session.agency.zone) : t('parts.none')
                }
              />
              <Fact name={t('ledger.key')} value={status.key_id} />
              <div>
                <dt>{t('ledger.root')}</dt>
                <dd>
                  <Hash value={status.root ?? ''} length={16} />
                </dd>
              </div>
            </dl>
            {status.lag_seconds > LATE ? (
              <NoteLine tone="warn">
                {t('ledger.lag', { minutes: Math.round(status.lag_seconds / 60) })}
              </NoteLine>
            ) : null}
          </div>
        )}
      </Shown>
    </Panel>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Bdi code>{value}</Bdi>
      </dd>
    </div>
  );
}
