import { Button, Radio, SegmentedControl, Switch, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import type { Lang } from '../../api/types/basics';
import type { Client, ClientSettings } from '../../api/types/clients';
import { useWrite } from '../../api/useWrite';
import { TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { WordPicker } from '../../parts/pickers';
import { WriteError } from '../../parts/states';

const NONE: ClientSettings = {
  sensitivity: 3,
  auto_open: false,
  verification: 'default',
  no_publish_shabbat: false,
  closed_days: [],
};

export function SettingsPanel({ client, may }: { client: Client; may: boolean }) {
  const { t } = useTranslation();
  const [name, setName] = useState(client.name);
  const [zone, setZone] = useState(client.zone);
  const [lang, setLang] = useState<Lang | undefined>(client.lang);
  const [settings, setSettings] = useState<ClientSettings>({ ...NONE, ...client.settings });
  const set = (part: Partial<ClientSettings>) => setSettings({ ...settings, ...part });
  const write = useWrite(
    (body: Record<string, unknown>, key) =>
      api.patch(`/clients/${client.id}`, body, { key, ifMatch: client.rev }),
    { stale: [['clients']], said: t('parts.saved') },
  );
  return (
    <Panel title={t('clients.settings')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          write.send({
            name: name.trim(),
            zone: zone.trim(),
            lang,
            settings: {
              sensitivity: settings.sensitivity,
              auto_open: settings.auto_open,
              verification: settings.verification,
              no_publish_shabbat: settings.no_publish_shabbat,
              closed_days: settings.closed_days ?? [],
            },
          });
        }}
      >
        <TextField
          label={t('clients.name')}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          readOnly={!may}
          required
          dir="auto"
        />
        <TextField
          label={t('clients.zone')}
          value={zone}
          onChange={(e) => setZone(e.currentTarget.value)}
          readOnly={!may}
          required
          dir="ltr"
        />
        <WordPicker
          words="lang"
          codes={['he', 'en'] as const}
          label={t('frame.language')}
          value={lang}
          onChange={(l) => may && setLang(l)}
          required
        />
        <div>
          <div className="small strong">{t('clients.sensitivity')}</div>
          <p className="least muted" style={{ margin: '0 0 4px' }}>
            {t('clients.sensitivity_help')}
          </p>
          <SegmentedControl
            fullWidth
            readOnly={!may}
            aria-label={t('clients.sensitivity')}
            value={String(settings.sensitivity)}
            onChange={(v) => set({ sensitivity: Number(v) })}
            data={['1', '2', '3', '4', '5']}
          />
        </div>
        <Switch
          label={t('clients.auto_open')}
          description={t('clients.auto_open_help')}
          checked={settings.auto_open}
          onChange={(e) => set({ auto_open: e.currentTarget.checked })}
          disabled={!may}
        />
        <Switch
          label={t('clients.shabbat')}
          description={t('clients.shabbat_help')}
          checked={settings.no_publish_shabbat}
          onChange={(e) => set({ no_publish_shabbat: e.currentTarget.checked })}
          disabled={!may}
        />
        <Radio.Group
          label={t('clients.verification')}
          value={settings.verification}
          onChange={(v) => set({ verification: v as ClientSettings['verification'] })}
        >
          <div className="stack tight" style={{ marginBlockStart: 6 }}>
            <Radio value="default" label={t('clients.verify.default')} disabled={!may} />
            <Radio value="code_always" label={t('clients.verify.code_always')} disabled={!may} />
          </div>
        </Radio.Group>
        <TagsInput
          label={t('clients.closed_days')}
          description={t('clients.closed_days_help')}
          value={settings.closed_days ?? []}
          onChange={(closed_days) => set({ closed_days })}
          readOnly={!may}
          dir="ltr"
          acceptValueOnBlur
        />
        <WriteError error={write.error} />
        {may ? (
          <div className="row">
            <Button type="submit" loading={write.pending} data-testid="client-settings-save">
              {t('parts.save')}
            </Button>
          </div>
        ) : null}
      </form>
    </Panel>
  );
}
