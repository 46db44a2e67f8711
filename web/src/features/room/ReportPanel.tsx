import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import type { CrisisDetail } from '../../api/types/crises';
import type { Figure, Worded } from '../../api/types/work';
import { Bdi } from '../../parts/Bdi';
import { Panel } from '../../parts/Panel';
import { Empty, Shown } from '../../parts/states';

/** The figures of the report, each with its formula, window and gaps. */
export function ReportPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t, i18n } = useTranslation();
  const query = useQuery({
    queryKey: ['crisis', id, 'report'],
    queryFn: ({ signal }) => api.get<{ figures: Figure[] }>(`/crises/${crisis.id}/report`, undefined, signal),
  });
  const said = (worded: Worded | null | undefined): string => {
    if (!worded) return '';
    return typeof worded === 'string' ? worded : i18n.language === 'en' ? worded.en : worded.he;
  };
  const value = (figure: Figure) => {
    if (figure.value === null || figure.value === undefined) return t('room.no_figure');
    if (typeof figure.value === 'string') return figure.value;
    const text = Number.isInteger(figure.value) ? String(figure.value) : figure.value.toFixed(1);
    const unit = `report.unit.${figure.unit}`;
    return figure.unit && i18n.exists(unit) ? t(unit, { n: text }) : text;
  };
  const name = (key: string) => {
    if (i18n.exists(`report.${key}`)) return t(`report.${key}`);
    const round = /^approval_turnaround\D*(\d+)$/.exec(key);
    return round ? `${t('report.approval_turnaround')} · ${round[1]}` : key;
  };
  return (
    <Panel title={t('room.report')} flush>
      <Shown query={query} rows={3}>
        {(report) =>
          (report.figures ?? []).length === 0 ? (
            <Empty>{t('room.no_report')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {report.figures.map((figure) => (
                <li key={figure.key} style={{ padding: '8px 14px' }}>
                  <div className="row apart">
                    <span className="strong">{name(figure.key)}</span>
                    <strong>
                      <Bdi>{value(figure)}</Bdi>
                    </strong>
                  </div>
                  <div className="least muted">
                    {[said(figure.formula), figure.window, said(figure.gaps)]
                      .filter((part) => part)
                      .map((part) => (
                        <div key={part}>
                          <Bdi>{part}</Bdi>
                        </div>
                      ))}
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}
