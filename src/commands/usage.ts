/** `--help` of the commands: prints how one is called, before any setting is read or anything opened. */

/** Whether help is asked for; it has been printed then. */
export function helped(args: readonly string[], usage: string): boolean {
  const asked = args.includes('--help') || args.includes('-h');
  if (asked) process.stdout.write(`${usage}\n`);
  return asked;
}
