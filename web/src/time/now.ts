import { useSyncExternalStore } from 'react';

/** One ticker for every countdown, corrected by the server's clock so that a wrong laptop clock misleads nobody. */

let offset = 0;
let now = Date.now();
let timer: number | undefined;
const listeners = new Set<() => void>();

/** A Date header has whole seconds: differences under 1.5 s are its rounding, not a wrong clock. */
export function noteServerTime(told: string): void {
  const server = Date.parse(told);
  if (Number.isNaN(server)) return;
  const seen = server - Date.now();
  if (Math.abs(seen - offset) > 1500) offset = Math.abs(seen) > 1500 ? seen : 0;
}

/** Milliseconds by which this machine's clock differs from the server's. */
export function clockSkew(): number {
  return offset;
}

export function serverNow(): number {
  return Date.now() + offset;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = serverNow();
    timer = window.setInterval(() => {
      now = serverNow();
      for (const l of listeners) l();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== undefined) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in milliseconds, renewed once a second. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  );
}
