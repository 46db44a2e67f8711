import { useTranslation } from 'react-i18next';
import type { Reason } from '../api/types/basics';

/** Groups of shared words in which a reason's parameter may be a code. */
const CODED: Record<string, string> = {
  flag: 'flags',
  platform: 'platform',
  platforms: 'platform',
  stage: 'stages_short',
  type: 'crisis_types',
  cluster: 'clusters',
  area: 'impact_areas',
  kind: 'content_kinds',
};

/** Reasons whose figures are shares between 0 and 1. */
const SHARES = ['negative_share_up'];

/** A rule's reason, or what a gate misses, as a sentence; an unknown code shows itself with its figures. */
export function useReasonWords(): (reason: Reason) => string {
  const { t, i18n } = useTranslation();

  const word = (name: string, value: unknown): string => {
    if (Array.isArray(value)) return value.map((v) => word(name, v)).join(', ');
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(1);
    const text = String(value ?? '');
    const group = CODED[name];
    const key = group === 'platform' ? `platform.${text}` : `labels.${group}.${text}`;
    return group && text && i18n.exists(key) ? t(key) : text;
  };

  return (reason) => {
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(reason.params ?? {})) {
      const share = SHARES.includes(reason.code) && typeof value === 'number';
      params[name] = share ? `${Math.round(value * 100)}%` : word(name, value);
    }
    for (const group of ['labels.missing', 'labels.reasons', 'labels.locks', 'reasons']) {
      const key = `${group}.${reason.code}`;
      if (i18n.exists(key)) return t(key, params);
    }
    const rest = Object.values(params).join(', ');
    return rest ? `${reason.code}: ${rest}` : reason.code;
  };
}
