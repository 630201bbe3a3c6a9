/** A notice in words: each channel takes the parts that it can carry. */
export interface RenderedNotice {
  /** Of its words: BCP 47. */
  readonly language: string;
  /** One line. */
  readonly subject: string;
  /** Plain text of an e-mail. */
  readonly text: string;
  /** The same as an HTML document. */
  readonly html: string;
  /** The organization's icon, which the document shows by its content id `icon`: a PNG. */
  readonly icon?: Buffer;
  /** The same in a few words, for a text message: one line. */
  readonly sms: string;
}
