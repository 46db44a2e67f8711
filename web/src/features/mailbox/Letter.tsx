import { createElement, Fragment, type ReactNode, useMemo } from 'react';
import { RichText } from '../../parts/RichText';

/** Elements of a mail that are drawn; anything else gives only its children. */
const DRAWN = new Set([
  'p',
  'div',
  'span',
  'strong',
  'b',
  'em',
  'i',
  'u',
  'ul',
  'ol',
  'li',
  'blockquote',
  'br',
  'hr',
  'pre',
  'code',
  'table',
  'tbody',
  'thead',
  'tr',
  'td',
  'th',
  'bdi',
]);
const SKIPPED = new Set([
  'script',
  'style',
  'head',
  'title',
  'meta',
  'link',
  'svg',
  'img',
  'iframe',
  'object',
]);

const STYLED = /\sstyle\s*=\s*("[^"]*"|'[^']*')/gi;

/**
 * A mail's HTML rebuilt from a short list of elements, without styles, scripts
 * or pictures: the page's content policy forbids them, and a kept mail needs none.
 */
export function Letter({ html, text }: { html: string; text: string }) {
  const body = useMemo(() => {
    if (!html) return null;
    // Without its style attributes: merely parsing them breaks the content policy.
    return new DOMParser().parseFromString(html.replace(STYLED, ' '), 'text/html');
  }, [html]);
  if (!body) {
    return (
      <p className="lines" dir="auto" style={{ margin: 0 }}>
        <RichText text={text} />
      </p>
    );
  }
  const dir = body.documentElement.dir || body.body.dir || undefined;
  return (
    <div
      className="letter"
      dir={dir ?? 'auto'}
      lang={body.documentElement.lang || undefined}
      data-testid="mail-body"
    >
      {children(body.body)}
    </div>
  );
}

function children(parent: Node): ReactNode {
  return Array.from(parent.childNodes, (node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: nodes of a parsed mail have no identity and never move
    <Fragment key={index}>{draw(node)}</Fragment>
  ));
}

function draw(node: Node): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const name = node.tagName.toLowerCase();
  if (SKIPPED.has(name)) return null;
  if (name === 'a') {
    const href = node.getAttribute('href') ?? '';
    if (!/^https?:\/\//.test(href)) return children(node);
    return (
      <a href={href} target="_blank" rel="noopener noreferrer" data-testid="mail-link">
        {children(node)}
      </a>
    );
  }
  // A mail's headings would break the order of the page's own.
  if (/^h[1-6]$/.test(name)) {
    return (
      <p className="strong" style={{ fontSize: 16 }}>
        {children(node)}
      </p>
    );
  }
  if (!DRAWN.has(name)) return children(node);
  const dir = node.getAttribute('dir') ?? undefined;
  if (name === 'br' || name === 'hr') return createElement(name);
  return createElement(name, { dir, role: name === 'table' ? 'presentation' : undefined }, children(node));
}
