/** The grammar of addresses, and which one of a record is used. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contactOnRecord, normalEmail, normalPhone, sharesContact } from '../../src/portal/contact.js';

describe('addresses', () => {
  it('[G13] takes plain e-mail addresses, lower-cased', () => {
    assert.equal(normalEmail('Dana.Whitfield+portal@Mail.Example.org'), 'dana.whitfield+portal@mail.example.org');
    const bad = [
      'a@b',
      'a b@c.org',
      'a@b..org',
      '.a@b.org',
      'a.@b.org',
      'a@-b.org',
      'a@b.org\n',
      'ä@b.org',
      'a@b.o1',
      '@b.org',
    ];
    for (const email of [...bad, `${'a'.repeat(65)}@b.org`, `a@${'b.'.repeat(130)}org`]) {
      assert.equal(normalEmail(email), undefined, email);
    }
  });

  it('[G13] has one recipient and no header in whatever is taken', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string(), fc.string({ unit: 'binary' })), text => {
        const email = normalEmail(text);
        assert.ok(email === undefined || /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(email));
      }),
    );
  });

  it('takes telephone numbers as people write them', () => {
    assert.equal(normalPhone('+1 (555) 555-0199'), '+15555550199');
    assert.equal(normalPhone('555.555.0199'), '5555550199');
    for (const phone of ['', '12', '0800', '+1 555 CALL', '1'.repeat(16), '+'])
      assert.equal(normalPhone(phone), undefined, phone);
  });

  it('prefers the address ranked first, and none that is old', () => {
    const contact = contactOnRecord([
      { system: 'email', value: 'second@example.org', rank: 2 },
      { system: 'email', value: 'old@example.org', rank: 1, use: 'old' },
      { system: 'email', value: 'FIRST@example.org', rank: 1 },
      { system: 'phone', value: '555-555-0100' },
      { system: 'sms', value: '555-555-0101' },
    ]);
    assert.deepEqual(contact, { email: 'first@example.org', phone: '5555550101' });
    assert.equal(
      sharesContact([{ system: 'email', value: 'old@example.org', use: 'old' }], { email: 'old@example.org' }),
      false,
    );
  });
});
