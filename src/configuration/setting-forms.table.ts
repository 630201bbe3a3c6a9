/** Where the forms of administrators have each setting, and what it does, in Arabic; in English its table says it. */
import type { SettingName } from './settings.table.js';

/** The groups of the configuration's form, in their order. */
export const settingGroups = [
  'organization',
  'languages',
  'questions',
  'files',
  'record',
  'people',
  'sign-in',
] as const;
export type SettingGroup = (typeof settingGroups)[number];

interface SettingForm {
  /** `branding` is a form of its own. */
  readonly group: SettingGroup | 'branding';
  readonly arabic: string;
}

const inGroup = (group: SettingForm['group'], arabic: string): SettingForm => ({ group, arabic });

export const settingForms: Readonly<Record<SettingName, SettingForm>> = {
  'organization-title': inGroup('branding', 'اسم المؤسسة الصحية كما يعرفه الناس.'),
  'application-title': inGroup('branding', 'اسم البوابة كما يعرفه الناس.'),
  icon: inGroup('branding', 'أيقونة المؤسسة بدل العلامة: ملف PNG، أو SVG من أشكال فقط، لا يتجاوز 64 كيلوبايت.'),
  'accent-color': inGroup('branding', 'لون الروابط والأزرار. النص الأبيض عليه، وهو على الأبيض، مقروء (WCAG 2.2 AA).'),
  'paper-color': inGroup('branding', 'اللون خلف نصوص الصفحات. النصوص ولون الروابط مقروءة عليه (WCAG 2.2 AA).'),

  'help-telephone': inGroup('organization', 'رقم هاتف مكتب المساعدة كما يطلبه الناس.'),
  'help-page': inGroup('organization', 'صفحة مساعدة للمرضى.'),
  'postal-address': inGroup('organization', 'العنوان البريدي للمؤسسة في سطر واحد.'),
  'time-zone': inGroup('organization', 'المنطقة الزمنية للتواريخ والساعات التي يقرؤها الناس.'),

  language: inGroup('languages', 'اللغات التي يمكن للناس اختيارها.'),
  'default-language': inGroup('languages', 'لغة من لا تُعرف لغتهم أو لم تُفعّل. هي نفسها مفعّلة.'),

  'questions-general': inGroup('questions', 'يطرح المرضى أسئلة عامة.'),
  'questions-medical': inGroup('questions', 'يطرح المرضى أسئلة طبية.'),
  'questions-billing': inGroup('questions', 'يطرح المرضى أسئلة عن الفواتير.'),
  replies: inGroup('questions', 'يرد المرضى على الرسائل.'),
  'provider-messages': inGroup('questions', 'يبدأ الطاقم محادثات مع المرضى.'),
  'personal-messages': inGroup(
    'questions',
    'يبدأ مستخدمو منصة العمل محادثات بأسمائهم، وتصل الردود إلى صندوق وارد كل منهم.',
  ),
  'group-sender': inGroup('questions', 'يكتب الطاقم باسم مجموعة سريرية دون ذكر مقدّم رعاية.'),
  'message-reason': inGroup('questions', 'الأسباب التي يمكن للناس ذكرها للرسالة.'),

  attachments: inGroup('files', 'تحمل الرسائل ملفات.'),
  'attachment-type': inGroup('files', 'أنواع الملفات التي تحملها الرسائل.'),
  'attachment-megabytes': inGroup('files', 'أقصى حجم لملف في رسالة بالميغابايت.'),
  'message-megabytes': inGroup('files', 'أقصى حجم لجميع ملفات الرسالة معًا بالميغابايت.'),
  'attachments-of-message': inGroup('files', 'أقصى عدد من الملفات في رسالة.'),

  documents: inGroup('record', 'يرى المرضى مستنداتهم.'),
  measurements: inGroup('record', 'يُدخل المرضى ووكلاؤهم ما يقيسونه.'),
  'measurement-category': inGroup('record', 'فئات ما يقيسه المرضى ويُدخلونه.'),
  'update-profile': inGroup(
    'record',
    'يغيّر المرضى ووكلاؤهم العنوان والبريد الإلكتروني والهاتف المحمول واللغة والإشعارات في السجل.',
  ),

  'account-age': inGroup('people', 'العمر بالسنوات الذي يكون للشخص منه حساب خاص؛ وينوب عن الأصغر وكلاؤه.'),
  'proxy-age': inGroup(
    'people',
    'العمر بالسنوات الذي تنتهي عنده نيابة الوالدين عن الطفل ما لم تحدد العلاقة نهاية أخرى.',
  ),
  'adolescent-age': inGroup('people', 'العمر بالسنوات الذي تقتصر منه نيابة الوالدين على وظائف المراهقين.'),
  'adolescent-function': inGroup('people', 'الوظائف التي ينوب فيها الوالدان عن الطفل من عمر المراهقة.'),
  'self-enrollment': inGroup('people', 'هل يسجّل دون دعوة من تطابق بياناته مريضًا واحدًا: off لا، on نعم.'),

  'credential-model': inGroup(
    'sign-in',
    'بمَ يسجّل الأعضاء دخولهم: بيانات البوابة (own)، أو مزوّدي هوية آخرين (external)، أو كليهما (both).',
  ),
  'staff-credential-model': inGroup(
    'sign-in',
    'بمَ يسجّل الطاقم دخوله: بيانات البوابة (own)، أو مزوّدي هوية آخرين (external)، أو كليهما (both).',
  ),
  'second-factor': inGroup('sign-in', 'هل للأعضاء عامل ثانٍ: off لا، optional اختياري، required إلزامي.'),
  'second-factor-role': inGroup('sign-in', 'أدوار الطاقم التي يلزمها عامل ثانٍ. لكل من يسجّل الدخول دور workbench-user.'),
  'dormant-days': inGroup('sign-in', 'عدد الأيام بلا تسجيل دخول التي يحتاج الحساب بعدها كلمة مرور جديدة؛ 0: أبدًا.'),
  'session-idle-minutes': inGroup('sign-in', 'عدد الدقائق بلا استخدام التي يُسجَّل بعدها خروج المتصفح.'),
  'session-hours': inGroup('sign-in', 'عدد الساعات التي يُسجَّل بعدها خروج المتصفح في كل حال.'),
};
