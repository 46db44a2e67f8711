import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import labels from '../../../internal/crisis/labels.json';
import type { Lang } from '../api/types/basics';

const STORED = 'migdalor.lang';

type Bundle = Record<string, unknown>;

/** Every file of a language folder becomes one top-level key: queue.json holds "queue.…". */
function bundle(files: Record<string, unknown>): Bundle {
  const out: Bundle = {};
  for (const [path, content] of Object.entries(files)) {
    const name = path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
    out[name] = content;
  }
  return out;
}

/**
 * The words that mails, exports and the client's page use too come from the one
 * file that the server embeds: "labels.<group>.<code>", with {name} places.
 */
function shared(lang: Lang): Bundle {
  const out: Bundle = {};
  for (const [group, codes] of Object.entries(
    labels as Record<string, Record<string, Record<Lang, string>>>,
  )) {
    const said: Bundle = {};
    for (const [code, both] of Object.entries(codes)) said[code] = both[lang].replace(/\{(\w+)\}/g, '{{$1}}');
    out[group] = said;
  }
  return out;
}

export const words: Record<Lang, Bundle> = {
  he: {
    labels: shared('he'),
    ...bundle(import.meta.glob('./he/*.json', { eager: true, import: 'default' })),
  },
  en: {
    labels: shared('en'),
    ...bundle(import.meta.glob('./en/*.json', { eager: true, import: 'default' })),
  },
};

function stored(): Lang {
  try {
    return localStorage.getItem(STORED) === 'en' ? 'en' : 'he';
  } catch {
    return 'he';
  }
}

void i18next.use(initReactI18next).init({
  lng: stored(),
  fallbackLng: 'he',
  supportedLngs: ['he', 'en'],
  resources: { he: { translation: words.he }, en: { translation: words.en } },
  interpolation: { escapeValue: false },
  returnNull: false,
});

export function currentLang(): Lang {
  return i18next.language === 'en' ? 'en' : 'he';
}

/** Changes the page's language and remembers it on this machine, also before anybody signed in. */
export function setLang(lang: Lang): void {
  try {
    localStorage.setItem(STORED, lang);
  } catch {
    // A browser that refuses storage still gets the language for this visit.
  }
  if (lang !== i18next.language) void i18next.changeLanguage(lang);
}

export { i18next };
