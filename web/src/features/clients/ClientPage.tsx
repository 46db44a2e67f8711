import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../api/reads';
import { useCan } from '../../api/session';
import type { Client } from '../../api/types/clients';
import { Bdi } from '../../parts/Bdi';
import { Shown } from '../../parts/states';
import { VolumePanel } from '../../parts/VolumePanel';
import { ContactsPanel } from './ContactsPanel';
import { HoldPanel } from './HoldPanel';
import { SettingsPanel } from './SettingsPanel';
import { SourcesPanel } from './SourcesPanel';
import { TargetsPanel } from './TargetsPanel';

const route = getRouteApi('/clients/$id');

export function ClientPage() {
  const { id } = route.useParams();
  const query = useClient(id);
  return (
    <div className="page">
      <Shown query={query} rows={6}>
        {(client) => <Content client={client} />}
      </Shown>
    </div>
  );
}

function Content({ client }: { client: Client }) {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <>
      <div className="stack" style={{ gap: 4 }}>
        <span className="small muted">
          <Link to="/clients">{t('clients.title')}</Link> · <Bdi code>{client.slug}</Bdi>
        </span>
        <h1 className="page-title">
          <Bdi>{client.name}</Bdi>
        </h1>
      </div>
      <HoldPanel client={client} />
      <div className="sides">
        <div className="stack">
          <VolumePanel clientId={client.id} zone={client.zone} />
          <ContactsPanel client={client} may={can('clients.manage', client.id)} />
          <TargetsPanel client={client} may={can('targets.manage', client.id)} />
          <SourcesPanel client={client} may={can('sources.manage', client.id)} />
        </div>
        <div className="stack">
          <SettingsPanel key={client.rev} client={client} may={can('clients.manage', client.id)} />
        </div>
      </div>
    </>
  );
}
