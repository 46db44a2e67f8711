import { useTranslation } from 'react-i18next';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { VolumeEvent, VolumePoint } from '../api/types/clients';
import { dateTime, timeOnly } from '../time/format';

/** How many milliseconds a chart covers before its ticks need the date as well. */
const DAY = 36 * 3600_000;

interface Row extends VolumePoint {
  t: number;
}

/**
 * Mentions over time: all (line and area), negative (dashes), expected (thin),
 * threshold (dots). Series differ by dash as well as by colour. Time runs left
 * to right in both languages. Events are numbered marks, listed below.
 */
export function VolumeChart({
  points,
  events = [],
  zone,
  height = 230,
  label,
}: {
  points: VolumePoint[];
  events?: VolumeEvent[];
  zone: string;
  height?: number;
  label: string;
}) {
  const { t, i18n } = useTranslation();
  const rows: Row[] = points.map((p) => ({ ...p, t: Date.parse(p.at) }));
  const first = rows[0]?.t ?? 0;
  const last = rows[rows.length - 1]?.t ?? 0;
  const tick = (value: number) =>
    last - first > DAY ? dateTime(value, zone).slice(0, 5) : timeOnly(value, zone);
  const peak = rows.reduce((max, r) => Math.max(max, r.mentions), 0);
  const say = (event: VolumeEvent) => {
    const kind = i18n.exists(`chart.event.${event.kind}`) ? t(`chart.event.${event.kind}`) : event.kind;
    const group = event.kind === 'alert' ? 'severities' : event.kind === 'stage' ? 'stages_short' : '';
    const key = `labels.${group}.${event.label}`;
    return `${kind} ${group && i18n.exists(key) ? t(key) : event.label}`.trim();
  };
  const shown = events.filter((e) => Date.parse(e.at) >= first && Date.parse(e.at) <= last);
  return (
    <figure className="chart">
      <div dir="ltr" role="img" aria-label={t('chart.summary', { label, peak, count: rows.length })}>
        <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 600, height }}>
          <ComposedChart
            data={rows}
            margin={{ top: 18, right: 8, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid stroke="var(--line)" strokeDasharray="4 4" vertical={false} />
            <XAxis
              dataKey="t"
              type="number"
              domain={['dataMin', 'dataMax']}
              tickFormatter={tick}
              tick={{ fill: 'var(--chart-muted)', fontSize: 12 }}
              stroke="var(--line)"
              minTickGap={40}
            />
            <YAxis
              width={38}
              allowDecimals={false}
              tick={{ fill: 'var(--chart-muted)', fontSize: 12 }}
              stroke="transparent"
            />
            <Tooltip
              isAnimationActive={false}
              content={({ active, payload }) => {
                const row = active ? (payload?.[0]?.payload as Row | undefined) : undefined;
                return row ? <Tip row={row} zone={zone} /> : null;
              }}
            />
            <Area
              dataKey="mentions"
              stroke="var(--chart-all)"
              strokeWidth={2}
              fill="var(--chart-fill)"
              isAnimationActive={false}
            />
            <Line
              dataKey="negative"
              stroke="var(--chart-negative)"
              strokeWidth={1.8}
              strokeDasharray="5 4"
              dot={false}
              isAnimationActive={false}
            />
            <Line
              dataKey="expected"
              stroke="var(--chart-muted)"
              strokeWidth={1}
              dot={false}
              isAnimationActive={false}
            />
            <Line
              dataKey="threshold"
              stroke="var(--chart-muted)"
              strokeWidth={1.6}
              strokeDasharray="2 4"
              dot={false}
              isAnimationActive={false}
            />
            {shown.map((event) => (
              <ReferenceLine
                key={`${event.n}-${event.at}`}
                x={Date.parse(event.at)}
                stroke="var(--text)"
                strokeWidth={1}
                label={{
                  value: event.n,
                  position: 'top',
                  fill: 'var(--text)',
                  fontSize: 12,
                  fontWeight: 700,
                }}
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <figcaption className="row least muted">
        <Key dash="">{t('chart.all')}</Key>
        <Key dash="5 4" tone="var(--chart-negative)">
          {t('chart.negative')}
        </Key>
        <Key dash="2 4" tone="var(--chart-muted)">
          {t('chart.threshold')}
        </Key>
        <Key dash="" thin tone="var(--chart-muted)">
          {t('chart.expected')}
        </Key>
      </figcaption>
      {shown.length > 0 ? (
        <ol className="plain-list row least chart-events">
          {shown.map((event) => (
            <li key={`${event.n}-${event.at}`}>
              <strong>{event.n}</strong> <bdi>{say(event)}</bdi> · {timeOnly(event.at, zone)}
            </li>
          ))}
        </ol>
      ) : null}
    </figure>
  );
}

function Key({
  children,
  dash,
  tone = 'var(--chart-all)',
  thin = false,
}: {
  children: string;
  dash: string;
  tone?: string;
  thin?: boolean;
}) {
  return (
    <span className="row" style={{ gap: 5 }}>
      <svg width="24" height="6" aria-hidden="true">
        <line
          x1="0"
          y1="3"
          x2="24"
          y2="3"
          stroke={tone}
          strokeWidth={thin ? 1 : 2.2}
          strokeDasharray={dash}
        />
      </svg>
      {children}
    </span>
  );
}

function Tip({ row, zone }: { row: Row; zone: string }) {
  const { t, i18n } = useTranslation();
  const figure = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
  return (
    <div className="card chart-tip" dir={i18n.language === 'he' ? 'rtl' : 'ltr'}>
      <strong>{dateTime(row.t, zone)}</strong>
      <div>
        {t('chart.all')}: {row.mentions}
      </div>
      <div>
        {t('chart.negative')}: {row.negative}
      </div>
      {row.expected != null ? (
        <div>
          {t('chart.expected')}: {figure(row.expected)}
        </div>
      ) : null}
      {row.threshold != null ? (
        <div>
          {t('chart.threshold')}: {figure(row.threshold)}
        </div>
      ) : null}
    </div>
  );
}
