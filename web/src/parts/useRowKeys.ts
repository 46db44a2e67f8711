import { useEffect, useState } from 'react';

/** True while a person types, so that letters are text and not commands. */
export function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.tagName) return false;
  return ['INPUT', 'TEXTAREA', 'SELECT'].includes(element.tagName) || element.isContentEditable;
}

/**
 * j and k move in a list, Enter opens. Physical keys: on a Hebrew layout the
 * key marked J gives another letter, and must do the same.
 */
export function useRowKeys(length: number, open: (index: number) => void): number {
  const [at, setAt] = useState(-1);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('[role=dialog]')) return;
      if (event.code === 'KeyJ') setAt((i) => Math.min(i + 1, length - 1));
      else if (event.code === 'KeyK') setAt((i) => Math.max(i - 1, 0));
      else if (event.code === 'Enter' && at >= 0 && at < length && event.target === document.body) open(at);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [length, at, open]);
  useEffect(() => {
    if (at >= 0) document.querySelector('[data-at="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return at < length ? at : -1;
}
