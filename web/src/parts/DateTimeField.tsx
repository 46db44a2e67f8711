import { DateTimePicker } from '@mantine/dates';
import { useTranslation } from 'react-i18next';
import { fromWall, toWall } from '../time/format';

/** An instant, chosen as wall time in the case's zone on a 24-hour clock, kept in UTC. */
export function DateTimeField({
  label,
  value,
  onChange,
  zone,
  required,
  description,
  testid,
}: {
  label: string;
  value: string | null | undefined;
  onChange: (value: string | null) => void;
  zone: string;
  required?: boolean;
  description?: string;
  testid?: string;
}) {
  const { t } = useTranslation();
  return (
    <DateTimePicker
      label={label}
      description={description}
      value={value ? toWall(value, zone) : null}
      onChange={(wall) => onChange(wall ? fromWall(wall, zone) : null)}
      valueFormat="DD.MM.YYYY HH:mm"
      timePickerProps={{
        format: '24h',
        hoursInputLabel: t('time.hours'),
        minutesInputLabel: t('time.minutes'),
      }}
      highlightToday
      weekdayFormat={(date) =>
        t(`time.weekday.${new Date(`${String(date).slice(0, 10)}T12:00:00Z`).getUTCDay()}`)
      }
      submitButtonProps={{ 'aria-label': t('parts.done') }}
      ariaLabels={{ previousMonth: t('parts.previous_month'), nextMonth: t('parts.next_month') }}
      clearable={!required}
      clearButtonProps={{ 'aria-label': t('parts.clear') }}
      required={required}
      data-testid={testid}
    />
  );
}
