import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Loading } from '../parts/states';
import { Frame } from './Frame';
import { NotFound } from './NotFound';

/** Only named text parameters are taken from the address; anything else is dropped. */
function texts<K extends string>(...names: K[]) {
  return (search: Record<string, unknown>): Partial<Record<K, string>> => {
    const out: Partial<Record<K, string>> = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === 'string' && value !== '') out[name] = value;
      else if (typeof value === 'number' || typeof value === 'boolean') out[name] = String(value);
    }
    return out;
  };
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/queue' });
  },
});

const queue = createRoute({
  getParentRoute: () => root,
  path: '/queue',
  validateSearch: texts('view', 'client', 'severity', 'stage', 'lead', 'q', 'sort', 'status'),
  component: lazyRouteComponent(() => import('../features/queue/QueuePage'), 'QueuePage'),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: texts('state', 'client'),
  component: lazyRouteComponent(() => import('../features/alerts/AlertsPage'), 'AlertsPage'),
});

const alert = createRoute({
  getParentRoute: () => root,
  path: '/alerts/$id',
  component: lazyRouteComponent(() => import('../features/alerts/AlertPage'), 'AlertPage'),
});

const crisis = createRoute({
  getParentRoute: () => root,
  path: '/crises/$id',
  validateSearch: texts('stage'),
  component: lazyRouteComponent(() => import('../features/room/RoomPage'), 'RoomPage'),
});

const mentions = createRoute({
  getParentRoute: () => root,
  path: '/mentions',
  validateSearch: texts(
    'client',
    'platform',
    'sentiment',
    'q',
    'from',
    'to',
    'crisis',
    'source',
    'order',
    'open',
  ),
  component: lazyRouteComponent(() => import('../features/mentions/MentionsPage'), 'MentionsPage'),
});

const drafts = createRoute({
  getParentRoute: () => root,
  path: '/drafts',
  validateSearch: texts('tab', 'client', 'state', 'kind', 'crisis'),
  component: lazyRouteComponent(() => import('../features/drafts/DraftsPage'), 'DraftsPage'),
});

const draft = createRoute({
  getParentRoute: () => root,
  path: '/drafts/$id',
  component: lazyRouteComponent(() => import('../features/drafts/DraftPage'), 'DraftPage'),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  validateSearch: texts('tab', 'client'),
  component: lazyRouteComponent(() => import('../features/approvals/ApprovalsPage'), 'ApprovalsPage'),
});

const approval = createRoute({
  getParentRoute: () => root,
  path: '/approvals/$id',
  component: lazyRouteComponent(() => import('../features/approvals/ApprovalPage'), 'ApprovalPage'),
});

const ledger = createRoute({
  getParentRoute: () => root,
  path: '/ledger',
  validateSearch: texts('client', 'crisis', 'actor', 'action', 'from', 'to'),
  component: lazyRouteComponent(() => import('../features/ledger/LedgerPage'), 'LedgerPage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('../features/people/PeoplePage'), 'PeoplePage'),
});

const clients = createRoute({
  getParentRoute: () => root,
  path: '/clients',
  component: lazyRouteComponent(() => import('../features/clients/ClientsPage'), 'ClientsPage'),
});

const client = createRoute({
  getParentRoute: () => root,
  path: '/clients/$id',
  component: lazyRouteComponent(() => import('../features/clients/ClientPage'), 'ClientPage'),
});

const mailbox = createRoute({
  getParentRoute: () => root,
  path: '/mailbox',
  validateSearch: texts('mail'),
  component: lazyRouteComponent(() => import('../features/mailbox/MailboxPage'), 'MailboxPage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/account/AccountPage'), 'AccountPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    queue,
    alerts,
    alert,
    crisis,
    mentions,
    drafts,
    draft,
    approvals,
    approval,
    ledger,
    people,
    clients,
    client,
    mailbox,
    account,
  ]),
  defaultPendingComponent: () => (
    <div className="page">
      <Loading rows={6} />
    </div>
  ),
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
