/** @file The header of an `.npy` file, a Python dict literal, as the text of its values. Nothing is evaluated. */

const tokens: readonly RegExp[] = [
  /'[^'\\]*'/y,
  /"[^"\\]*"/y,
  /\d+L?/y,
  /[A-Za-z]+/y,
  // a comma, a colon or a bracket
  /[,:()[\]{}]/y,
]

/** The literal in pieces, white space left out; undefined where something else stands in it. */
const piecesOf = (text: string): readonly string[] | undefined => {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text.charAt(at))) {
      at++
      continue
    }
    const found = tokens.map((token) => {
      token.lastIndex = at
      return token.exec(text)?.[0]
    })
    const piece = found.find((one) => one !== undefined)
    if (piece === undefined) return undefined
    pieces.push(piece)
    at += piece.length
  }
  return pieces
}

const isText = (piece: string | undefined): piece is string => piece !== undefined && /^['"]/.test(piece)

/**
 * The dict's entries: text without its quotes, and everything else as it is written, without white space. Undefined where it is no
 * dict of texts, numbers, names, tuples and lists, or where a key is there twice.
 */
export function npyHeaderFields(text: string): ReadonlyMap<string, string> | undefined {
  const pieces = piecesOf(text)
  if (pieces === undefined || pieces[0] !== '{' || pieces.at(-1) !== '}') return undefined
  const inner = pieces.slice(1, -1)
  const fields = new Map<string, string>()
  for (let at = 0; at < inner.length; at++) {
    const [key, colon] = [inner[at], inner[at + 1]]
    const start = at + 2
    if (!isText(key) || colon !== ':' || inner[start] === undefined) return undefined
    let depth = 0
    for (at = start; at < inner.length && (depth > 0 || inner[at] !== ','); at++) {
      const piece = inner[at] ?? ''
      if (/^[([{]/.test(piece)) depth++
      if (/^[)\]}]/.test(piece) && --depth < 0) return undefined
    }
    const value = inner.slice(start, at)
    const [only] = value
    if (only === undefined || depth !== 0 || fields.has(key.slice(1, -1))) return undefined
    fields.set(key.slice(1, -1), value.length === 1 && isText(only) ? only.slice(1, -1) : value.join(''))
  }
  return fields
}
