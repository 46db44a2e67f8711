import { describe, expect, it } from 'vitest';
import { textLength } from './length';

describe('the length of a post', () => {
  it.each([
    ['x counts Hebrew as one', 'x', 'שלום', 4],
    ['x counts an emoji as two', 'x', '👍', 2],
    ['x counts any address as 23', 'x', 'a https://very.long.example/with/a/path?and=query b', 27],
    ['bluesky counts what is seen', 'bluesky', '👨‍👩‍👧 שָׁלוֹם', 6],
    ['others count code points', 'facebook', '👍שלום', 5],
  ])('%s', (_, platform, text, length) => {
    expect(textLength(platform, text)).toBe(length);
  });
});
