import { afterEach, describe, expect, it, vi } from 'vitest';
import { address, api } from './client';
import { isProblem } from './problem';

function answer(status: number, body: unknown) {
  const fetch = vi.fn(
    async (_url: string, _init: RequestInit) =>
      new Response(body === undefined ? null : JSON.stringify(body), { status }),
  );
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const headers = (fetch: ReturnType<typeof answer>) =>
  fetch.mock.calls[0]?.[1].headers as Record<string, string>;

afterEach(() => vi.unstubAllGlobals());

describe('the API client', () => {
  it('leaves empty filters out of the address', () => {
    expect(address('/crises', { q: '', client: undefined, severity: 1, mine: false })).toBe(
      '/api/v1/crises?severity=1&mine=false',
    );
  });

  it('gives each write a key and the revision that was seen', async () => {
    const fetch = answer(200, {});
    await api.put('/crises/1/assessment', { a: 1 }, { ifMatch: 3 });
    expect(headers(fetch)['If-Match']).toBe('"3"');
    expect(headers(fetch)['Idempotency-Key']).toMatch(/.{16,}/);
  });

  it('gives a read neither', async () => {
    const fetch = answer(200, {});
    await api.get('/crises');
    expect(headers(fetch)).not.toHaveProperty('Idempotency-Key');
  });

  it('turns a problem into a typed error', async () => {
    answer(412, {
      code: 'stale',
      detail: 'Somebody was faster.',
      request_id: 'r1',
      details: { changed_by: 'Dana' },
      errors: [{ location: 'body.title', message: 'is empty' }],
    });
    const error = await api.post('/drafts/1/versions').catch((e: unknown) => e);
    expect(isProblem(error, 'stale')).toBe(true);
    expect(error).toMatchObject({ status: 412, requestId: 'r1', message: 'Somebody was faster.' });
    expect(isProblem(error) && error.details.changed_by).toBe('Dana');
    expect(isProblem(error) && error.fields).toHaveLength(1);
  });

  it('survives an error that is not JSON', async () => {
    vi.stubGlobal('fetch', async () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(api.get('/crises')).rejects.toMatchObject({ status: 502, code: 'http_502' });
  });

  it('calls a lost connection offline', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('failed');
    });
    await expect(api.get('/crises')).rejects.toMatchObject({ status: 0, code: 'offline' });
  });

  it('takes an empty answer', async () => {
    answer(204, undefined);
    await expect(api.remove('/session')).resolves.toBeUndefined();
  });
});
