import { describe, expect, it } from 'vitest';
import { words } from './index';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === 'string') out.set(path, value);
    else for (const [k, v] of flat(value, path)) out.set(k, v);
  }
  return out;
}

const he = flat(words.he as Tree);
const en = flat(words.en as Tree);
const PLURAL = /_(one|two|other)$/;
const bases = (map: Map<string, string>) =>
  [...new Set([...map.keys()].map((k) => k.replace(PLURAL, '')))].sort();

const sources = import.meta.glob('../**/*.{ts,tsx}', { eager: true, query: '?raw', import: 'default' });

describe('words', () => {
  it('has the same keys in both languages', () => {
    expect(bases(he)).toEqual(bases(en));
  });

  it('has every plural form that a language needs', () => {
    const counted = [...he.keys()].filter((k) => k.endsWith('_other')).map((k) => k.replace(PLURAL, ''));
    expect(counted.length).toBeGreaterThan(5);
    for (const base of counted) {
      for (const form of ['one', 'two', 'other'])
        expect(he.has(`${base}_${form}`), `he ${base}_${form}`).toBe(true);
      for (const form of ['one', 'other']) expect(en.has(`${base}_${form}`), `en ${base}_${form}`).toBe(true);
    }
  });

  it('fills the same places in both languages', () => {
    const places = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort();
    for (const [key, text] of he) {
      if (PLURAL.test(key)) continue;
      expect(places(text), key).toEqual(places(en.get(key) ?? ''));
    }
  });

  it('has a word for every key that the source names', () => {
    const known = new Set(bases(he));
    const missing: string[] = [];
    for (const [path, text] of Object.entries(sources as Record<string, string>)) {
      if (path.includes('.test.')) continue;
      for (const match of text.matchAll(/\bt\(\s*'([a-z][\w.]*)'/g)) {
        const key = match[1] ?? '';
        if (!known.has(key)) missing.push(`${path}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('keeps Hebrew in the Hebrew words', () => {
    const latin = [...he].filter(
      ([key, text]) =>
        !key.startsWith('platform.') && /[a-z]{4,}/.test(text) && !/[\u0590-\u05ff]/.test(text),
    );
    expect(latin.map(([key]) => key)).toEqual([]);
  });
});
