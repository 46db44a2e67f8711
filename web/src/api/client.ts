import { noteServerTime } from '../time/now';
import { Problem, type ProblemBody } from './problem';

const BASE = '/api/v1';

type Query = Record<string, string | number | boolean | null | undefined>;

interface Write {
  body?: unknown;
  /** The revision that the person saw; a newer one on the server answers 412. */
  ifMatch?: string | number;
  /** The same key on a retry makes the server answer with the first result. */
  key?: string;
}

/** A random key for one act of a person. crypto.randomUUID exists only on secure origins. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export function address(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return `${BASE}${path}${text ? `?${text}` : ''}`;
}

async function send<T>(method: string, url: string, write?: Write, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (write?.body !== undefined) headers['Content-Type'] = 'application/json';
  if (write?.ifMatch !== undefined) headers['If-Match'] = `"${write.ifMatch}"`;
  if (method !== 'GET') headers['Idempotency-Key'] = write?.key ?? newKey();
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: write?.body === undefined ? undefined : JSON.stringify(write.body),
      credentials: 'same-origin',
      signal,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Problem(0, {});
  }
  return read<T>(response);
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  let body: unknown;
  try {
    body = text ? JSON.parse(text) : undefined;
  } catch {
    body = undefined;
  }
  if (!response.ok) throw new Problem(response.status, (body ?? {}) as Partial<ProblemBody>);
  const told = (body as { server_time?: string } | undefined)?.server_time ?? response.headers.get('Date');
  if (told) noteServerTime(told);
  return body as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    send<T>('GET', address(path, query), undefined, signal),
  post: <T>(path: string, body: unknown = {}, more?: Omit<Write, 'body'>) =>
    send<T>('POST', address(path), { ...more, body }),
  put: <T>(path: string, body: unknown, more?: Omit<Write, 'body'>) =>
    send<T>('PUT', address(path), { ...more, body }),
  patch: <T>(path: string, body: unknown, more?: Omit<Write, 'body'>) =>
    send<T>('PATCH', address(path), { ...more, body }),
  remove: <T>(path: string, body?: unknown) => send<T>('DELETE', address(path), { body }),
};
