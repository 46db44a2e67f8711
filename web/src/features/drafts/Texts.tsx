import { Button, Menu, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DraftContent, DraftText } from '../../api/types/drafts';
import { TextBox } from '../../parts/fields';
import { PLATFORMS, PlatformIcon, usePlatformName } from '../../parts/Platform';
import { textKey } from './content';
import { textLength } from './length';

/** One plain text for each platform and language; posts are plain text, so the editor is too. */
export function Texts({
  content,
  limits,
  readOnly,
  onChange,
}: {
  content: DraftContent;
  limits: Record<string, number>;
  readOnly: boolean;
  onChange: (content: DraftContent) => void;
}) {
  const { t } = useTranslation();
  const platform = usePlatformName();
  const texts = content.texts;
  const [tab, setTab] = useState<string | null>(texts[0] ? textKey(texts[0]) : null);
  const shown = texts.some((x) => textKey(x) === tab) ? tab : texts[0] ? textKey(texts[0]) : null;
  const put = (next: DraftText[]) => onChange({ ...content, texts: next });
  const name = (text: DraftText) => `${platform(text.platform)} · ${t(`lang.${text.lang}`, text.lang)}`;
  return (
    <div className="stack tight">
      <Tabs value={shown} onChange={setTab} keepMounted={false}>
        <Tabs.List aria-label={t('draft.texts')}>
          {texts.map((text) => (
            <Tabs.Tab
              key={textKey(text)}
              value={textKey(text)}
              leftSection={<PlatformIcon platform={text.platform} size={15} />}
            >
              {t(`lang.${text.lang}`, text.lang)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {texts.map((text, index) => {
          const limit = limits[text.platform];
          const length = textLength(text.platform, text.text);
          const over = limit !== undefined && length > limit;
          return (
            <Tabs.Panel key={textKey(text)} value={textKey(text)} pt={10}>
              <TextBox
                label={name(text)}
                value={text.text}
                onChange={(e) =>
                  put(texts.map((x, i) => (i === index ? { ...x, text: e.currentTarget.value } : x)))
                }
                readOnly={readOnly}
                autosize
                minRows={5}
                dir="auto"
                error={over ? t('draft.too_long') : undefined}
                data-testid="draft-text"
              />
              <div className="row apart least muted" style={{ marginBlockStart: 4 }}>
                <span className={over ? 'late strong' : ''}>
                  {limit ? t('draft.count_of', { length, limit }) : t('draft.count', { length })}
                </span>
                {!readOnly && texts.length > 1 ? (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    color="red"
                    onClick={() => put(texts.filter((_, i) => i !== index))}
                  >
                    {t('parts.remove_named', { name: name(text) })}
                  </Button>
                ) : null}
              </div>
            </Tabs.Panel>
          );
        })}
      </Tabs>
      {readOnly ? null : (
        <AddText
          texts={texts}
          current={texts.find((x) => textKey(x) === shown)?.text ?? ''}
          onAdd={(text) => {
            put([...texts, text]);
            setTab(textKey(text));
          }}
        />
      )}
    </div>
  );
}

function AddText({
  texts,
  current,
  onAdd,
}: {
  texts: DraftText[];
  current: string;
  onAdd: (text: DraftText) => void;
}) {
  const { t } = useTranslation();
  const platform = usePlatformName();
  const free = (['he', 'en'] as const).flatMap((lang) =>
    PLATFORMS.filter((p) => !texts.some((x) => x.platform === p && x.lang === lang)).map((p) => ({
      platform: p as string,
      lang,
    })),
  );
  return (
    <div className="row">
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />}>
            {t('draft.text_add')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown style={{ maxHeight: 320, overflowY: 'auto' }}>
          {free.map((f) => (
            <Menu.Item key={`${f.platform}:${f.lang}`} onClick={() => onAdd({ ...f, text: current })}>
              {platform(f.platform)} · {t(`lang.${f.lang}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
