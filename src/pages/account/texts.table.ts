/** The words of the account pages, in each language. */
import type { Language } from '../language.js';

const en = {
  again: 'Try again',
  staleTitle: 'Please send the form again',
  staleWhy: 'The page was open for too long, or the browser does not keep cookies. Nothing was changed.',
  wait: 'There were too many tries. Please try again in {time}.',
  seconds: '{count} seconds',
  minutes: '{count} minutes',

  signIn: 'Sign in',
  userName: 'User name',
  password: 'Password',
  wrongPassword: 'The user name and the password do not belong together.',
  forgotPassword: 'Forgotten your password?',
  forgotUserName: 'Forgotten your user name?',

  accountTitle: 'Your account',
  signedInAs: 'You are signed in as {name}.',
  signOut: 'Sign out',
  signedOut: 'You are signed out.',
};

export type AccountTexts = { [Key in keyof typeof en]: string };

const ar: AccountTexts = {
  again: 'حاول مرة أخرى',
  staleTitle: 'يُرجى إرسال النموذج مرة أخرى',
  staleWhy: 'بقيت الصفحة مفتوحة مدة طويلة، أو أن المتصفح لا يحتفظ بملفات تعريف الارتباط. لم يتغير شيء.',
  wait: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {time}.',
  seconds: '{count} ثانية',
  minutes: '{count} دقيقة',

  signIn: 'تسجيل الدخول',
  userName: 'اسم المستخدم',
  password: 'كلمة المرور',
  wrongPassword: 'اسم المستخدم وكلمة المرور غير متطابقين.',
  forgotPassword: 'هل نسيت كلمة المرور؟',
  forgotUserName: 'هل نسيت اسم المستخدم؟',

  accountTitle: 'حسابك',
  signedInAs: 'سجّلت الدخول باسم {name}.',
  signOut: 'تسجيل الخروج',
  signedOut: 'سجّلت الخروج.',
};

export const accountTexts: Readonly<Record<Language, AccountTexts>> = { en, ar };

/** A text with values in place of the names in braces. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** How long to wait, in words. @param wait milliseconds */
export function waitIn(words: AccountTexts, wait: number): string {
  const seconds = Math.ceil(wait / 1000);
  const time =
    seconds <= 90
      ? filled(words.seconds, { count: String(seconds) })
      : filled(words.minutes, { count: String(Math.ceil(seconds / 60)) });
  return filled(words.wait, { time });
}
