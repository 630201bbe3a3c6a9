/** The demo's app: what a patient sees of their own record through a SMART app that the portal launches. */
import { demoAppScript } from './demo-app-script.js';
import { html } from './html.js';
import { page, type Frame } from './layout.js';

export interface DemoApp {
  /** Base URL of the portal's endpoint. */
  readonly base: string;
  /** Where the app is called back. */
  readonly redirect: string;
}

/** Path of its page. */
export const DEMO_APP = '/demo-app';

/** The app of a portal whose endpoint this is. */
export function demoAppAt({ url = '', path = '' }: { url?: string; path?: string } = {}): DemoApp {
  return { base: url, redirect: url.slice(0, url.length - path.length) + DEMO_APP };
}

const CLIENT = 'demo-app';
const SCOPE = 'openid fhirUser launch/patient offline_access patient/*.rs';

export function demoAppPage(frame: Omit<Frame, 'title'>, { base, redirect }: DemoApp): string {
  const { texts: words } = frame.words;
  return page(
    { ...frame, title: words.demoAppTitle, scripts: [demoAppScript] },
    html`<div
      id="app"
      data-base="${base}"
      data-client="${CLIENT}"
      data-redirect="${redirect}"
      data-scope="${SCOPE}"
      data-stranger="${words.demoAppStranger}"
      data-failed="${words.demoAppFailed}"
    >
      <div class="hero">
        <h1>${words.demoAppTitle}</h1>
        <p class="lede">${words.demoAppLede}</p>
      </div>
      <p id="problem" role="alert" hidden></p>
      <div id="start">
        <noscript><p>${words.demoAppNoScript}</p></noscript>
        <button type="button" id="begin">${words.demoAppBegin}</button>
      </div>
      <section id="record" aria-labelledby="name" hidden>
        <h2 id="name" dir="auto"></h2>
        <p>${words.bornOn} <bdi id="born"></bdi></p>
        <h3>${words.demoAppObservations}</h3>
        <ul id="observations" dir="ltr"></ul>
        <h3>${words.demoAppGranted}</h3>
        <p><code id="granted" dir="ltr"></code></p>
      </section>
    </div>`,
  );
}
