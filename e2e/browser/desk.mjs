// Starts the real program with the demonstration agency and opens a real
// browser on it. Only the tests beside this file use it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
export const password = 'demo-lighthouse-on-the-hill';
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const pictures = process.env.SCREENSHOTS;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** The running program; stop() ends it by its pid and removes its data. */
export async function startMigdalor(...flags) {
  const binary = process.env.MIGDALOR;
  assert.ok(binary, 'MIGDALOR must name the program under test');
  const data = await mkdtemp(join(tmpdir(), 'migdalor-journey-'));
  const base = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ['serve', '--data', data, '--addr', base.slice('http://'.length), ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: data },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  const ready = async () => {
    try {
      return (await fetch(`${base}/readyz`)).ok;
    } catch {
      return false;
    }
  };
  await until('the program to be ready', async () => {
    assert.equal(child.exitCode, null, `the program ended: ${said.join('')}`);
    return ready();
  }, 90_000);
  return {
    base,
    data,
    binary,
    output: () => said.join(''),
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Waits until check answers something true. */
export async function until(what, check, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await check();
    if (found) return found;
    assert.ok(Date.now() < end, `waited ${limit / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A headless Chromium of this machine. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** A page that fails the test on script errors and on anything the page's own policy blocks. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ locale: 'he-IL', acceptDownloads: true, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
  });
  return { page, context, faults };
}

/**
 * A run on a page without script: the check is a script itself, so the same
 * document is shown to it in a second context, without asking the server again.
 */
export async function accessibleWithoutScript(page, name) {
  const html = await page.content();
  await picture(page, name);
  const twin = await page.context().browser().newContext({ viewport: page.viewportSize(), hasTouch: true, isMobile: true });
  const copy = await twin.newPage();
  await copy.route(page.url(), (route) => route.fulfill({ body: html, contentType: 'text/html; charset=utf-8' }));
  await copy.goto(page.url());
  await accessible(copy, name);
  await twin.close();
}

/** An accessibility run: no violation is allowed. */
export async function accessible(page, name) {
  // Injected through the debugger, so that the page's own policy need not allow it.
  // Colours that are still turning are nobody's final colours.
  await until('the page to come to rest', () => page.evaluate(() =>
    document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity)));
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate(async (tags) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).slice(0, 3).join(' | ')}`);
  }, rules);
  await picture(page, name);
  assert.deepEqual(found, [], `accessibility of ${name}`);
}

/** Keeps a picture when SCREENSHOTS names a folder. */
export async function picture(page, name) {
  if (!pictures || page.isClosed()) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** Signs in on the console's own page. */
export async function signIn(page, base, email) {
  await page.goto(base);
  await page.getByTestId('sign-in-email').fill(email);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('nav-account').first().waitFor({ state: 'attached' });
}
