// What each role does in a browser, as a person would: by what stands on the page, never by its inner names.
// Every journey is walked with script and without.

export const journeys = {
  // Reads the newest matrix, follows a cell that is not green, and looks at the same of an earlier day.
  async public({ page, wrong }) {
    await page.goto('/');
    await page.getByRole('link', { name: /FAILURE|WARNING/ }).first().click();
    if (!/\/cells\//.test(page.url())) wrong(`a cell leads to ${page.url()}`);
    const text = await page.locator('main').innerText();
    if (!/FAILURE|WARNING/.test(text)) wrong('the cell page does not say how the cell stands');
    await page.getByRole('link', { name: /history/i }).first().click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const refused = await page.goto('/converters');
    if (refused.status() !== 401) wrong(`/converters answers ${refused.status()} to the public`);
  },
};
