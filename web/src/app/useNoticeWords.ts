import { useTranslation } from 'react-i18next';
import type { Notice } from '../api/types/people';

/** A notification as a sentence, and the page it is about. */
export function useNoticeWords() {
  const { t, i18n } = useTranslation();
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const known = (key: string, other: string | undefined) => (i18n.exists(key) ? t(key) : (other ?? ''));
  const sentence = (notice: Notice): string => {
    const params = notice.params ?? {};
    const words: Record<string, string> = {};
    for (const [key, value] of Object.entries(params)) words[key] = text(value);
    // Word joiners keep a number from breaking at its hyphens.
    const number = (words.number || words.crisis || '').replaceAll('-', '-\u2060');
    const title = words.title || '';
    const clock = known(`labels.clock_kinds.${words.clock}`, words.clock);
    const severity = known(`labels.severities.${words.severity}`, words.severity);
    const stage = known(`labels.stages_short.${words.stage}`, words.stage);
    const about = [number, title || words.client].filter(Boolean).join(' · ');
    const code = notice.kind.replaceAll('.', '_');
    const head = i18n.exists(`notices.${code}`)
      ? t(`notices.${code}`, { ...words, clock, severity, stage })
      : notice.kind;
    return about ? `${head}: ${about}` : head;
  };
  const place = (notice: Notice): string => {
    const params = notice.params ?? {};
    if (text(params.approval_id)) return `/approvals/${text(params.approval_id)}`;
    if (text(params.draft_id)) return `/drafts/${text(params.draft_id)}`;
    if (text(params.alert_id) && !notice.crisis_id) return `/alerts/${text(params.alert_id)}`;
    if (notice.crisis_id) return `/crises/${notice.crisis_id}`;
    if (notice.kind.startsWith('alert')) return '/alerts';
    return '/queue';
  };
  return { sentence, place };
}
