/** The e-mails that demo mode keeps instead of sending: what pages need of delivery/. */
export interface MailSummary {
  /** `[A-Za-z0-9._-]+` */
  id: string;
  to: string;
  subject: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** BCP 47, where known. */
  language?: string;
}

export interface Mail extends MailSummary {
  text: string;
  html?: string;
}

export interface Mailbox {
  /** Newest first. */
  list(limit: number): Promise<MailSummary[]>;
  read(id: string): Promise<Mail | undefined>;
}
