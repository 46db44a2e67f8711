/** The last day as a small line. Time runs left to right, also in Hebrew; the figures are said beside it. */
export function Sparkline({
  values,
  label,
  width = 96,
  height = 26,
}: {
  values: number[];
  label: string;
  width?: number;
  height?: number;
}) {
  if (values.length < 2) return null;
  const top = Math.max(...values, 1);
  const step = width / (values.length - 1);
  const points = values.map(
    (v, i) => `${(i * step).toFixed(1)},${(height - 3 - (v / top) * (height - 6)).toFixed(1)}`,
  );
  return (
    <svg className="spark" width={width} height={height} role="img" aria-label={label}>
      <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} fill="var(--chart-fill)" />
      <polyline points={points.join(' ')} fill="none" stroke="var(--chart-all)" strokeWidth={1.6} />
    </svg>
  );
}
