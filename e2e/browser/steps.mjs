// What people do on the console and on the client's page, as steps that wait
// for what they bring about. Used by the tests beside this file.
import assert from 'node:assert/strict';
import { until } from './desk.mjs';

export const wide = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** Chooses an answer of a closed list by its words, or by its place. */
export async function choose(page, testid, answer) {
  await page.getByTestId(testid).last().click();
  const options = page.locator('[role=option]:visible');
  await (typeof answer === 'number' ? options.nth(answer) : options.filter({ hasText: answer }).first()).click();
  await options.first().waitFor({ state: 'hidden' });
}

/** Says in a dialog why, and waits until the dialog has closed. */
export async function sayWhy(page, testid, reason) {
  await page.getByTestId(`${testid}-reason`).fill(reason);
  await page.getByTestId(`${testid}-confirm`).click();
  await page.getByTestId(`${testid}-confirm`).waitFor({ state: 'detached' });
}

/** Ticks off every task of the shown stage that can be done now. */
export async function doTasks(page) {
  const ready = page.locator('[data-testid="task-done"]:not([disabled])');
  await page.getByTestId('task').first().waitFor();
  while (await ready.count()) {
    const name = await ready.first().getAttribute('aria-label');
    await ready.first().click();
    await page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' });
  }
}

/** Leaves the current stage; gives what was missing, which an override with a reason then covers. */
export async function leaveStage(page, next, reason) {
  const entered = page.locator(`[data-testid="stage-${next}"]:not([data-stage-state="todo"])`);
  await page.getByTestId('leave-stage').click();
  const asked = page.getByTestId('override-reason');
  await asked.or(entered).first().waitFor();
  const missing = (await asked.count()) ? await page.getByRole('dialog').getByTestId('gate-missing').locator('li').allInnerTexts() : [];
  if (missing.length > 0) await sayWhy(page, 'override', reason);
  await entered.waitFor();
  return missing;
}

/** Opens a new draft from the room; ends on the draft's page. */
export async function writeDraft(page, { kind, title, text, holding }) {
  await page.getByTestId('draft-new').click();
  await page.getByTestId('draft-create').waitFor();
  if (kind) await choose(page, 'draft-kind', kind);
  if (holding !== undefined) await choose(page, 'draft-holding', holding);
  if (title) await page.getByTestId('draft-title').fill(title);
  if (text) await page.getByTestId('draft-first-text').fill(text);
  await page.getByTestId('draft-create').click();
  await page.getByTestId('draft-send').waitFor();
}

/** Sends the open draft to the people that the policy proposes. */
export async function sendForApproval(page) {
  await page.getByTestId('draft-send').click();
  await page.getByTestId('send-approver').first().waitFor();
  await page.getByTestId('send-confirm').click();
  await page.locator('[data-testid="draft-state"][data-state="in_review"]').first().waitFor();
}

/** A colleague approves in the console what waits for them. */
export async function approveInside(page, base, name) {
  await page.goto(`${base}/approvals`);
  await page.getByTestId('approval-row').first().click();
  await page.getByTestId('decide-approve').check();
  await page.getByTestId('decide-name').fill(name);
  await page.getByTestId('decide-submit').click();
  await page.getByTestId('decide-submit').waitFor({ state: 'detached' });
}

/** Reads the newest request to an address on the mailbox's page; gives its link. */
export async function linkFromMailbox(page, base, to, seen = '') {
  const request = page.locator('li', { hasText: to }).filter({ hasText: 'לאישורך' }).or(
    page.locator('li', { hasText: to }).filter({ hasText: 'For your approval' }),
  );
  return until(`a new request to ${to}`, async () => {
    await page.goto(`${base}/mailbox`);
    await page.getByTestId('mail-row').first().waitFor();
    if (!(await request.count())) return '';
    await request.first().getByTestId('mail-row').click();
    const link = page.locator('[data-testid="mail-link"][href*="/a/v1."]').first();
    await link.waitFor();
    const href = await link.getAttribute('href');
    return href === seen ? '' : href;
  });
}

/** Publishes by hand each place of the open draft: pastes the link of the post. */
export async function publishByHand(page, post) {
  const hosts = { Facebook: 'www.facebook.com', Instagram: 'www.instagram.com', X: 'x.com', פייסבוק: 'www.facebook.com', אינסטגרם: 'www.instagram.com' };
  const waiting = page.getByTestId('publication').filter({ has: page.locator('[data-state="awaiting_hand"]') });
  const all = page.getByTestId('publication');
  await waiting.first().waitFor();
  const count = await all.count();
  for (let i = 0; i < count; i++) {
    const place = waiting.first();
    await place.waitFor();
    const platform = await place.locator('.hidden-text').first().innerText();
    assert.ok(hosts[platform], `the platform ${platform} has a host`);
    const left = await waiting.count();
    await place.getByTestId('publication-link').fill(`https://${hosts[platform]}/demo_galdon/posts/${post}${i}`);
    await place.getByTestId('publication-confirm').click();
    await until('the link to be taken', async () => (await waiting.count()) < left);
  }
  await page.locator('[data-testid="draft-state"][data-state="published"]').first().waitFor();
}
