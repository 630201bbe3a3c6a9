/** The part of the package in use; it comes without types. https://github.com/jshttp/negotiator */
declare module 'negotiator' {
  class Negotiator {
    constructor(request: { headers: { accept?: string; 'accept-language'?: string } });
    /** The most wanted of these media types; undefined where none is accepted. */
    mediaType(available: readonly string[]): string | undefined;
    /** The same of languages. */
    language(available: readonly string[]): string | undefined;
  }
  export = Negotiator;
}
