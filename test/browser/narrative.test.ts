/** Narratives that are let pass, put in a page as HTML: nothing runs, nothing is fetched. */
import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { narrativeFault } from '../../src/validate/narrative.js';
import { elsewhere, harmless, vectors } from '../fixtures/narrative-vectors.js';

const page = 'http://page.example/';
const div = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

/** Puts each in place as HTML, and follows the links that would run something; tells how often something ran. */
const show = `async divs => {
  window.count = 0;
  window.ran = () => { window.count += 1; };
  const pause = time => new Promise(done => setTimeout(done, time));
  for (const div of divs) {
    const host = document.createElement('section');
    document.body.append(host);
    host.innerHTML = div;
    for (const link of host.querySelectorAll('a[href], area[href]')) {
      if (!/^(javascript|vbscript):/.test(link.protocol)) continue;
      link.click();
      await pause(30);
    }
  }
  await pause(1_000);
  return window.count;
}`;

describe('browser: [E04] narratives', () => {
  let browser: Browser | undefined;

  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  });

  after(() => browser?.close());

  /** What ran, and what was fetched, of these narratives. */
  async function shown(divs: readonly string[]): Promise<{ ran: number; fetched: string[] }> {
    const context = await browser!.newContext();
    const fetched: string[] = [];
    await context.route('**', route => {
      const url = route.request().url();
      if (url === page) return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>x</title>' });
      fetched.push(url);
      return route.abort();
    });
    const tab = await context.newPage();
    await tab.goto(page);
    const ran = await tab.evaluate<number>(`(${show})(${JSON.stringify(divs)})`);
    await context.close();
    return { ran, fetched };
  }

  it('of what is let pass nothing runs and nothing is fetched', async () => {
    const passed = [...vectors, ...harmless].map(div).filter(one => narrativeFault(one) === undefined);
    assert.ok(passed.length >= harmless.length);
    assert.deepEqual(await shown(passed), { ran: 0, fetched: [] });
  });

  it('without the check they do', async () => {
    const own = vectors.filter(one => !/<(meta|base|iframe)/.test(one));
    // Chromium fetches an address once.
    const apart = own.map((one, index) => one.replaceAll(`${elsewhere}/`, `${elsewhere}/${index}/`));
    const { ran, fetched } = await shown(apart.map(div));
    assert.ok(ran >= 10, String(ran));
    assert.ok(fetched.length >= 20, fetched.join('\n'));
  });
});
