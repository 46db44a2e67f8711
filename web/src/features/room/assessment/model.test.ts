import { describe, expect, it } from 'vitest';
import { fillEmpty, toSend, whole } from './model';

describe('the assessment form', () => {
  it('is whole when nobody has assessed yet', () => {
    const form = whole(null);
    expect(form.revision).toBe(0);
    expect(form.impact.trust).toEqual({ score: null, confidence: '', evidence: '' });
  });

  it('takes a suggestion only where nothing was written', () => {
    const mine = whole({ sentiment: { negative_share: 0, note: 'mine' }, crisis_type: 'rumor' });
    const filled = fillEmpty(mine, {
      platforms: [{ platform: 'x', rank: 1, note: '' }],
      sentiment: { negative_share: 0.7, note: 'theirs' },
      crisis_type: 'human_error',
    });
    expect(filled.platforms).toHaveLength(1);
    expect(filled.sentiment).toMatchObject({ note: 'mine', negative_share: 0.7 });
    expect(filled.crisis_type).toBe('rumor');
  });

  it('sends ranks in the order of the list and no figure that the server counts', () => {
    const sent = toSend(
      whole({
        platforms: [
          { platform: 'facebook', rank: 2, note: '', mentions: 9, negative_share: 0.4 },
          { platform: 'x', rank: 1, note: 'n', affected: false },
        ],
        sentiment: { negative_share: 0.4, note: 'n', negative: 12 },
      }),
    );
    expect(sent.platforms).toEqual([
      { platform: 'facebook', rank: 1, note: '', affected: true },
      { platform: 'x', rank: 2, note: 'n', affected: false },
    ]);
    expect(sent.sentiment).toEqual({ negative_share: 0.4, note: 'n' });
    expect((sent.impact as Record<string, object>).trust).not.toHaveProperty('score');
  });
});
