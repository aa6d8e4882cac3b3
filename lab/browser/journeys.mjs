// What each role does in a browser, as a person would: by what stands on the page, never by its inner names.
// Every journey is walked with script and without.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export const journeys = {
  // Reads the newest matrix, follows a cell that fails, looks at an earlier day, and keeps a link to what it saw.
  async public({ page, plan, script, wrong }) {
    await page.goto('/');
    await follow(page, page.getByRole('link', { name: /FAILURE/ }).first());
    if (!/\/cells\//.test(page.url())) wrong(`a cell leads to ${page.url()}`);
    if (!/FAILURE/.test(await text(page))) wrong('the cell page does not say how the cell stands');
    await sameBytes(page, plan, wrong);
    await follow(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' }));
    await earlierMoment(page, script, wrong);
    await page.getByLabel(/end of a day/).fill('2001-01-01');
    await follow(page, page.getByRole('button', { name: 'Show that day' }));
    if (!/No campaign yet/.test(await text(page))) wrong('there is a campaign in 2001');
    await page.goto('/audit');
    if (!(await text(page)).includes(`${plan.url}/api/v1/log/keys`)) wrong('the commands of the audit are for another address');
    const refused = await page.goto('/converters');
    if (refused.status() !== 401) wrong(`/converters answers ${refused.status()} to the public`);
    await page.goto('/campaigns');
    for (const tool of ['Drydock', 'Barge', 'ferry']) if ((await page.content()).includes(tool)) wrong(`the public reads ${tool}`);
  },

  // The link that a new service prints: it asks, works once, and makes an operator.
  async first({ page, one, wrong }) {
    await page.goto(one.link);
    await follow(page, page.getByRole('button', { name: /operator/ }));
    if (!/operator/.test(await text(page))) wrong('whoever opens the link is no operator');
    await follow(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Access' }));
    const again = await page.goto(one.link);
    if (again.status() !== 404) wrong(`the link works twice: ${again.status()}`);
  },

  // From a score to the bytes behind it and to the proof that nobody changed them.
  async auditor({ page, plan, wrong }) {
    await page.goto(`/campaigns/${plan.ended}/cells/boreal-hv/atlas-esv/cloud`);
    for (const word of ['Drydock Ferry', 'estart at the target', 'no sign of life']) if (!(await text(page)).includes(word)) wrong(`the derivation lacks ${word}`);
    const kept = page.getByRole('link', { name: 'serial.log' }).first();
    const answer = await page.request.get(await kept.getAttribute('href'));
    const digest = createHash('sha256').update(await answer.body()).digest('hex');
    if (!(await kept.getAttribute('href')).includes(digest)) wrong('the evidence is not what its digest says');
    await follow(page, page.getByRole('link', { name: /^event \d+$/ }).first());
    if (!/StepFinished/.test(await text(page))) wrong('the event is not shown to an auditor');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the proof' }).click()]);
    const proof = await readFile(await download.path(), 'utf8');
    if (JSON.parse(proof).portolan !== 'inclusion') wrong(`the proof begins with ${proof.slice(0, 40)}`);
    await follow(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit' }));
    await page.getByLabel(/Position/).fill('5');
    await follow(page, page.getByRole('button', { name: 'Show' }));
    if (!/\/audit\/events\/5$/.test(page.url())) wrong(`position 5 is at ${page.url()}`);
    await follow(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Disclosures' }));
    if (!/otto as auditor/.test(await text(page))) wrong('what the auditor was shown is not written down');
    const refused = await page.goto('/access');
    if (refused.status() !== 403) wrong(`/access answers ${refused.status()} to an auditor`);
  },

  // Gives a token, sees it once, takes it back; compares tools; follows a campaign that runs.
  async operator({ page, plan, script, wrong }) {
    const account = script ? 'lab-7' : 'lab-8';
    await page.goto('/access');
    await page.getByLabel('Account', { exact: true }).fill(account);
    await page.getByLabel('Role').selectOption('lab');
    await page.getByLabel('Shown by').selectOption({ label: 'token, for programs' });
    await page.getByLabel('What for').fill('a third lab');
    await follow(page, page.getByRole('button', { name: 'Give' }));
    const token = (await page.locator('code.secret').innerText()).trim();
    const asks = async () => (await fetch(`${plan.url}/api/v1/access/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    if ((await asks()) !== 200) wrong(`the new token is answered ${await asks()}`);
    await page.goto('/access');
    if ((await page.content()).includes(token)) wrong('the token is shown twice');
    const option = page.getByLabel('Grant', { exact: true }).locator('option', { hasText: account });
    await page.getByLabel('Grant', { exact: true }).selectOption(await option.getAttribute('value'));
    await page.getByLabel('Why').fill('it was closed');
    await follow(page, page.getByRole('button', { name: 'Take back' }));
    if ((await asks()) !== 401) wrong(`the token that was taken back is answered ${await asks()}`);
    await follow(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Converters' }));
    if (!/Drydock Ferry/.test(await text(page))) wrong('the tools are not compared');
    await page.goto('/');
    await follow(page, page.getByRole('region', { name: 'Running now' }).getByRole('link').first());
    await (script ? followed : lookedAtAgain)(page, plan, wrong);
  },

  // A lab has a token and nothing to sign in with; with the token it reads what everybody reads.
  async lab({ page, plan, one, wrong }) {
    await page.goto('/');
    const before = await text(page);
    await page.setExtraHTTPHeaders({ authorization: `Bearer ${one.token}` });
    await page.goto('/');
    if ((await text(page)) !== before) wrong('a lab reads another overview than the public');
    for (const path of ['/converters', '/disclosures', '/access', '/vendors']) {
      const status = (await page.goto(path)).status();
      if (status !== 403) wrong(`${path} answers ${status} to a lab`);
    }
    await page.setExtraHTTPHeaders({});
    await page.goto('/sign-in');
    await page.getByLabel('Account', { exact: true }).fill('lab-1');
    await page.getByLabel('Password').fill(plan.password);
    await follow(page, page.getByRole('main').getByRole('button', { name: 'Sign in' }));
    if (!(await page.getByRole('alert').isVisible())) wrong('a lab signs in');
  },

  // Came by its link: reads its own results, answers, and finds nobody else's.
  async vendor({ page, one, script, wrong }) {
    if (!/\/vendors\/boreal$/.test(page.url())) await follow(page, page.getByRole('link', { name: 'Your results' }));
    if (!/Boreal X/.test(await text(page))) wrong('its own platform is not shown');
    for (const tool of ['Ferry', 'Barge', 'Crate']) if ((await text(page)).includes(tool)) wrong(`the vendor reads ${tool}`);
    const words = `The clock is mended in 4.2${script ? '' : ', and so is the rest'}.`;
    await page.getByLabel('Answer to these results').first().fill(words);
    await follow(page, page.getByRole('button', { name: 'Answer' }).first());
    if (!(await text(page)).includes(words)) wrong('the answer is not shown');
    const other = await page.goto('/vendors/atlas');
    if (other.status() !== 404) wrong(`another vendor's page answers ${other.status()}`);
    const revoked = await page.goto(one.revoked);
    if (revoked.ok()) wrong('a link that was taken back opens');
  },
};

const text = (page) => page.locator('main').innerText();

// Does what leads to another page, and waits until that is there.
async function follow(page, control) {
  await Promise.all([page.waitForEvent('domcontentloaded'), control.click()]);
}

// A permanent link gives the same bytes after the log has grown.
async function sameBytes(page, plan, wrong) {
  const link = await page.getByRole('link', { name: /Permanent link/ }).getAttribute('href');
  const before = await (await page.request.get(link)).text();
  await push(plan, wrong);
  const after = await (await page.request.get(link)).text();
  if (before !== after || !before.includes('FAILURE')) wrong(`${link} does not show the same for ever`);
}

async function earlierMoment(page, script, wrong) {
  const now = await text(page);
  await page.getByRole('slider', { name: 'Moment' }).focus();
  const shown = page.waitForEvent('domcontentloaded');
  await page.keyboard.press('Home');
  if (!script) await page.getByRole('button', { name: 'Show', exact: true }).click();
  await shown;
  if (!/at=1\b/.test(page.url())) wrong(`the first moment is at ${page.url()}`);
  if ((await text(page)) === now) wrong('the first moment looks like the last');
}

// A lab reports the end of another trial of the campaign that runs.
async function push(plan, wrong) {
  const headers = { authorization: `Bearer ${plan.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(plan.pushes.shift());
  const answer = await fetch(`${plan.url}/api/v1/events`, { method: 'POST', headers, body });
  if (!answer.ok) wrong(`a lab's report is answered ${answer.status}: ${await answer.text()}`);
}

// The page of a campaign that runs follows it, holds still while it is paused, and goes on.
async function followed(page, plan, wrong) {
  const progress = page.locator('#progress-text');
  const last = page.locator('#live-last');
  await page.getByText('Following the campaign').waitFor();
  const before = await progress.innerText();
  await push(plan, wrong);
  await page.waitForFunction((old) => document.getElementById('progress-text').textContent !== old, before);
  await page.waitForFunction(() => document.getElementById('live-last').textContent !== '');
  const told = await last.innerText();
  const matrices = () => page.locator('.matrix').allInnerTexts();
  await page.getByRole('button', { name: 'Pause' }).click();
  const [held, done] = [String(await matrices()), await progress.innerText()];
  await push(plan, wrong);
  await page.waitForFunction((old) => document.getElementById('progress-text').textContent !== old, done);
  if (String(await matrices()) !== held) wrong('cells change while the page is paused');
  await page.getByRole('button', { name: 'Pause' }).click();
  if (String(await matrices()) === held) wrong('what happened during the pause is not shown after it');
  if (!/→|to/.test(told)) wrong(`the change is told as ${told}`);
}

async function lookedAtAgain(page, plan, wrong) {
  const progress = page.locator('#progress-text');
  const before = await progress.innerText();
  if (!/Load this page again/.test(await text(page))) wrong('nobody says how to see more without script');
  await push(plan, wrong);
  await page.reload();
  if ((await progress.innerText()) === before) wrong('loading the page again shows nothing new');
}
