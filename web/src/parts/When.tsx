import { useTranslation } from 'react-i18next';
import { useSession } from '../api/session';
import { dateTime } from '../time/format';
import { useNow } from '../time/now';

/** Relative within a day, with the full time on hover; the full time otherwise. */
export function When({ at, zone }: { at: string | null | undefined; zone?: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const now = useNow();
  if (!at) return null;
  const full = dateTime(at, zone ?? session.agency.zone);
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  return (
    <time dateTime={at} title={full}>
      {seconds >= 0 && seconds < 86400 ? ago(t, seconds) : full}
    </time>
  );
}

function ago(t: (key: string, params?: Record<string, unknown>) => string, seconds: number): string {
  if (seconds < 45) return t('time.just_now');
  if (seconds < 3570) return t('time.minutes_ago', { count: Math.max(1, Math.round(seconds / 60)) });
  return t('time.hours_ago', { count: Math.round(seconds / 3600) });
}
