import type { ReactNode } from 'react';

/**
 * Isolates a piece of text from the direction around it. Handles, addresses,
 * ids and signed numbers are codes: left to right everywhere.
 */
export function Bdi({
  children,
  code = false,
  title,
}: {
  children: ReactNode;
  code?: boolean;
  title?: string;
}) {
  return (
    <bdi dir={code ? 'ltr' : 'auto'} title={title}>
      {children}
    </bdi>
  );
}

/** The first characters of a hash; the whole of it on hover and to screen readers' title. */
export function Hash({ value, length = 12 }: { value: string; length?: number }) {
  return (
    <Bdi code title={value}>
      {value.slice(0, length)}
      {value.length > length ? '…' : ''}
    </Bdi>
  );
}
