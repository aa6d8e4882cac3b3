// The pictures of README: made from the same store that is walked.
import { join } from 'node:path';

export async function pictures(plan, context) {
  const cell = `/campaigns/${plan.ended}/cells/boreal-hv/atlas-esv/cloud`;
  const wanted = [
    { name: 'overview', role: 'public', path: '/', colorScheme: 'light' },
    { name: 'matrix', role: 'public', path: `/history?at=8`, colorScheme: 'light', height: 1120 },
    { name: 'cell', role: 'auditor', path: cell, colorScheme: 'light', height: 1240 },
    { name: 'audit', role: 'public', path: '/audit', colorScheme: 'light' },
    { name: 'dark', role: 'public', path: '/', colorScheme: 'dark' },
  ];
  for (const { name, role, path, colorScheme, height = 860 } of wanted) {
    const { context: opened, page } = await context(role, { viewport: { width: 1180, height }, colorScheme });
    await page.goto(path);
    await page.screenshot({ path: join(plan.pictures, `${name}.png`) });
    await opened.close();
  }
}
