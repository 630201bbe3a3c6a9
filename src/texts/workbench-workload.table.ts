/** The texts of what managers see of their agents, in each language that is installed. */

export const english = {
  workload: 'Agents and their work',
  workloadWhy:
    'Who works in the group now, and what each of them has. What somebody has who cannot process it stays here until it is taken back.',
  workloadQueued: 'Waiting for an agent',
  workloadOldest: 'the oldest since',
  workloadAgent: 'Agent',
  workloadClaimed: 'Claimed',
  workloadWaiting: 'Waiting for the patient',
  workloadOverdue: 'Overdue',
  workloadLast: 'Last active',
  workloadCannot: 'Cannot process',
  workloadTakeBack: 'Take all back into the queue',
  workloadTaken: 'What this person had is back in the queue.',
  workloadNone: 'Nobody works in this group, and nobody has work of it.',
} as const;

export const arabic = {
  workload: 'الموظفون وأعمالهم',
  workloadWhy: 'من يعمل في المجموعة الآن وما لدى كل منهم. وما لدى من لا يستطيع معالجته يبقى هنا حتى يُسترجع.',
  workloadQueued: 'تنتظر موظفًا',
  workloadOldest: 'أقدمها منذ',
  workloadAgent: 'الموظف',
  workloadClaimed: 'تولاها',
  workloadWaiting: 'تنتظر المريض',
  workloadOverdue: 'متأخرة',
  workloadLast: 'آخر نشاط',
  workloadCannot: 'لا يستطيع المعالجة',
  workloadTakeBack: 'إعادة الكل إلى القائمة',
  workloadTaken: 'عاد ما كان لدى هذا الشخص إلى القائمة.',
  workloadNone: 'لا أحد يعمل في هذه المجموعة، وليس لدى أحد عمل منها.',
} as const;
