/** @file Four quarter images woven into one. */
import { int, type EmitContext } from './lowering.ts'

/**
 * Blocked tensors for even and odd rows (outer) and even and odd columns (inner), each `images`·rows·columns·B, as one of
 * [images, 2·rows, 2·columns, B].
 */
export function interleaved(
  context: EmitContext,
  parts: readonly (readonly string[])[],
  images: number,
  rows: number,
  columns: number,
): string {
  const block = context.target.blockSize
  const woven = (names: readonly string[], outer: number, inner: number): string => {
    const apart = names.map((name) => context.reshape(name, [outer, 1, inner], false))
    return context.op('Concat', apart, { axis: int(1) })
  }
  const lines = parts.map((line) => woven(line, images * rows * columns, block))
  const whole = woven(lines, images * rows, columns * 2 * block)
  return context.reshape(whole, [images, rows * 2, columns * 2, block], false)
}
