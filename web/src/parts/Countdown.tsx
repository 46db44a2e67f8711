import { IconAlertCircle, IconCheck, IconClockPause, IconHourglassHigh } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClockState } from '../api/types/crises';
import { duration, shortTime } from '../time/format';
import { useNow } from '../time/now';
import { Bdi } from './Bdi';

export interface Clock {
  kind: string;
  state: ClockState;
  due_at?: string | null;
  left_seconds: number;
  budget_seconds?: number;
  pause_reason?: string;
  met_at?: string | null;
}

type Mood = 'ok' | 'risk' | 'late' | 'paused' | 'met';

export interface Reading {
  mood: Mood;
  /** Seconds left; negative when it counts up after the deadline. */
  left: number;
}

/** What a clock says at one instant. Under a quarter of the budget it is at risk. */
export function readClock(clock: Clock, now: number): Reading {
  if (clock.state === 'met') return { mood: 'met', left: 0 };
  if (clock.state === 'paused' || !clock.due_at) return { mood: 'paused', left: clock.left_seconds };
  const left = Math.floor((Date.parse(clock.due_at) - now) / 1000);
  if (left < 0 || clock.state === 'breached') return { mood: 'late', left: Math.min(left, 0) };
  const budget = clock.budget_seconds ?? 0;
  const risk = clock.state === 'warned80' || (budget > 0 && left < budget / 4);
  return { mood: risk ? 'risk' : 'ok', left };
}

const ICONS = {
  ok: IconHourglassHigh,
  risk: IconHourglassHigh,
  late: IconAlertCircle,
  paused: IconClockPause,
  met: IconCheck,
};
const TONES = { ok: '', risk: 'warn', late: 'bad', paused: '', met: 'done' };

export function useClockWords() {
  const { t, i18n } = useTranslation();
  return {
    name: (kind: string) =>
      i18n.exists(`labels.clock_kinds.${kind}`) ? t(`labels.clock_kinds.${kind}`) : kind,
    pause: (reason?: string) =>
      reason && i18n.exists(`labels.pause_reasons.${reason}`)
        ? t(`labels.pause_reasons.${reason}`)
        : (reason ?? ''),
    time: (left: number) => `${left < 0 ? '-' : ''}${duration(left, t('time.day_letter'))}`,
  };
}

/** Figures alone are a code; with the letter for days in them they follow the language. */
function Left({ text }: { text: string }) {
  return <Bdi code={!/[\u0590-\u05ff]/.test(text)}>{text}</Bdi>;
}

/** One line: icon, what is left, until when. For lists. */
export function CountdownLine({ clock, zone }: { clock: Clock; zone: string }) {
  const { t } = useTranslation();
  const words = useClockWords();
  const now = useNow();
  const { mood, left } = readClock(clock, now);
  const Icon = ICONS[mood];
  return (
    <span className="stack tight" style={{ gap: 0 }}>
      <span className={`row ${mood === 'late' ? 'late strong' : ''}`} style={{ flexWrap: 'nowrap', gap: 5 }}>
        <Icon size={14} aria-hidden />
        <span role="timer">
          {mood === 'late' ? `${t('clock.late')} ` : ''}
          {mood === 'met' ? t('clock.met') : <Left text={words.time(left)} />}
          {mood === 'paused' ? ` · ${t('clock.paused')}` : ''}
        </span>
      </span>
      <span className="least muted">
        {words.name(clock.kind)}
        {clock.due_at && mood !== 'met' ? (
          <> · {t('clock.until', { at: shortTime(clock.due_at, zone, now) })}</>
        ) : null}
      </span>
    </span>
  );
}

/** A card with a large timer, for the head of the crisis room. It speaks at 50 %, 25 %, 10 % and zero. */
export function CountdownCard({ clock, zone }: { clock: Clock; zone: string }) {
  const { t } = useTranslation();
  const words = useClockWords();
  const now = useNow();
  const { mood, left } = readClock(clock, now);
  const Icon = ICONS[mood];
  return (
    <div className={`clock-card ${TONES[mood]}`}>
      <div className="row least" style={{ gap: 5 }}>
        <Icon size={14} aria-hidden />
        {words.name(clock.kind)}
      </div>
      <div className="timer" role="timer">
        {mood === 'met' ? t('clock.met') : <Left text={words.time(left)} />}
      </div>
      <div className="least">
        {mood === 'late' ? `${t('clock.late')} · ` : ''}
        {mood === 'risk' ? `${t('clock.risk')} · ` : ''}
        {mood === 'paused' ? `${t('clock.paused')} · ${words.pause(clock.pause_reason)}` : null}
        {clock.due_at && mood !== 'paused' && mood !== 'met'
          ? t('clock.until', { at: shortTime(clock.due_at, zone, now) })
          : null}
        {mood === 'met' && clock.met_at ? shortTime(clock.met_at, zone, now) : null}
      </div>
      <Announcer clock={clock} left={left} mood={mood} />
    </div>
  );
}

function Announcer({ clock, left, mood }: { clock: Clock; left: number; mood: Mood }) {
  const { t } = useTranslation();
  const words = useClockWords();
  const budget = clock.budget_seconds ?? 0;
  const step =
    mood === 'late' ? 0 : budget > 0 ? [0.1, 0.25, 0.5].find((s) => left <= budget * s) : undefined;
  const before = useRef(step);
  const [said, setSaid] = useState('');
  const name = words.name(clock.kind);
  useEffect(() => {
    if (step === before.current) return;
    before.current = step;
    if (step === undefined || mood === 'met' || mood === 'paused') return;
    setSaid(step === 0 ? t('clock.say_late', { name }) : t('clock.say_left', { name, percent: step * 100 }));
  }, [step, mood, name, t]);
  return (
    <span className="hidden-text" aria-live="polite">
      {said}
    </span>
  );
}
