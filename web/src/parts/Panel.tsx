import { type ReactNode, useId } from 'react';
import { Boundary } from './states';

/** A card with a heading. Each is a region of its own, and fails alone. */
export function Panel({
  title,
  aside,
  children,
  flush = false,
  level = 2,
  id,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  level?: 2 | 3;
  id?: string;
}) {
  const label = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className="card" aria-labelledby={label} id={id}>
      <div className="card-head">
        <Heading id={label}>{title}</Heading>
        {aside ? <div className="push">{aside}</div> : null}
      </div>
      <div className={`card-body ${flush ? 'flush' : ''}`}>
        <Boundary>{children}</Boundary>
      </div>
    </section>
  );
}

export function PageHead({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="page-head">
      <h1 className="page-title">{title}</h1>
      {children ? <div className="push">{children}</div> : null}
    </div>
  );
}
