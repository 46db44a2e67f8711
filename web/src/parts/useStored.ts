import { useCallback, useState } from 'react';

/** State that survives a reload: typed text is never lost. An undefined value forgets it. */
export function useStored<T>(key: string, initial: T): [T, (value: T) => void, () => void] {
  const name = `migdalor.typed.${key}`;
  const [value, setValue] = useState<T>(() => read(name, initial));
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(name, JSON.stringify(next));
      } catch {
        // A full or refused storage leaves the text in the page, as without this hook.
      }
    },
    [name],
  );
  const forget = useCallback(() => {
    setValue(initial);
    try {
      localStorage.removeItem(name);
    } catch {
      // Nothing was kept.
    }
  }, [name, initial]);
  return [value, keep, forget];
}

function read<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(name);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}
