/** @file Text from files and elsewhere, made safe for a terminal. */

/** What steers a terminal, ends a line or turns the direction of writing. */
const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

const codeOf = (letter: string, width: number): string =>
  letter.charCodeAt(0).toString(16).padStart(width, '0')

const escape = (letter: string): string => {
  if (letter === '\n' || letter === '\t') return letter
  return letter.charCodeAt(0) < 0x100 ? `\\x${codeOf(letter, 2)}` : `\\u${codeOf(letter, 4)}`
}

/** The text with control characters written out: `\x1b` for ESC; tabs and line ends stay. */
export function printable(text: string): string {
  return text.replaceAll(steering, escape)
}

/** JSON with the control characters that it leaves as they are written out; it stays the same value. */
export function printableJson(json: string): string {
  return json.replaceAll(steering, (letter) => (letter === '\n' ? letter : `\\u${codeOf(letter, 4)}`))
}
