/** The texts of the account pages, in each language that is installed. */

export const english = {
  again: 'Try again',
  staleTitle: 'Please send the form again',
  staleWhy: 'The page was open for too long, or the browser does not keep cookies. Nothing was changed.',
  waitSeconds_one: 'There were too many tries. Please try again in {{count, number}} second.',
  waitSeconds_other: 'There were too many tries. Please try again in {{count, number}} seconds.',
  waitMinutes_one: 'There were too many tries. Please try again in {{count, number}} minute.',
  waitMinutes_other: 'There were too many tries. Please try again in {{count, number}} minutes.',

  signIn: 'Sign in',
  userName: 'User name',
  password: 'Password',
  wrongPassword: 'The user name and the password do not belong together.',
  forgotPassword: 'Forgotten your password?',
  forgotUserName: 'Forgotten your user name?',

  accountTitle: 'Your account',
  signedInAs: 'You are signed in as {{name}}.',
  signOut: 'Sign out',
  signedOut: 'You are signed out.',
} as const;

export const arabic = {
  again: 'حاول مرة أخرى',
  staleTitle: 'يُرجى إرسال النموذج مرة أخرى',
  staleWhy: 'بقيت الصفحة مفتوحة مدة طويلة، أو أن المتصفح لا يحتفظ بملفات تعريف الارتباط. لم يتغير شيء.',
  waitSeconds_zero: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى الآن.',
  waitSeconds_one: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد ثانية واحدة.',
  waitSeconds_two: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد ثانيتين.',
  waitSeconds_few: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {{count, number}} ثوانٍ.',
  waitSeconds_many: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {{count, number}} ثانية.',
  waitSeconds_other: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {{count, number}} ثانية.',
  waitMinutes_zero: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى الآن.',
  waitMinutes_one: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد دقيقة واحدة.',
  waitMinutes_two: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد دقيقتين.',
  waitMinutes_few: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {{count, number}} دقائق.',
  waitMinutes_many: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {{count, number}} دقيقة.',
  waitMinutes_other: 'كثرت المحاولات. يُرجى المحاولة مرة أخرى بعد {{count, number}} دقيقة.',

  signIn: 'تسجيل الدخول',
  userName: 'اسم المستخدم',
  password: 'كلمة المرور',
  wrongPassword: 'اسم المستخدم وكلمة المرور غير متطابقين.',
  forgotPassword: 'هل نسيت كلمة المرور؟',
  forgotUserName: 'هل نسيت اسم المستخدم؟',

  accountTitle: 'حسابك',
  signedInAs: 'سجّلت الدخول باسم {{name}}.',
  signOut: 'تسجيل الخروج',
  signedOut: 'سجّلت الخروج.',
};
