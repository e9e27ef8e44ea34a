/** @file The text forms of protocol 0: numbers, quoted Python 2 strings, escaped unicode. */

const simpleEscapes: Readonly<Record<string, number>> = {
  '\\': 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
}

const hexValue = (bytes: Uint8Array, at: number, digits: number): number | undefined => {
  const text = String.fromCharCode(...bytes.subarray(at, at + digits))
  return text.length === digits && /^[0-9a-fA-F]+$/.test(text) ? Number.parseInt(text, 16) : undefined
}

/** A quoted string as Python's `repr` writes it, or undefined where it is none. */
export function parseQuoted(line: Uint8Array): Uint8Array | undefined {
  const quote = line[0]
  if (line.length < 2 || (quote !== 39 && quote !== 34) || line.at(-1) !== quote) return undefined
  const body = line.subarray(1, -1)
  const result = new Uint8Array(body.length)
  let length = 0
  for (let at = 0; at < body.length; at++) {
    const escape = body.indexOf(92, at)
    const plain = body.subarray(at, escape < 0 ? body.length : escape)
    result.set(plain, length)
    length += plain.length
    if (escape < 0) break
    at = escape + 1
    const letter = String.fromCharCode(body[at] ?? 0)
    const simple = simpleEscapes[letter]
    if (simple !== undefined) result[length++] = simple
    else if (letter === 'x') {
      const value = hexValue(body, at + 1, 2)
      if (value === undefined) return undefined
      result[length++] = value
      at += 2
    } else {
      const [octal] = /^[0-7]{1,3}/.exec(String.fromCharCode(...body.subarray(at, at + 3))) ?? []
      if (octal === undefined) return undefined
      result[length++] = Number.parseInt(octal, 8) & 255
      at += octal.length - 1
    }
  }
  return result.subarray(0, length)
}

/** Text in `raw-unicode-escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX`, or undefined where an escape is broken. */
export function parseRawUnicode(line: Uint8Array): string | undefined {
  const pieces: string[] = []
  let start = 0
  const flush = (end: number): void => {
    if (end > start) pieces.push(latin1Text(line.subarray(start, end)))
  }
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== 92) continue
    const digits = line[at + 1] === 117 ? 4 : line[at + 1] === 85 ? 8 : 0
    if (digits === 0) {
      // any other letter after a backslash stands for itself, as does the backslash
      at++
      continue
    }
    const value = hexValue(line, at + 2, digits)
    if (value === undefined || value > 0x10ffff) return undefined
    flush(at)
    pieces.push(String.fromCodePoint(value))
    at += 1 + digits
    start = at + 1
  }
  flush(line.length)
  return pieces.join('')
}

/** Bytes as text, one character each; `TextDecoder('latin1')` would read 0x80…0x9f as Windows' letters. */
export function latin1Text(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/** A whole number in decimal or `0x…`, with or without Python 2's `L`; undefined for anything else or over 1,000 digits. */
export function parseWhole(text: string): number | bigint | undefined {
  if (!/^\s*[+-]?(\d{1,1000}|0x[0-9a-fA-F]{1,800})L?\s*$/.test(text)) return undefined
  const digits = text.trim().replace(/L$/, '').replace(/^\+/, '')
  const value = digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits)
  return narrow(value)
}

/** A number where it is exact, else the `bigint`. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A float as Python's `repr` writes it. */
export function parseFloatText(text: string): number | undefined {
  const named: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: NaN }
  const trimmed = text.trim()
  if (Object.hasOwn(named, trimmed)) return named[trimmed]
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : undefined
}
