import {
  IconAlertOctagonFilled,
  IconAlertTriangleFilled,
  IconCircleFilled,
  IconMinus,
  IconPlus,
  IconPoint,
  IconSquareRotatedFilled,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Sentiment, type Severity, STAGES, type Stage } from '../api/types/basics';

const SHAPES = {
  1: IconAlertOctagonFilled,
  2: IconAlertTriangleFilled,
  3: IconSquareRotatedFilled,
  4: IconCircleFilled,
};

/** Severity is a shape, a number and a word: never colour alone. */
export function SeverityTag({ severity, proposed = false }: { severity: Severity; proposed?: boolean }) {
  const { t } = useTranslation();
  const Shape = SHAPES[severity] ?? IconCircleFilled;
  return (
    <span className={`tag s${severity}`}>
      <Shape size={13} aria-hidden />
      {t('severity.tag', { n: severity, word: t(`severity.${severity}`) })}
      {proposed ? ` · ${t('severity.proposed')}` : ''}
    </span>
  );
}

const SIGNS = { negative: IconMinus, positive: IconPlus, neutral: IconPoint };
const TONES = { negative: 'bad', positive: 'done', neutral: '' };

export function SentimentTag({ label, unsure, by }: { label: Sentiment; unsure?: boolean; by?: string }) {
  const { t } = useTranslation();
  const Sign = SIGNS[label] ?? IconPoint;
  return (
    <span className={`tag ${TONES[label] ?? ''}`}>
      <Sign size={12} aria-hidden />
      {t(`sentiment.${label}`)}
      {unsure ? ` · ${t('sentiment.unsure')}` : ''}
      {by === 'person' ? ` · ${t('sentiment.by_person')}` : ''}
    </span>
  );
}

export function Tag({ children, tone = '' }: { children: ReactNode; tone?: '' | 'done' | 'warn' | 'bad' }) {
  return <span className={`tag ${tone}`}>{children}</span>;
}

/** Five dots for the five stages, with the words beside them. */
export function StageDots({ stage, closed = false }: { stage: Stage; closed?: boolean }) {
  const { t } = useTranslation();
  const at = STAGES.indexOf(stage);
  return (
    <span className="row" style={{ flexWrap: 'nowrap' }}>
      <span className="dots" aria-hidden>
        {STAGES.map((s, i) => (
          <span key={s} className={`dot ${closed || i < at ? 'done' : i === at ? 'active' : ''}`} />
        ))}
      </span>
      <span className="small">{closed ? t('stage.closed') : t(`labels.stages_short.${stage}`)}</span>
    </span>
  );
}
