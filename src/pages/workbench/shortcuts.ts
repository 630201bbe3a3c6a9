/**
 * Keyboard shortcuts of the queue and of a work item. They can be switched off, and never take a key that is typed into a field or
 * held with another. https://www.w3.org/TR/WCAG22/#character-key-shortcuts
 */
import { assetOf, SCRIPT } from '../asset.js';
import { html, type Html } from '../html.js';
import type { PlainKey, PlainTexts } from '../../texts/words.js';

const keys = [
  ['j', 'keyNext'],
  ['k', 'keyPrevious'],
  ['o', 'keyOpen'],
  ['c', 'keyClaim'],
  ['r', 'keyAnswer'],
  ['?', 'keyHelp'],
] as const satisfies readonly (readonly [string, PlainKey])[];

/** Shown by the script alone: without it there are none. */
export const shortcutHelp = (words: PlainTexts): Html =>
  html`<details id="shortcuts" class="shortcuts" hidden>
    <summary>${words.shortcuts}</summary>
    <dl>
      ${keys.map(
        ([key, word]) =>
          html`<div>
            <dt><kbd dir="ltr">${key}</kbd></dt>
            <dd>${words[word]}</dd>
          </div>`,
      )}
    </dl>
    <p>
      <label><input id="shortcuts-on" type="checkbox" autocomplete="off" /> ${words.shortcutsOn}</label>
    </p>
  </details>`;

const text = `'use strict';
(() => {
  const help = document.getElementById('shortcuts');
  if (!help) return;
  const KEPT = 'workbench-shortcuts';
  const on = document.getElementById('shortcuts-on');
  help.hidden = false;
  on.checked = localStorage.getItem(KEPT) !== 'off';
  on.addEventListener('change', () => localStorage.setItem(KEPT, on.checked ? 'on' : 'off'));

  const rows = () => [...document.querySelectorAll('[data-row]')];
  const current = () => rows().find(row => row.contains(document.activeElement));
  const linkOf = row => row && row.querySelector('a');
  const focus = element => {
    if (element) element.focus();
  };
  function step(by) {
    const all = rows();
    const at = all.indexOf(current());
    focus(linkOf(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]));
  }
  const click = element => {
    if (element) element.click();
  };
  function toggle() {
    help.open = !help.open;
    focus(help.querySelector('summary'));
  }
  const does = {
    j: () => step(1),
    k: () => step(-1),
    o: () => click(linkOf(current())),
    c: () => click((rows().length > 0 ? current() : document)?.querySelector('[data-move="claim"]')),
    r: () => focus(document.getElementById('text')),
    '?': toggle,
  };
  /** The letter on the key, where the keyboard writes another script. */
  const named = ({ key, code }) => (/^[a-z?]$/.test(key) ? key : key === '\\u061f' ? '?' : /^Key[A-Z]$/.test(code) && !/^[A-Za-z]$/.test(key) ? code.slice(3).toLowerCase() : '');
  const isTyped = ({ target }) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  document.addEventListener('keydown', event => {
    if (!on.checked || event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.ctrlKey || event.altKey || event.metaKey || isTyped(event)) return;
    const act = does[named(event)];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
`;

export const shortcutScript = assetOf('workbench', 'js', SCRIPT, text);
