import type { ReactNode } from 'react';

/** Addresses, handles, hashtags, and numbers with a sign: each would be scrambled in a right-to-left line. */
const PIECES =
  /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|([@#][\p{L}\p{N}_][\p{L}\p{N}_.-]*[\p{L}\p{N}_]|[@#][\p{L}\p{N}_])|((?<![\p{L}\p{N}])[-+−]\d[\d.,]*%?)/gu;

/** Other people's text with its codes isolated; addresses open in a new tab and are told nothing about us. */
export function RichText({ text }: { text: string }) {
  const out: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(PIECES)) {
    const at = match.index;
    if (at > from) out.push(text.slice(from, at));
    const piece = match[0];
    if (match[1]) {
      out.push(
        <a key={at} href={piece} target="_blank" rel="noopener noreferrer">
          <bdi dir="ltr">{piece}</bdi>
        </a>,
      );
    } else {
      const latin = match[3] !== undefined || !/[\u0590-\u05ff\u0600-\u06ff]/.test(piece);
      out.push(
        <bdi key={at} dir={latin ? 'ltr' : 'rtl'}>
          {piece}
        </bdi>,
      );
    }
    from = at + piece.length;
  }
  out.push(text.slice(from));
  return <>{out}</>;
}
