// Every page of the console in both languages, light and dark, wide and on a
// phone; the approver's pages in both languages; and a mail scanner that follows
// a link and presses what it finds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, accessibleWithoutScript, newPage, openBrowser, password, signIn, startMigdalor, until } from './desk.mjs';
import { phone, wide } from './steps.mjs';

let server;
let browser;
let office;
let world;

/** Somebody's account through the interface that the console uses. */
async function account(email, word = password) {
  let cookie = '';
  const call = async (method, path, body) => {
    const answer = await fetch(`${server.base}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', cookie, origin: server.base },
      body: body && JSON.stringify(body),
    });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  await call('POST', '/session', { email, password: word });
  return { get: (path) => call('GET', path), post: (path, body = {}) => call('POST', path, body), };
}

before(async () => {
  [server, browser] = await Promise.all([startMigdalor('--demo', '--demo-speed', '12'), openBrowser()]);
  office = { admin: await account('yael@agency.example.test'), lead: await account('noam@agency.example.test') };
  world = await furnish();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A crisis with a draft in review: every page then has something to show. */
async function furnish() {
  const { admin, lead } = office;
  const grace = { name: 'Grace Moore', email: 'grace@agency.example.test', lang: 'en', grants: [{ role: 'admin', client_id: null }] };
  const given = await admin.post('/users', grace);
  await (await account(grace.email, given.password)).post('/me/password', { current: given.password, new: password });
  const alert = await until('an alert', async () => (await lead.get('/alerts?state=open')).items[0]);
  const crisis = await lead.post(`/alerts/${alert.id}/open`, { title: 'שברי זכוכית ביוגורט', severity: 3 });
  await until('the crisis to run', async () => (await lead.get(`/crises/${crisis.id}`)).engine === 'running');
  const targets = (await lead.get(`/clients/${crisis.client_id}/targets`)).items;
  const approver = await admin.post(`/clients/${crisis.client_id}/contacts`, {
    name: 'Ellen Hart', email: 'ellen@galdon.example.test', title: 'Board', party: 'client', lang: 'en',
  });
  const made = { crisis, targets, ellen: approver.id, client: crisis.client_id, alert: alert.id };
  return { ...made, ...(await asked(made, 'ראינו ואנחנו בודקים')) };
}

/** A draft that the agency has approved and that now waits for the client; links by address. */
async function asked({ crisis, targets, ellen, client }, text) {
  const { admin, lead } = office;
  const texts = [...new Set(targets.map((x) => x.platform))].map((platform) => ({ platform, lang: 'he', text }));
  const draft = await lead.post(`/crises/${crisis.id}/drafts`, {
    kind: 'acknowledgement', title: text, content: { texts, targets: targets.map((x) => x.id), links: [] },
  });
  const contacts = (await lead.get(`/clients/${client}/contacts`)).items;
  const tamar = contacts.find((c) => c.email.startsWith('tamar')).id;
  const me = (await admin.get('/session')).user.id;
  const rounds = (await lead.get(`/drafts/${draft.id}/rounds`)).items.map(({ party, mode, k }) => ({
    party, mode, k, approvers: party === 'client' ? [{ contact_id: tamar }, { contact_id: ellen }] : [{ user_id: me }],
  }));
  const sent = await lead.post(`/drafts/${draft.id}/send`, { publish_on_approval: false, rounds });
  const approval = await lead.get(`/approvals/${sent.id}`);
  await until('the round inside to open', async () =>
    admin.post(`/approvals/${sent.id}/decision`, { decision: 'approve', version_hash: approval.version_hash, typed_name: 'יעל אדמון' }).catch(() => null));
  const links = {};
  for (const [lang, to] of [['he', 'tamar@galdon.example.test'], ['en', 'ellen@galdon.example.test']]) {
    links[lang] = await until(`the request to ${to}`, async () => {
      const mails = (await admin.get('/mailbox?limit=200')).items.filter((m) => m.to.includes(to) && m.subject.includes(text));
      return mails.length ? (await admin.get(`/mailbox/${mails[0].id}`)).text.match(/https?:\S+\/a\/v1\.[\w.-]+/)?.[0] : '';
    });
  }
  return { draft, approval: sent, links };
}

test('every page in both languages, light and dark, wide and on a phone', { timeout: 330_000, concurrency: 2 }, async (t) => {
  const { crisis } = world;
  const pages = {
    queue: '/queue', alerts: '/alerts?state=opened', alert: `/alerts/${world.alert}`, mentions: '/mentions', drafts: '/drafts',
    draft: `/drafts/${world.draft.id}`, approvals: '/approvals?tab=waiting', approval: `/approvals/${world.approval.id}`, ledger: '/ledger', people: '/people',
    clients: '/clients', client: `/clients/${world.client}`, mailbox: '/mailbox', account: '/account', unknown: '/nowhere',
  };
  for (const stage of ['detect', 'assess', 'respond', 'refocus', 'sustain']) pages[`room-${stage}`] = `/crises/${crisis.number}?stage=${stage}`;
  const visit = async (lang, email) => {
    const { page, faults } = await newPage(browser, { viewport: wide });
    await signIn(page, server.base, email);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(server.base + path);
      await page.locator(`html[lang=${lang}] h1`).first().waitFor();
      await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
      for (const [size, viewport] of Object.entries({ wide, phone })) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
          await accessible(page, `${name}-${lang}-${size}-${colorScheme}`);
        }
      }
      const wider = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `${name} in ${lang} is ${wider} px wider than the phone`);
      await page.setViewportSize(wide);
    }
    assert.deepEqual(faults, [], 'no script error and nothing blocked by the content policy');
  };
  // Two people at two desks, at the same time.
  await Promise.all([
    t.test('Hebrew', () => visit('he', 'yael@agency.example.test')),
    t.test('English', () => visit('en', 'grace@agency.example.test')),
  ]);
});

test("the approver's pages in both languages", { timeout: 120_000 }, async () => {
  const open = async (made, lang) => {
    const { page } = await newPage(browser, { viewport: phone, hasTouch: true, isMobile: true, javaScriptEnabled: false });
    await page.goto(made.links[lang]);
    await accessibleWithoutScript(page, `approver-shell-${lang}`);
    await page.locator('form[action="/a/open"] button').tap();
    await page.locator(`html[lang=${lang}] #typed_name`).waitFor();
    await accessibleWithoutScript(page, `approver-review-${lang}`);
    await page.locator('input[value="approve"]').check();
    await page.locator('#typed_name').fill(lang === 'he' ? 'תמר אלרואי' : 'Ellen Hart');
    await page.locator('form[action="/a/confirm"] button').tap();
    await page.locator('form[action="/a/decide"] button').waitFor();
    await accessibleWithoutScript(page, `approver-confirm-${lang}`);
    return page;
  };
  for (const [first, later] of [['en', 'he'], ['he', 'en']]) {
    const made = await asked(world, `נוסח מעודכן ${first}`);
    const late = await open(made, later);
    const quick = await open(made, first);
    await quick.locator('form[action="/a/decide"] button').tap();
    await quick.locator('.verdict.approve').waitFor();
    await accessibleWithoutScript(quick, `approver-receipt-${first}`);
    await until('the request to end', async () => (await office.lead.get(`/approvals/${made.approval.id}`)).state === 'approved');
    // One answer was enough: who is still at the last button is told so.
    await late.locator('form[action="/a/decide"] button').tap();
    await late.locator('form[action="/a/decide"]').waitFor({ state: 'detached' });
    assert.equal(await late.locator('.verdict').count(), 0, 'nothing is recorded for who came later');
    await accessibleWithoutScript(late, `approver-ended-${later}`);
    await late.goto(`${server.base}/a/v1.nothing.like.this`);
    await accessibleWithoutScript(late, 'approver-shell-unknown');
    await Promise.all([late.context().close(), quick.context().close()]);
  }
});

