import { diffWords } from 'diff';
import { useTranslation } from 'react-i18next';

const segmenter = new Intl.Segmenter('he', { granularity: 'word' });

/**
 * What changed between two texts, by word. jsdiff alone takes Hebrew letters
 * for punctuation; with a segmenter it compares words. Said by mark-up
 * (ins, del), underline and strike, never by colour alone.
 */
export function TextDiff({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
  if (before === after) return <span className="muted">{t('parts.no_difference')}</span>;
  const pieces = diffWords(before, after, { intlSegmenter: segmenter });
  let at = 0;
  return (
    <>
      {pieces.map((piece) => {
        const key = `${at}-${piece.added ? 'a' : piece.removed ? 'r' : 's'}`;
        at += piece.value.length;
        if (piece.added) return <ins key={key}>{piece.value}</ins>;
        if (piece.removed) return <del key={key}>{piece.value}</del>;
        return <span key={key}>{piece.value}</span>;
      })}
    </>
  );
}
