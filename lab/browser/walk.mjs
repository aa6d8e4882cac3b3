// Walks the service in a real browser as every role would: node walk.mjs < plan.json
//
// plan: { url, password, cases: [{ role, account?, link?, pages: [path…], refused: [path…], script?, walks? }],
//         shots?, folder?, pictures?, … what journeys need }
// First the role's journey, with and without script. Then each page, in both themes and at two widths: no axe violation
// (WCAG 2.2 AA), no error on the console, nothing refused by the content security policy, no request to elsewhere, no
// sideways scrolling, every control reachable by keyboard; and what the role may not see is refused by a page that is as
// good. The last line says what was looked at; what is wrong stands before it, and the exit code is 1.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { journeys } from './journeys.mjs';
import { pictures } from './pictures.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const plan = JSON.parse(readFileSync(0, 'utf8'));
const problems = [];
const seen = { pages: 0, checks: 0, journeys: 0 };
const wrong = (where, what) => {
  problems.push(where);
  console.log(`${where}: ${what}`);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});
try {
  for (const one of plan.cases.filter((it) => (process.env.PORTOLAN_ROLES ?? it.role).split(',').includes(it.role))) {
    for (const script of one.script ?? [true, false]) await journey(one, script);
    if (one.walks ?? true) await pages(one);
  }
  if (plan.pictures) await pictures(plan, async (role, options) => {
    const one = plan.cases.find((it) => it.role === role);
    const opened = await context(one, options);
    await enter(opened.page, one);
    return opened;
  });
} finally {
  await browser.close();
}
console.log(`${seen.pages} pages, ${seen.checks} views, ${seen.journeys} journeys; ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

async function context(one, options) {
  const context = await browser.newContext({ baseURL: plan.url, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  const strange = (request) => !request.url().startsWith(plan.url) && !request.url().startsWith('data:');
  page.on('request', (it) => strange(it) && wrong(page.url(), `asks for ${it.url()}`));
  page.on('requestfailed', (it) => /BLOCKED|csp/i.test(it.failure()?.errorText) && wrong(page.url(), `may not load ${it.url()}`));
  page.on('pageerror', (it) => wrong(page.url(), `script failed: ${it.message}`));
  page.on('console', (it) => it.type() === 'error' && !expected(it.text()) && wrong(page.url(), it.text()));
  return { context, page };
}

async function enter(page, one) {
  if (one.account) await signIn(page, one.account);
  if (one.role === 'vendor') await openLink(page, one.link);
}

// A page that a role may not see is asked for on purpose; the browser tells of it on the console.
function expected(text) {
  return /status of 40[134]/.test(text);
}

async function signIn(page, account) {
  await page.goto('/sign-in');
  await page.getByLabel('Account', { exact: true }).fill(account);
  await page.getByLabel('Password').fill(plan.password);
  await Promise.all([page.waitForURL((it) => it.pathname !== '/sign-in'), page.keyboard.press('Enter')]);
}

async function openLink(page, link) {
  await page.goto(link);
  await Promise.all([page.waitForURL((it) => !link.endsWith(it.pathname)), page.locator('main button').click()]);
}

async function pages(one) {
  const looks = [
    { name: 'light', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
    { name: 'dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
    { name: 'narrow', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  ];
  await Promise.all(looks.map(({ name, ...options }) => pagesIn(one, name, options)));
}

async function pagesIn(one, name, options) {
  const { context: opened, page } = await context(one, options);
  await enter(page, one);
  for (const path of one.pages) {
    const where = `${one.role} ${name} ${path}`;
    const answer = await page.goto(path, { waitUntil: 'domcontentloaded' });
    if (!answer.ok()) { wrong(where, `answers ${answer.status()}`); continue; }
    await check(page, where);
    if (plan.shots) await page.screenshot({ path: join(plan.folder, shot(one.role, name, path)), fullPage: true });
    seen.checks += 1;
    if (name === 'light') { seen.pages += 1; await keyboard(page, where); }
  }
  if (name === 'light') for (const path of one.refused) await refused(page, path, `${one.role} ${path}`);
  await opened.close();
}

async function refused(page, path, where) {
  const status = (await page.goto(path, { waitUntil: 'domcontentloaded' })).status();
  if (![401, 403, 404].includes(status)) wrong(where, `is not refused but answers ${status}`);
  await check(page, where);
  seen.checks += 1;
}

function shot(role, look, path) {
  return `${role}-${path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'overview'}-${look}.png`;
}

async function check(page, where) {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), tags);
  for (const { id, nodes } of violations) {
    wrong(where, `axe ${id}: ${nodes.slice(0, 3).map((it) => it.target.join(' ') + ' ' + (it.any[0]?.message ?? '')).join(' | ')}`);
  }
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 1) wrong(where, `scrolls sideways by ${sideways} px`);
}

// Every control that can be seen is reached by Tab, and shows that it has the focus.
async function keyboard(page, where) {
  const controls = await page.evaluate(() => {
    const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    const shown = [...document.querySelectorAll(all)].filter((it) => it.checkVisibility() && !it.disabled);
    // One of a group of radio buttons is reached by Tab, the others by arrow keys.
    return shown.filter((it) => it.type !== 'radio').length;
  });
  // The page itself notes what gets the focus: asking after each key would take ten times as long.
  await page.evaluate(() => {
    window.walked = { reached: new Set(), unseen: [] };
    document.addEventListener('focusin', ({ target }) => {
      const style = getComputedStyle(target);
      const visible = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      if (!visible) window.walked.unseen.push(target.outerHTML.slice(0, 80));
      window.walked.reached.add(target);
    });
  });
  // A date has several places of its own.
  for (let step = 0; step < Math.min(controls + 5, 150); step += 1) await page.keyboard.press('Tab');
  const { reached, unseen } = await page.evaluate(() => ({ reached: window.walked.reached.size, unseen: window.walked.unseen }));
  for (const tag of unseen) wrong(where, `focus cannot be seen: ${tag}`);
  if (reached < Math.min(controls, 140)) wrong(where, `Tab reaches ${reached} of ${controls} controls`);
}

async function journey(one, script) {
  const name = `${one.role} journey${script ? '' : ' without script'}`;
  const { context: opened, page } = await context(one, { viewport: { width: 1280, height: 900 }, javaScriptEnabled: script });
  try {
    await enter(page, one);
    await journeys[one.role]({ page, script, one, plan, wrong: (what) => wrong(name, what) });
  } catch (error) {
    wrong(`${name} at ${page.url()}`, error.message.split('\n').slice(0, 3).join(' '));
  }
  seen.journeys += 1;
  await opened.close();
}
