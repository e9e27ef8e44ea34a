/** @file Text from files and elsewhere, made safe for a terminal. */

/** Everything that steers a terminal or turns the direction of writing, but tabs and line ends. */
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const escape = (letter: string): string => {
  const code = letter.charCodeAt(0)
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** The text with control characters written out: `\x1b` for ESC. */
export function printable(text: string): string {
  return text.replaceAll(steering, escape)
}

/** JSON with the control characters that it leaves as they are written out; it stays the same value. */
export function printableJson(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
