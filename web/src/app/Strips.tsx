import { IconAlertTriangle, IconFlask, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveState } from '../api/live';
import { isProblem } from '../api/problem';
import { useSystem } from '../api/reads';
import { useSession } from '../api/session';
import { clockSkew, useNow } from '../time/now';

/** The strip at the top appears only when something is wrong (or when the data are a demonstration). */
export function Strips({ live }: { live: LiveState }) {
  const { t } = useTranslation();
  const session = useSession();
  const system = useSystem();
  useNow();
  const skew = Math.round(clockSkew() / 60_000);
  const offline = isProblem(system.error, 'offline') && live !== 'live';
  const state = offline ? undefined : system.data;
  return (
    <div role="status">
      {session.demo ? (
        <Strip tone="calm" icon={<IconFlask size={15} />}>
          {t('frame.demo_strip')}
        </Strip>
      ) : null}
      {offline ? (
        <Strip tone="bad" icon={<IconPlugConnectedX size={15} />}>
          {t('frame.offline')}
        </Strip>
      ) : null}
      {state && !state.temporal.ok ? <Strip tone="bad">{t('frame.engine_down')}</Strip> : null}
      {state?.temporal.ok && state.worker_ok === false ? <Strip>{t('frame.worker_down')}</Strip> : null}
      {state?.outbox?.dead ? <Strip>{t('frame.outbox_dead', { count: state.outbox.dead })}</Strip> : null}
      {Math.abs(skew) >= 2 ? <Strip>{t('frame.skew', { minutes: Math.abs(skew) })}</Strip> : null}
    </div>
  );
}

function Strip({
  children,
  icon,
  tone = '',
}: {
  children: ReactNode;
  icon?: ReactNode;
  tone?: 'bad' | 'calm' | '';
}) {
  return (
    <div className={`strip ${tone}`}>
      <span aria-hidden style={{ display: 'inline-flex' }}>
        {icon ?? <IconAlertTriangle size={15} />}
      </span>
      {children}
    </div>
  );
}
