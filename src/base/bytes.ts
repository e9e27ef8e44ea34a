/** @file Reading and writing bytes; a read past the end is a `FormatError`, never an unbounded allocation. */
import { FormatError } from './errors.ts'

/** A cursor over bytes, little-endian. */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly file: string
  offset = 0
  readonly #view: DataView

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes
    this.file = file
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.length - this.offset
  }

  fail(reason: string): FormatError {
    return new FormatError(this.file, reason, this.offset)
  }

  #take(length: number, what: string): number {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.remaining) {
      throw this.fail(`expected ${length} bytes of ${what}, ${this.remaining} are left`)
    }
    const at = this.offset
    this.offset += length
    return at
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1, 'uint8'))
  }
  uint16(): number {
    return this.#view.getUint16(this.#take(2, 'uint16'), true)
  }
  uint32(): number {
    return this.#view.getUint32(this.#take(4, 'uint32'), true)
  }
  int32(): number {
    return this.#view.getInt32(this.#take(4, 'int32'), true)
  }
  /** An unsigned 64-bit number; beyond 2^53 it is a FormatError, as no file of ours can be so long. */
  uint64(): number {
    const value = this.#view.getBigUint64(this.#take(8, 'uint64'), true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fail(`the number ${value} is too large`)
    return Number(value)
  }
  float32(): number {
    return this.#view.getFloat32(this.#take(4, 'float32'), true)
  }
  float64(): number {
    return this.#view.getFloat64(this.#take(8, 'float64'), true)
  }
  /** A view of the next `length` bytes; nothing is copied. */
  take(length: number, what = 'data'): Uint8Array {
    const at = this.#take(length, what)
    return this.bytes.subarray(at, at + length)
  }
  /** Text up to and without the next `\n`; the rest of the bytes where none follows. */
  line(): string {
    const end = this.bytes.indexOf(10, this.offset)
    const stop = end < 0 ? this.bytes.length : end
    const text = new TextDecoder().decode(this.bytes.subarray(this.offset, stop))
    this.offset = end < 0 ? stop : end + 1
    return text
  }
}

/** Text up to the first zero byte, as C writes names into fields of fixed length. */
export function textUntilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Joins pieces into one array. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    result.set(piece, at)
    at += piece.length
  }
  return result
}

/** The bytes of a typed array, without copying. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
