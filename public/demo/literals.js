// Writes a text as a string literal of a language, so that any key or user id survives being pasted.

const escapedCodeUnits = (text, pattern) =>
  text.replace(pattern, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));

/** JavaScript, Python, Go and C#: JSON's escapes mean the same in all four, and line ends of Unicode end no line. */
export const doubleQuoted = (text) => escapedCodeUnits(JSON.stringify(text), /[\u007f-\u009f\u2028\u2029]/g);

/** Java: ASCII only, because older compilers read a source file in the encoding of the machine. */
export const javaString = (text) => escapedCodeUnits(JSON.stringify(text), /[^\0-\x7e]/g);

/** Rust, whose escapes for code points have braces. */
export const rustString = (text) =>
  '"' + text.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (control) => `\\u{${control.charCodeAt(0).toString(16)}}`) + '"';

/** PHP and Ruby between single quotes, where nothing is interpolated. */
export const singleQuoted = (text) => "'" + text.replace(/['\\]/g, "\\$&") + "'";

/** POSIX shells between single quotes, which know no escape at all. */
export const shellWord = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

/** The value of an HTML attribute, with its quotes. */
export const htmlAttribute = (text) =>
  '"' + text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;") + '"';
