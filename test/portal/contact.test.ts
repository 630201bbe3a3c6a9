/** The grammar of addresses, and which one of a record is used. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emailForm } from '../../src/fhir/email-address.js';
import { phoneForm } from '../../src/fhir/phone-number.js';
import { addressesOnRecord, contactOnRecord } from '../../src/portal/contact.js';

const phoneNumber = phoneForm('US');

describe('addresses', () => {
  it('[G13] takes plain e-mail addresses, lower-cased', () => {
    assert.equal(emailForm('Dana.Whitfield+portal@Mail.Example.org'), 'dana.whitfield+portal@mail.example.org');
    const bad = [
      'a@b',
      'a b@c.org',
      'a@b..org',
      '.a@b.org',
      'a.@b.org',
      'a@-b.org',
      'a@b.org\n',
      '"a b"@c.org',
      'a@[127.0.0.1]',
      'a@127.0.0.1',
      'a\u200b@b.org',
      'a@b.org\u0000',
      'a,b@c.org',
      'a@b.o1',
      '@b.org',
    ];
    for (const email of [...bad, `${'a'.repeat(65)}@b.org`, `a@${'b.'.repeat(130)}org`]) {
      assert.equal(emailForm(email), undefined, email);
    }
  });

  it('[PC-2] takes every address that SMTP delivers to, and is true at the edges: apostrophes, all letters, international domains', () => {
    assert.equal(emailForm("Siobhan.O'Neill@Example.org"), "siobhan.o'neill@example.org");
    assert.equal(emailForm('a!#$%&*+-/=?^_`{|}~b@example.org'), 'a!#$%&*+-/=?^_`{|}~b@example.org');
    assert.equal(emailForm('Jörg@BÜCHER.example'), 'jörg@bücher.example');
    assert.equal(emailForm('Jo\u0308rg@xn--bcher-kva.example'), 'jörg@bücher.example');
    assert.equal(emailForm('用户@例子.公司'), '用户@例子.公司');
  });

  it('[G13] has one recipient and no header in whatever is taken', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string(), fc.string({ unit: 'binary' })), text => {
        const email = emailForm(text);
        assert.ok(email === undefined || /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(email));
      }),
    );
  });

  it('takes telephone numbers as people write them', () => {
    for (const phone of ['+1 (555) 555-0199', '555.555.0199', '(555) 555-0199', '1-555-555-0199', '٥٥٥٥٥٥٠١٩٩'])
      assert.equal(phoneNumber(phone), '+15555550199', phone);
    assert.equal(phoneNumber('+49 30 901820'), '+4930901820');
    assert.equal(phoneForm('DE')('030 901820'), '+4930901820');
    assert.equal(phoneForm()('030 901820'), undefined);
    for (const phone of ['', '12', '0800', '+1 555 CALL', '1'.repeat(16), '+', '555-555-0199 ext. 7', '+1555555\n0199'])
      assert.equal(phoneNumber(phone), undefined, phone);
  });

  it('prefers the address ranked first, and none that is old', () => {
    const contact = contactOnRecord(
      [
        { system: 'email', value: 'second@example.org', rank: 2 },
        { system: 'email', value: 'old@example.org', rank: 1, use: 'old' },
        { system: 'email', value: 'FIRST@example.org', rank: 1 },
        { system: 'phone', value: '555-555-0100' },
        { system: 'sms', value: '555-555-0101' },
      ],
      phoneNumber,
    );
    assert.deepEqual(contact, { email: 'first@example.org', phone: '+15555550101' });
    const phones = (home: object, mobile: object) =>
      contactOnRecord(
        [
          { system: 'phone', use: 'home', value: '555-555-0100', ...home },
          { system: 'phone', use: 'mobile', value: '555-555-0102', ...mobile },
        ],
        phoneNumber,
      ).phone;
    assert.equal(phones({}, {}), '+15555550102', 'a mobile telephone takes text messages');
    assert.equal(phones({ rank: 1 }, { rank: 2 }), '+15555550100', 'what is ranked first is meant');
    assert.deepEqual(addressesOnRecord([{ system: 'email', value: 'old@example.org', use: 'old' }], phoneNumber), []);
  });
});
