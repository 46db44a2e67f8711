import { Checkbox, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readAll } from '../../api/lists';
import type { Target } from '../../api/types/clients';
import type { DraftContent } from '../../api/types/drafts';
import { DateTimeField } from '../../parts/DateTimeField';
import { PlatformIcon, usePlatformName } from '../../parts/Platform';
import { NoteLine, Shown } from '../../parts/states';

/** Where the words go and when: part of what is approved, so part of the version. */
export function Placement({
  clientId,
  content,
  zone,
  readOnly,
  onChange,
}: {
  clientId: string;
  content: DraftContent;
  zone: string;
  readOnly: boolean;
  onChange: (content: DraftContent) => void;
}) {
  const { t } = useTranslation();
  const platform = usePlatformName();
  const query = useQuery({
    queryKey: ['clients', clientId, 'targets'],
    queryFn: ({ signal }) => readAll<Target>(`/clients/${clientId}/targets`, signal),
  });
  const targets = content.targets ?? [];
  const toggle = (id: string) =>
    onChange({
      ...content,
      targets: targets.includes(id) ? targets.filter((x) => x !== id) : [...targets, id],
    });
  return (
    <>
      <fieldset className="fieldset" disabled={readOnly}>
        <legend>{t('draft.targets')}</legend>
        <Shown query={query} rows={2}>
          {(all) => (
            <div className="stack tight">
              {all.length === 0 ? <NoteLine tone="warn">{t('draft.no_targets')}</NoteLine> : null}
              {all.map((target) => {
                const chosen = targets.includes(target.id);
                const worded = content.texts.some(
                  (x) => x.platform === target.platform && x.text.trim() !== '',
                );
                return (
                  <div key={target.id}>
                    <Checkbox
                      checked={chosen}
                      onChange={() => toggle(target.id)}
                      label={
                        <span className="row" style={{ gap: 6 }}>
                          <PlatformIcon platform={target.platform} size={16} />
                          <bdi>{target.account}</bdi>
                          <span className="least muted">{t(`draft.target_kind.${target.kind}`)}</span>
                        </span>
                      }
                      data-testid="draft-target"
                    />
                    {chosen && !worded ? (
                      <span className="least late">
                        {t('draft.target_without_text', { platform: platform(target.platform) })}
                      </span>
                    ) : null}
                  </div>
                );
              })}
            </div>
          )}
        </Shown>
      </fieldset>
      <TagsInput
        label={t('draft.links')}
        description={t('draft.links_help')}
        value={content.links ?? []}
        onChange={(links) => onChange({ ...content, links })}
        dir="ltr"
        readOnly={readOnly}
        acceptValueOnBlur
      />
      {readOnly ? null : (
        <div className="form-grid">
          <DateTimeField
            label={t('draft.publish_from')}
            value={content.publish_from}
            onChange={(publish_from) => onChange({ ...content, publish_from })}
            zone={zone}
          />
          <DateTimeField
            label={t('draft.publish_until')}
            value={content.publish_until}
            onChange={(publish_until) => onChange({ ...content, publish_until })}
            zone={zone}
          />
        </div>
      )}
    </>
  );
}
