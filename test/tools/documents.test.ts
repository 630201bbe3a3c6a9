/** What the documents for people point at is there. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pages = ['README.md', 'CHANGELOG.md', 'profiles/README.md', ...globSync('docs/**/*.md')];

/** Examples in docs/adding.md, and what a glob stands for. */
const example = /snooze|appointment|archive|\/x\b|[<*…]/;

describe('documents', () => {
  for (const page of pages) {
    it(`${page} links to what exists`, () => {
      const text = readFileSync(page, 'utf8');
      const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
      const broken = targets.filter(target => !/^\w+:/.test(target) && !existsSync(join(dirname(page), target)));
      assert.deepEqual(broken, []);
      const named = [...text.matchAll(/`((?:src|test|tools|docs|capability|profiles|templates)\/[^`\s]*)`/g)];
      const paths = named.map(([, path = '']) => path).filter(path => !example.test(path));
      assert.deepEqual(
        paths.filter(path => !existsSync(path) && !existsSync(`${path}.test.ts`)),
        [],
      );
    });
  }

  it('numbers each decision once, and each ends with the tests that prove it', () => {
    const files = globSync('docs/decisions/*.md');
    const numbers = files.map(file => /(\d{4})-[^/]*$/.exec(file)?.[1]);
    assert.equal(new Set(numbers).size, files.length);
    for (const file of files) {
      const [, proof = ''] = /(?:\*\*Proof\.\*\*|## (?:Proof|Tests))([^]*)$/.exec(readFileSync(file, 'utf8')) ?? [];
      assert.match(proof, /`(test\/|\.dependency-cruiser)/, file);
    }
  });
});
