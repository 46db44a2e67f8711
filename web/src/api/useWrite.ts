import { notifications } from '@mantine/notifications';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { i18next } from '../i18n';
import { newKey } from './client';
import { isProblem } from './problem';

interface Options<V, R> {
  /** Query keys that the write makes stale. */
  stale?: QueryKey[];
  /** A sentence shown when it worked. */
  said?: string;
  onDone?: (result: R, vars: V) => void;
}

/**
 * One write. After a failure that leaves its outcome unknown (connection lost,
 * server error) a retry of the same thing carries the same Idempotency-Key, so
 * pressing again cannot do it twice.
 */
export function useWrite<V, R = unknown>(
  run: (vars: V, key: string) => Promise<R>,
  options: Options<V, R> = {},
) {
  const client = useQueryClient();
  const last = useRef<{ what: string; key: string } | null>(null);
  const mutation = useMutation<R, unknown, V>({
    mutationFn: async (vars) => {
      const what = JSON.stringify(vars) ?? '';
      const key = last.current?.what === what ? last.current.key : newKey();
      last.current = { what, key };
      try {
        const result = await run(vars, key);
        last.current = null;
        return result;
      } catch (error) {
        if (isProblem(error) && error.status > 0 && error.status < 500) last.current = null;
        throw error;
      }
    },
    onError: (error) => {
      // Somebody else was faster: show what is true now beside the refusal.
      if (!isProblem(error) || (error.status !== 409 && error.status !== 422)) return;
      for (const queryKey of options.stale ?? []) void client.invalidateQueries({ queryKey });
    },
    onSuccess: (result, vars) => {
      for (const queryKey of options.stale ?? []) void client.invalidateQueries({ queryKey });
      if (options.said) {
        notifications.show({
          message: options.said,
          color: 'teal',
          autoClose: 4000,
          closeButtonProps: { 'aria-label': i18next.t('parts.close') },
        });
      }
      options.onDone?.(result, vars);
    },
  });
  return {
    send: mutation.mutate,
    pending: mutation.isPending,
    error: mutation.error,
    reset: mutation.reset,
  };
}
