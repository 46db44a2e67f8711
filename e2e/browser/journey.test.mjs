// The newcomer's way, in Hebrew, in a real browser on the demonstration agency:
// from the first mention to a checked export. Every page on it is checked for
// accessibility.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { accessible, accessibleWithoutScript, newPage, openBrowser, picture, signIn, startMigdalor, until } from './desk.mjs';
import { approveInside, choose, doTasks, leaveStage, linkFromMailbox, phone, publishByHand, sendForApproval, wide, writeDraft } from './steps.mjs';

const title = 'שברי זכוכית ביוגורט';
const why = 'נבדק מול הלקוח, ממשיכים';
let server;
let browser;
const faults = [];
const people = {};

async function person(name, options = {}) {
  const opened = await newPage(browser, { viewport: wide, ...options });
  opened.page.setDefaultTimeout(30_000);
  faults.push(opened.faults);
  people[name] = opened.page;
  return opened.page;
}

before(async () => {
  [server, browser] = await Promise.all([startMigdalor('--demo', '--demo-speed', '6'), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('from a mention to a checked export', { timeout: 300_000 }, async (t) => {
  const { base } = server;
  let broken = '';
  let noam;
  let room;
  let link = '';

  // Each chapter stands on the one before.
  const chapter = (name, run) =>
    t.test(name, async () => {
      assert.equal(broken, '', 'an earlier chapter failed');
      broken = name;
      await run().catch(async (error) => {
        for (const [who, page] of Object.entries(people)) await picture(page, `failed-${who}`);
        throw error;
      });
      broken = '';
    });

  await chapter('the account manager signs in and sees mentions come in', async () => {
    noam = await person('noam');
    await noam.goto(base);
    await noam.getByTestId('sign-in-email').waitFor();
    await accessible(noam, '01-sign-in');
    await signIn(noam, base, 'noam@agency.example.test');
    await accessible(noam, '02-queue');
    await noam.getByTestId('nav-mentions').first().click();
    await noam.getByTestId('mention-row').first().waitFor();
    await noam.getByTestId('stream-new').waitFor({ timeout: 60_000 });
    await accessible(noam, '03-mentions');
    await noam.getByTestId('stream-new').click();
  });

  await chapter('an alert rings, and a crisis is opened from it', async () => {
    await noam.getByTestId('nav-alerts').first().click();
    await noam.getByTestId('alert-row').first().waitFor({ timeout: 60_000 });
    await accessible(noam, '04-alerts');
    await noam.getByTestId('alert-row').first().click();
    await noam.getByTestId('alert-open-title').fill(title);
    await choose(noam, 'alert-open-severity', '3');
    await accessible(noam, '05-alert');
    await noam.getByTestId('alert-open-crisis').click();
    await noam.getByTestId('leave-stage').waitFor();
    room = noam.url();
    await accessible(noam, '06-room-detect');
  });

  await chapter('detect: the gate says what is missing; the first answer goes to approval', async () => {
    assert.ok((await noam.getByTestId('gate-missing').locator('li').count()) > 1, 'the gate names what is missing');
    await noam.getByTestId('schedule-hold').check();
    await noam.getByTestId('schedule-reason').fill('עוצרים הכול עד שיתברר');
    await noam.getByTestId('schedule-save').click();
    await noam.getByTestId('schedule-decided').waitFor();
    await doTasks(noam);
    await writeDraft(noam, { holding: 0 });
    await accessible(noam, '07-draft');
    await sendForApproval(noam);
    await accessible(noam, '08-draft-sent');
  });

  await chapter('a second person approves inside', async () => {
    const ronit = await person('ronit');
    await signIn(ronit, base, 'ronit@agency.example.test');
    await ronit.goto(`${base}/approvals`);
    await ronit.getByTestId('approval-row').first().waitFor();
    await accessible(ronit, '09-approvals');
    await ronit.getByTestId('approval-row').first().click();
    await ronit.getByTestId('decide-approve').waitFor();
    await accessible(ronit, '10-approval');
    await approveInside(ronit, base, 'רונית גלאי');
  });

  await chapter('the client approves by the link of the mail, on a phone without script', async () => {
    const yael = await person('yael');
    await signIn(yael, base, 'yael@agency.example.test');
    link = await linkFromMailbox(yael, base, 'tamar@galdon.example.test');
    await accessible(yael, '11-mailbox');
    await approveOnPhone(link, 'first');
  });

  await chapter('the first answer is published by hand', async () => {
    await noam.locator('[data-state="awaiting_hand"]').first().waitFor();
    const text = await noam.getByTestId('publication-text').first().innerText();
    assert.ok(text.length > 20, 'the page shows what to paste');
    await accessible(noam, '12-by-hand');
    await publishByHand(noam, 'first');
    await accessible(noam, '13-published');
    await noam.goto(room);
    await doTasks(noam);
    await leaveStage(noam, 'assess', why);
  });

  await chapter('assess: the suggestion is filled in and saved', async () => {
    await assess(noam);
    await accessible(noam, '14-room-assess');
    await doTasks(noam);
    await leaveStage(noam, 'respond', why);
  });

  await chapter('respond: the answer goes the same way', async () => {
    await noam.getByTestId('step-new').click();
    await noam.getByTestId('step-text').fill('איסוף האצווה מהחנויות');
    await noam.getByTestId('step-save').click();
    await noam.getByTestId('step-save').waitFor({ state: 'detached' });
    await accessible(noam, '15-room-respond');
    await writeDraft(noam, { title: 'הודעה מלאה', text: 'מצאנו את התקלה, אספנו את האצווה מהחנויות, ואנחנו מתנצלים בפני כל מי שנפגע. החזר כספי מלא במוקד.' });
    await sendForApproval(noam);
    await approveInside(people.ronit, base, 'רונית גלאי');
    link = await linkFromMailbox(people.yael, base, 'tamar@galdon.example.test', link);
    await approveOnPhone(link, 'response');
    await publishByHand(noam, 'second');
    await noam.goto(room);
    await doTasks(noam);
    await leaveStage(noam, 'refocus', why);
  });

  await chapter('refocus: a plan, and positive words stay locked', async () => {
    await noam.getByTestId('stage-refocus').click();
    await noam.getByTestId('plan-new').waitFor();
    await accessible(noam, '16-room-refocus');
    const missing = await leaveStage(noam, 'sustain', why);
    assert.ok(missing.length > 0, 'leaving without a plan needs a reason');
  });

  await chapter('sustain: lessons and report; the crisis is closed', async () => {
    await noam.getByTestId('lessons-text').fill('לאמת דיווח מהשטח תוך רבע שעה');
    await noam.getByTestId('lessons-playbook').fill('להוסיף את מוקד הלקוחות לרשימת הקריאה');
    await noam.getByTestId('lessons-save').click();
    await noam.locator('[data-testid="lessons-save"][disabled]').waitFor();
    await accessible(noam, '17-room-sustain');
    await noam.getByTestId('close-crisis').click();
    await noam.getByTestId('close-reason').fill('הסקירות ייערכו במועדן; הלקוח ביקש לסגור');
    await noam.getByTestId('close-confirm').click();
    await noam.getByTestId('close-confirm').waitFor({ state: 'detached' });
    await noam.getByTestId('close-crisis').waitFor({ state: 'detached' });
    await accessible(noam, '18-room-closed');
  });

  await chapter('the record is exported, and the program verifies it', async () => {
    const file = join(server.data, 'record.zip');
    const bundle = noam.waitForEvent('download');
    await noam.getByTestId('export-record').first().click();
    await (await bundle).saveAs(file);
    const { stdout } = await promisify(execFile)(server.binary, ['verify', file]);
    assert.match(stdout, /^VALID: \d+ entries/, stdout);
  });

  await chapter('the auditor sees the ledger', async () => {
    const uri = await person('uri');
    await signIn(uri, base, 'uri@agency.example.test');
    await uri.getByTestId('nav-ledger').first().click();
    await uri.getByTestId('ledger-row').first().waitFor();
    await uri.locator('[data-testid="ledger-row"][data-action="crisis.closed"]').waitFor();
    await accessible(uri, '19-ledger');
  });

  assert.deepEqual(faults.flat(), [], 'no script error and nothing blocked by the content policy');

  async function approveOnPhone(address, name) {
    const page = await person(`phone-${name}`, { viewport: phone, hasTouch: true, isMobile: true, javaScriptEnabled: false });
    await page.goto(address);
    await accessibleWithoutScript(page, `phone-${name}-1-shell`);
    await page.locator('form[action="/a/open"] button').tap();
    await page.locator('input[name="decision"][value="approve"]').waitFor();
    await accessibleWithoutScript(page, `phone-${name}-2-review`);
    await page.locator('input[name="decision"][value="approve"]').check();
    await page.locator('#typed_name').fill('תמר אלרואי');
    await page.locator('form[action="/a/confirm"] button').tap();
    await page.locator('form[action="/a/decide"] button').waitFor();
    await accessibleWithoutScript(page, `phone-${name}-3-confirm`);
    await page.locator('form[action="/a/decide"] button').tap();
    await page.locator('.verdict.approve').waitFor();
    await accessibleWithoutScript(page, `phone-${name}-4-receipt`);
    await page.context().close();
  }
});

async function assess(page) {
  await page.getByTestId('assessment-suggest').click();
  await page.getByTestId('assessment-concern-title').first().waitFor();
  for (const area of ['trust', 'brand', 'revenue']) {
    await page.getByTestId(`impact-${area}`).locator('label').nth(2).click();
    await choose(page, `impact-${area}-confidence`, 1);
    await page.getByTestId(`impact-${area}-evidence`).fill('עלייה בביטולים ובפניות');
  }
  await page.getByTestId('fact-add').click();
  await page.getByTestId('fact-text').last().fill('נמצאו שברים באצווה אחת');
  await page.getByTestId('fact-source').last().fill('מעבדת האיכות');
  await page.getByTestId('assessment-sentiment').fill('כעס ופחד של הורים');
  await choose(page, 'assessment-crisis-type', 6);
  for (const strategy of ['instruct', 'adjust', 'rebuild']) await page.getByTestId(`strategy-${strategy}`).check();
  await page.getByTestId('assessment-strategy-reason').fill('הנזק למוצר ברור ויש לתקן');
  const confirm = page.getByTestId('assessment-confirm-severity');
  if (await confirm.count()) await confirm.check();
  await page.getByTestId('assessment-save').click();
  await page.locator('[data-testid="assessment-save"][disabled]').waitFor();
  await until('the assessment to be saved', async () => (await page.getByTestId('assessment-revision').count()) === 1);
}
