/** The texts that tell people why an answer is none, in each language that is installed. */

export const english = {
  outcomeUnreadable: 'This could not be understood. Nothing was changed.',
  outcomeSignIn: 'Please sign in again.',
  outcomeForbidden: 'You may not do this.',
  outcomeSwitchedOff: 'Your health care provider does not offer this at the moment.',
  outcomeHeld: 'This file has not been scanned for viruses yet. Please try again later.',
  outcomeInfected: 'The file holds a virus and was not accepted. Please check your device.',
  outcomeNotFound: 'There is no such thing here.',
  outcomeNotOffered: 'This is not offered here.',
  outcomeChanged: 'This is not possible as it stands now. Please look at it again.',
  outcomeGone: 'This is gone, or cannot be used any more.',
  outcomeTooLarge: 'This is too large. Nothing was changed.',
  outcomeWrong: 'Something in it is not right. Nothing was changed.',
  outcomeLater: 'This does not work at the moment. Please try again later.',
} as const;

export const arabic = {
  outcomeUnreadable: 'تعذّر فهم الطلب. لم يتغير شيء.',
  outcomeSignIn: 'يُرجى تسجيل الدخول مرة أخرى.',
  outcomeForbidden: 'لا يُسمح لك بهذا.',
  outcomeSwitchedOff: 'مقدّم الرعاية الصحية لا يتيح هذا حاليًا.',
  outcomeHeld: 'لم يُفحص هذا الملف من الفيروسات بعد. يُرجى المحاولة لاحقًا.',
  outcomeInfected: 'في الملف فيروس ولذلك لم يُقبل. يُرجى فحص جهازك.',
  outcomeNotFound: 'لا يوجد شيء كهذا هنا.',
  outcomeNotOffered: 'هذا غير متاح هنا.',
  outcomeChanged: 'لا يمكن ذلك في الوضع الحالي. يُرجى مراجعته مرة أخرى.',
  outcomeGone: 'لم يعد هذا موجودًا، أو لم يعد استخدامه ممكنًا.',
  outcomeTooLarge: 'هذا أكبر من اللازم. لم يتغير شيء.',
  outcomeWrong: 'فيه ما ليس صحيحًا. لم يتغير شيء.',
  outcomeLater: 'لا يعمل هذا الآن. يُرجى المحاولة لاحقًا.',
};
