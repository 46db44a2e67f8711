import { describe, expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { RichText } from './RichText';

describe('other people’s text', () => {
  it('isolates handles, hashtags, addresses and signed numbers', () => {
    const text = 'פנו אל @dana_levi בנושא #חרם_חלב, ירידה של -3.5% ב־https://x.example/p/1.';
    const { container } = draw(<RichText text={text} />);
    const pieces = [...container.querySelectorAll('bdi')].map((b) => [b.textContent, b.getAttribute('dir')]);
    expect(pieces).toEqual([
      ['@dana_levi', 'ltr'],
      ['#חרם_חלב', 'rtl'],
      ['-3.5%', 'ltr'],
      ['https://x.example/p/1', 'ltr'],
    ]);
    expect(container.textContent).toContain(text);
  });

  it('links only http addresses and tells them nothing', () => {
    const { container } = draw(<RichText text="javascript:alert(1) https://a.example/?q=1" />);
    const links = [...container.querySelectorAll('a')];
    expect(links.map((a) => a.getAttribute('href'))).toEqual(['https://a.example/?q=1']);
    expect(links[0]).toHaveAttribute('rel', 'noopener noreferrer');
  });

  it('keeps a hyphenated word whole', () => {
    const { container } = draw(<RichText text="אצוות L2290-2291" />);
    expect(container.querySelector('bdi')).toBeNull();
  });
});