test('a scanner that follows the link and presses every button decides nothing', { timeout: 120_000 }, async () => {
  const link = world.links.he;
  const state = async () => (await office.lead.get(`/approvals/${world.approval.id}`)).state;
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await newPage(browser, { viewport: phone, javaScriptEnabled });
    page.setDefaultTimeout(10_000);
    await page.goto(link);
    await pressEverything(page);
    assert.equal(await state(), 'open', 'pressing without typing decides nothing');
    await page.context().close();
  }
  const { page } = await newPage(browser, { viewport: phone, hasTouch: true, isMobile: true, javaScriptEnabled: false });
  await page.goto(link);
  await page.locator('form[action="/a/open"] button').tap();
  await page.locator('input[value="approve"]').check();
  await page.locator('#typed_name').fill('תמר אלרואי');
  await page.locator('form[action="/a/confirm"] button').tap();
  await page.locator('form[action="/a/decide"] button').tap();
  await page.locator('.verdict.approve').waitFor();
  await until('the human decision to count', async () => (await state()) === 'approved');
});

/** Goes on pressing until a round of presses leads nowhere new; forms are sent without the browser's own checks. */
async function pressEverything(page) {
  const seen = new Set();
  for (let fresh = true; fresh; ) {
    fresh = false;
    const here = page.url();
    const count = await page.locator('button:visible, a[href]:visible').count();
    for (let i = 0; i < count; i++) {
      const press = page.locator('button:visible, a[href]:visible').nth(i);
      if (!(await press.count())) break;
      const name = `${new URL(page.url()).pathname} ${await press.innerText()}`;
      if (seen.has(name)) continue;
      seen.add(name);
      fresh = true;
      await page.locator('form').evaluateAll((forms) => forms.forEach((form) => { form.noValidate = true; }));
      await press.click();
      await page.waitForLoadState('load');
      if (page.url() !== here) break;
    }
  }
  assert.ok(seen.size > 1, 'the scanner pressed what it found');
}
