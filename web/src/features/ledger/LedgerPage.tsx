import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/lists';
import { useSession } from '../../api/session';
import type { LedgerEntry } from '../../api/types/ledger';
import { DateTimeField } from '../../parts/DateTimeField';
import { countSet, Filters } from '../../parts/Filters';
import { MoreButton } from '../../parts/MoreButton';
import { PageHead } from '../../parts/Panel';
import { ClientPicker, PersonPicker } from '../../parts/pickers';
import { ScrollRegion } from '../../parts/ScrollRegion';
import { Empty, Shown } from '../../parts/states';
import { Checkpoint } from './Checkpoint';
import { CrisisChoice } from './CrisisChoice';
import { LedgerRow } from './LedgerRow';

const route = getRouteApi('/ledger');

/** Who did what, when, why, from what to what, and the hash that binds it. */
export function LedgerPage() {
  const { t } = useTranslation();
  const session = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = session.agency.zone;
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const list = useList<LedgerEntry>(['ledger'], '/ledger', search);
  return (
    <div className="page">
      <PageHead title={t('ledger.title')} />
      <Checkpoint />
      <Filters set={countSet(search, 'client', 'crisis', 'actor', 'action', 'from', 'to')}>
        <ClientPicker anyChoice value={search.client} onChange={(client) => set({ client })} />
        <CrisisChoice client={search.client} value={search.crisis} onChange={(crisis) => set({ crisis })} />
        <PersonPicker
          label={t('ledger.actor')}
          anyChoice
          value={search.actor}
          onChange={(actor) => set({ actor })}
        />
        <DateTimeField
          label={t('mentions.from')}
          value={search.from}
          onChange={(from) => set({ from: from ?? undefined })}
          zone={zone}
        />
        <DateTimeField
          label={t('mentions.to')}
          value={search.to}
          onChange={(to) => set({ to: to ?? undefined })}
          zone={zone}
        />
      </Filters>
      <div className="card">
        <Shown query={list} rows={8}>
          {(entries) =>
            entries.length === 0 ? (
              <Empty>{t('ledger.empty')}</Empty>
            ) : (
              <ScrollRegion label={t('ledger.title')}>
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{t('ledger.at')}</th>
                      <th scope="col">{t('ledger.actor')}</th>
                      <th scope="col">{t('ledger.what')}</th>
                      <th scope="col">{t('ledger.changes')}</th>
                      <th scope="col">{t('ledger.hash')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {entries.map((entry) => (
                      <LedgerRow key={entry.id} entry={entry} zone={zone} />
                    ))}
                  </tbody>
                </table>
              </ScrollRegion>
            )
          }
        </Shown>
        <MoreButton list={list} />
      </div>
      <p className="least muted" style={{ margin: 0 }}>
        {t('parts.times_in', { zone })}
      </p>
    </div>
  );
}
