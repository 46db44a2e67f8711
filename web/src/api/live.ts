import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Change, ChangeKind, Counts } from './types/ledger';

/** Which reads a change of each kind makes stale. */
const STALE: Record<ChangeKind, QueryKey[]> = {
  mention: [['mentions'], ['volume'], ['counts']],
  alert: [['alerts'], ['alert'], ['counts'], ['clients'], ['volume']],
  crisis: [['crises'], ['crisis'], ['counts'], ['clients'], ['volume']],
  draft: [['drafts'], ['draft'], ['crisis'], ['counts']],
  approval: [['approvals'], ['approval'], ['draft'], ['drafts'], ['crisis'], ['counts']],
  publication: [['publications'], ['draft'], ['drafts'], ['crisis'], ['counts']],
  notification: [['notifications']],
  client: [['clients'], ['crisis']],
  ledger: [['ledger'], ['timeline']],
  system: [['system'], ['session']],
};

/** Changes arrive in bursts; one refresh a second is enough for the eye and kind to the server. */
const GATHER_MS = 1000;

export type LiveState = 'live' | 'reconnecting';

/** The page's one event stream. The browser resumes it by itself with Last-Event-ID. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('reconnecting');

  useEffect(() => {
    const waiting = new Map<string, QueryKey>();
    let timer: number | undefined;
    let source: EventSource;
    let again: number | undefined;

    const flush = () => {
      timer = undefined;
      for (const queryKey of waiting.values()) void client.invalidateQueries({ queryKey });
      waiting.clear();
    };
    const onChange = (event: MessageEvent<string>) => {
      const change = parse(event.data);
      if (!change) return;
      if (change.counts) {
        client.setQueryData<Counts>(['counts'], (old) => (old ? { ...old, ...change.counts } : old));
      }
      for (const key of STALE[change.kind] ?? []) waiting.set(JSON.stringify(key), key);
      timer ??= window.setTimeout(flush, GATHER_MS);
    };
    let opened = false;
    const connect = () => {
      source = new EventSource('/api/v1/events');
      source.addEventListener('open', () => {
        setState('live');
        // What happened while the line was down was not told: read again.
        if (opened) void client.invalidateQueries();
        opened = true;
      });
      source.addEventListener('error', () => {
        setState('reconnecting');
        // The browser gives up on an HTTP error (a restart, a proxy): start anew.
        if (source.readyState === EventSource.CLOSED) again = window.setTimeout(connect, 3000);
      });
      source.addEventListener('change', onChange);
      // The server no longer knows what was missed: read everything again.
      source.addEventListener('reload', () => void client.invalidateQueries());
    };
    connect();
    return () => {
      source.close();
      window.clearTimeout(timer);
      window.clearTimeout(again);
    };
  }, [client]);

  return state;
}

function parse(text: string): Change | null {
  try {
    return JSON.parse(text) as Change;
  } catch {
    return null;
  }
}
