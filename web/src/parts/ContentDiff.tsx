import { useTranslation } from 'react-i18next';
import type { DraftContent } from '../api/types/drafts';
import { PlatformIcon, usePlatformName } from './Platform';
import { TextDiff } from './TextDiff';

/** Two versions of a draft, text by text, with what changed marked. */
export function ContentDiff({ before, after }: { before: DraftContent; after: DraftContent }) {
  const { t } = useTranslation();
  const name = usePlatformName();
  const keys = new Map<string, { platform: string; lang: string }>();
  for (const text of [...after.texts, ...before.texts]) keys.set(`${text.platform}:${text.lang}`, text);
  const find = (content: DraftContent, platform: string, lang: string) =>
    content.texts.find((x) => x.platform === platform && x.lang === lang)?.text ?? '';
  const moved =
    JSON.stringify([...(before.targets ?? [])].sort()) !== JSON.stringify([...(after.targets ?? [])].sort());
  return (
    <div className="stack tight">
      {[...keys.values()].map(({ platform, lang }) => (
        <div key={`${platform}:${lang}`} className="quote">
          <div className="row least muted" style={{ gap: 5 }}>
            <PlatformIcon platform={platform} size={14} />
            <span aria-hidden>{name(platform)}</span> · {t(`lang.${lang}`, lang)}
          </div>
          <p className="lines" dir="auto" style={{ margin: '4px 0 0' }}>
            <TextDiff before={find(before, platform, lang)} after={find(after, platform, lang)} />
          </p>
        </div>
      ))}
      {moved ? <span className="small muted">{t('parts.targets_changed')}</span> : null}
    </div>
  );
}
