// The checkout as Playwright's documentation would have it written: one browser, a context for each run.
// Usage: node playwright.mjs BROWSER SHOP CARD, with PLAYWRIGHT_CORE naming the folder of playwright-core.
// Each line of input is a number: one run, answered by {id, error} when it is over.
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const {chromium} = createRequire(import.meta.url)(process.env.PLAYWRIGHT_CORE);
const [program, shop, card] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: program, args: process.getuid() === 0 ? ['--no-sandbox'] : []});

async function checkout() {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}});
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on('requestfinished', () => {});
    await page.goto(`${shop}/menu`);
    await page.locator("a[href='/dishes/margherita']").click();
    await page.getByRole('button', {name: 'Add to basket'}).click();
    await page.getByTestId('basket-count').filter({hasText: '1'}).waitFor();
    await page.goto(`${shop}/checkout`);
    await page.getByLabel('Full name').fill('Ada Byron');
    await page.getByLabel('Address').fill('12 Arlington Lane');
    await page.getByLabel('Postcode').fill('N1 9GU');
    const frame = page.frameLocator('iframe[title="Card payment"]');
    await frame.getByLabel('Card number').fill(card);
    await frame.getByLabel('Expiry').fill('12/30');
    await frame.getByLabel('CVC').fill('123');
    await page.getByRole('button', {name: 'Place order'}).click();
    await page.getByText('Order confirmed').waitFor();
    return await page.getByTestId('order-number').textContent();
  } finally {
    await context.close();
  }
}

const running = new Set();
for await (const line of createInterface({input: process.stdin})) {
  const run = checkout().then((order) => order ? '' : 'no order number', String)
    .then((error) => console.log(JSON.stringify({id: +line, error}))).finally(() => running.delete(run));
  running.add(run);
}
await Promise.all(running);
await browser.close();
