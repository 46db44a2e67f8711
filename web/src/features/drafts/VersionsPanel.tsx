import { Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DraftDetail } from '../../api/types/drafts';
import { Bdi, Hash } from '../../parts/Bdi';
import { ContentDiff } from '../../parts/ContentDiff';
import { Panel } from '../../parts/Panel';
import { personName } from '../../parts/personName';
import { dateTime } from '../../time/format';

/** Every version is kept; any two can be compared. */
export function VersionsPanel({ draft, zone }: { draft: DraftDetail; zone: string }) {
  const { t } = useTranslation();
  const versions = [...(draft.versions ?? [])].sort((a, b) => b.version - a.version);
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const choices = versions.map((v) => ({ value: String(v.version), label: `v${v.version}` }));
  const after = versions.find((v) => String(v.version) === to) ?? versions[0];
  const before = versions.find((v) => String(v.version) === from) ?? versions[1];
  return (
    <Panel title={t('draft.versions')}>
      <div className="stack">
        <ul className="plain-list divided small">
          {versions.map((v) => (
            <li key={v.version} className="row apart" style={{ padding: '5px 0' }}>
              <span>
                <strong>
                  <Bdi code>v{v.version}</Bdi>
                </strong>{' '}
                · <Bdi>{personName(v.author)}</Bdi>
              </span>
              <span className="muted least">
                {dateTime(v.at, zone)} · <Hash value={v.hash} length={8} />
              </span>
            </li>
          ))}
        </ul>
        {after && before ? (
          <div className="stack tight">
            <div className="form-grid">
              <Select
                label={t('draft.compare_from')}
                data={choices}
                value={String(before.version)}
                onChange={setFrom}
                dir="ltr"
              />
              <Select
                label={t('draft.compare_to')}
                data={choices}
                value={String(after.version)}
                onChange={setTo}
                dir="ltr"
              />
            </div>
            <ContentDiff before={before.content} after={after.content} />
          </div>
        ) : null}
      </div>
    </Panel>
  );
}
