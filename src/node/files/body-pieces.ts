/** @file An answer's body as pieces; those that came before its connection broke are among them. */
import type { Readable } from 'node:stream'

/** Bytes held before the sender is asked to wait. */
const held = 2 ** 20

/**
 * The pieces of a body in their order, then its end, or the error that ended it. Listens from the call on: the stream's own
 * iterator forgets what it holds when the connection breaks.
 */
export function bodyPieces(stream: Readable): AsyncGenerator<Uint8Array, void> {
  const queue: Uint8Array[] = []
  let waiting = 0
  let ended: { readonly error?: unknown } | undefined
  let wake = (): void => {}
  const take = (piece: unknown): void => {
    if (!(piece instanceof Uint8Array)) return
    queue.push(piece)
    waiting += piece.length
    if (waiting >= held) stream.pause()
    wake()
  }
  const end = (how: { readonly error?: unknown }): void => {
    if (ended !== undefined) return
    // a broken stream gives no more events for what it still holds
    for (let piece: unknown = stream.read(); piece !== null; piece = stream.read()) take(piece)
    ended = how
    wake()
  }
  stream.on('data', take)
  stream.on('end', () => end({}))
  stream.on('error', (error) => end({ error }))
  stream.on('close', () => end({ error: new Error('the connection was closed') }))
  return (async function* pieces() {
    for (;;) {
      const piece = queue.shift()
      if (piece !== undefined) {
        waiting -= piece.length
        yield piece
      } else if (ended === undefined) {
        stream.resume()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else if ('error' in ended) throw ended.error
      else return
    }
  })()
}
