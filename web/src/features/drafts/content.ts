import type { DraftContent, DraftText } from '../../api/types/drafts';

/** The name of one text of a draft: no two may share platform and language. */
export function textKey(text: DraftText): string {
  return `${text.platform}:${text.lang}`;
}

export function sameContent(a: DraftContent, b: DraftContent): boolean {
  return JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));
}

/** Empty fields and absent fields say the same. */
export function tidy(content: DraftContent): DraftContent {
  return {
    texts: content.texts.map(({ platform, lang, text }) => ({ platform, lang, text })),
    targets: content.targets ?? [],
    links: (content.links ?? []).map((link) => link.trim()).filter(Boolean),
    ...(content.publish_from ? { publish_from: content.publish_from } : {}),
    ...(content.publish_until ? { publish_until: content.publish_until } : {}),
  };
}
