import { Button, Skeleton } from '@mantine/core';
import {
  IconAlertCircle,
  IconAlertTriangle,
  IconCircleCheck,
  IconInfoCircle,
  IconRefresh,
} from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem';
import { useErrorWords } from './useErrorWords';

export function Loading({ rows = 4, height = 36 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <div className="stack" role="status">
      <span className="hidden-text">{t('parts.loading')}</span>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={i} height={height} radius={8} />
      ))}
    </div>
  );
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="stack" style={{ alignItems: 'center', padding: '28px 12px', textAlign: 'center' }}>
      <p className="muted" style={{ margin: 0, maxWidth: 460 }}>
        {children}
      </p>
      {action}
    </div>
  );
}

const NOTE_ICONS = { '': IconInfoCircle, warn: IconAlertTriangle, bad: IconAlertCircle, ok: IconCircleCheck };

export function NoteLine({
  tone = '',
  children,
  role,
}: {
  tone?: '' | 'warn' | 'bad' | 'ok';
  children: ReactNode;
  role?: 'alert' | 'status';
}) {
  const Icon = NOTE_ICONS[tone];
  return (
    <div className={`note-line ${tone}`} role={role}>
      <Icon size={16} aria-hidden />
      <div className="grow">{children}</div>
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const words = useErrorWords();
  return (
    <NoteLine tone="bad" role="alert">
      <div className="row apart">
        <span>
          {words(error)}
          {isProblem(error) && error.requestId ? (
            <span className="least"> {t('parts.quote', { id: error.requestId })}</span>
          ) : null}
        </span>
        {retry ? (
          <Button variant="default" size="compact-sm" leftSection={<IconRefresh size={14} />} onClick={retry}>
            {t('parts.retry')}
          </Button>
        ) : null}
      </div>
    </NoteLine>
  );
}

/** The error of a write, said where the person is looking. */
export function WriteError({ error }: { error: unknown }) {
  const words = useErrorWords();
  if (!error) return null;
  const fields = isProblem(error) ? error.fields.filter((f) => f.message) : [];
  return (
    <NoteLine tone="bad" role="alert">
      {words(error)}
      {fields.length > 0 ? (
        <ul style={{ margin: '4px 0 0', paddingInlineStart: 18 }}>
          {fields.map((f) => (
            <li key={f.location + f.message}>{words.field(f)}</li>
          ))}
        </ul>
      ) : null}
    </NoteLine>
  );
}

interface Query<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Skeleton, error with retry, or the data; old data stays visible and is marked when a refresh fails. */
export function Shown<T>({
  query,
  rows,
  children,
}: {
  query: Query<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslation();
  if (query.data === undefined) {
    return query.error ? (
      <Failed error={query.error} retry={() => query.refetch()} />
    ) : (
      <Loading rows={rows} />
    );
  }
  return (
    <>
      {query.error ? (
        <div style={{ marginBlockEnd: 8 }}>
          <NoteLine tone="warn">{t('parts.stale')}</NoteLine>
        </div>
      ) : null}
      {children(query.data)}
    </>
  );
}

/** Keeps one broken panel from taking the page down. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return <BoundaryNote onRetry={() => this.setState({ error: null })} />;
  }
}

function BoundaryNote({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <NoteLine tone="bad" role="alert">
      <div className="row apart">
        <span>{t('parts.broken_panel')}</span>
        <Button variant="default" size="compact-sm" onClick={onRetry}>
          {t('parts.retry')}
        </Button>
      </div>
    </NoteLine>
  );
}
