import type { CSSProperties, ReactNode } from 'react';

/** A part of the page that scrolls by itself: named, and reachable by keyboard. */
export function ScrollRegion({
  label,
  children,
  style,
}: {
  label: string;
  children: ReactNode;
  style?: CSSProperties;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard cannot scroll the region
    <section className="scroll-x" tabIndex={0} aria-label={label} style={style}>
      {children}
    </section>
  );
}
