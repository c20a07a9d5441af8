/** The messages of one feature, by key; plural forms have the suffixes of `Intl.PluralRules`. */
export type Messages = Record<string, string>;

/** Turns files `features/NAME/messages/xx.json` into namespaces NAME. */
export function byFeature(files: Record<string, unknown>): Record<string, Messages> {
  const namespaces: Record<string, Messages> = {};
  for (const [path, messages] of Object.entries(files)) {
    const feature = path.split("/").at(-3);
    if (feature) namespaces[feature] = messages as Messages;
  }
  return namespaces;
}
