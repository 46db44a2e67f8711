const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How X counts an address, however long it is. */
const X_LINK = 23;

/** After X's published configuration: these ranges, which hold Latin and Hebrew, weigh one, the rest two. */
function weightOnX(code: number): number {
  const light =
    code <= 4351 ||
    (code >= 8192 && code <= 8205) ||
    (code >= 8208 && code <= 8223) ||
    (code >= 8242 && code <= 8247);
  return light ? 1 : 2;
}

/** The length of a text in the platform's own unit, as the server counts it. */
export function textLength(platform: string, text: string): number {
  if (platform === 'bluesky') return [...graphemes.segment(text)].length;
  if (platform === 'x') {
    const links = text.match(/https?:\/\/\S+/g) ?? [];
    let length = links.length * X_LINK;
    for (const char of text.replace(/https?:\/\/\S+/g, '')) length += weightOnX(char.codePointAt(0) ?? 0);
    return length;
  }
  return [...text].length;
}
