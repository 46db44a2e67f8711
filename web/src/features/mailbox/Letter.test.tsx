import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { draw } from '../../testing/draw';
import { Letter } from './Letter';

describe('a kept mail', () => {
  it('is rebuilt without scripts, styles, pictures or other addresses than http', () => {
    const html =
      '<html dir="rtl" lang="he"><head><style>p{color:red}</style></head><body style="font:16px Arial">' +
      '<h1>אישור נדרש</h1><p style="color:red" onclick="x()">שלום <b>שירה</b></p><script>alert(1)</script>' +
      '<img src="https://t.example/pixel"><a href="javascript:alert(1)">רע</a>' +
      '<a href="http://127.0.0.1:8080/a/secret">לקריאה</a></body></html>';
    const { container } = draw(<Letter html={html} text="" />);
    expect(
      container.querySelector(
        'script, style:not([data-mantine-styles]), img, [onclick], h1, p[style*="color"]',
      ),
    ).toBeNull();
    expect(screen.getByTestId('mail-body')).toHaveAttribute('dir', 'rtl');
    const links = [...container.querySelectorAll('a')].map((a) => [
      a.textContent,
      a.getAttribute('href'),
      a.target,
    ]);
    expect(links).toEqual([['לקריאה', 'http://127.0.0.1:8080/a/secret', '_blank']]);
    expect(container).toHaveTextContent('שלום שירה');
  });

  it('falls back to the text', () => {
    draw(<Letter html="" text="שלום https://a.example/x" />);
    expect(screen.getByRole('link')).toHaveAttribute('href', 'https://a.example/x');
  });
});
