// Writes a text as a literal of a language, so that any key or user id survives being pasted.

/** POSIX shells between single quotes, which know no escape at all. */
export const shellWord = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

/** The value of an HTML attribute, with its quotes. */
export const htmlAttribute = (text) =>
  '"' + text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;") + '"';
