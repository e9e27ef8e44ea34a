/**
 * @file A training's series as TensorBoard event records: each is a length, its checksum, an `Event` message of
 * TensorFlow's `event.proto`, and its checksum. Written by hand, since five fields are all it takes.
 */
import { concatBytes } from '../base/bytes.ts'
import { mean } from '../tensor/statistics.ts'
import type { TrainEvent } from '../train/events.ts'

/** One scalar of a series. */
export interface Scalar {
  readonly tag: string
  readonly value: number
}

/** The record every event file begins with. */
export function versionRecord(wallTime: number): Uint8Array {
  return record(concatBytes([doubleField(1, wallTime), bytesField(3, encode('brain.Event:2'))]))
}

/** Says that a run begins or goes on at an iteration, so that nothing written earlier counts from there on. */
export function startRecord(iteration: number, wallTime: number): Uint8Array {
  const started = bytesField(7, varintField(1, 1))
  return record(concatBytes([doubleField(1, wallTime), varintField(2, iteration), started]))
}

/** Scalars at an iteration. @param wallTime seconds since 1970 */
export function scalarRecord(scalars: readonly Scalar[], iteration: number, wallTime: number): Uint8Array {
  const values = scalars.map(({ tag, value }) =>
    bytesField(1, concatBytes([bytesField(1, encode(tag)), floatField(2, value)])),
  )
  return record(
    concatBytes([doubleField(1, wallTime), varintField(2, iteration), bytesField(5, concatBytes(values))]),
  )
}

const tagged = (series: string, byLayer: Readonly<Record<string, number>>): Scalar[] =>
  Object.entries(byLayer).map(([layer, value]) => ({ tag: `${series}/${layer}`, value }))

/** What an event adds to the series; nothing at most kinds. */
export function scalarsOf(event: TrainEvent): readonly Scalar[] {
  if (event.kind === 'step') {
    const { metrics, learningRate, imagesPerSecond, waitedSeconds, seconds } = event
    return [
      { tag: 'train/loss', value: metrics.loss },
      { tag: 'train/own cosine', value: metrics.ownCosine },
      { tag: 'train/nearest cosine', value: metrics.nearestCosine },
      { tag: 'train/win share', value: metrics.winShare },
      { tag: 'train/embedding norm', value: metrics.embeddingNorm },
      { tag: 'train/gradient norm', value: metrics.gradientNorm },
      { tag: 'train/learning rate', value: learningRate },
      { tag: 'speed/images per second', value: imagesPerSecond },
      { tag: 'speed/share waited for data', value: seconds > 0 ? waitedSeconds / seconds : 0 },
    ]
  }
  if (event.kind === 'layers') {
    const { gradientNorms, deadPrelus } = event
    return [
      ...tagged('gradient norm', gradientNorms),
      ...tagged('dead channels', deadPrelus),
      ...(Object.keys(deadPrelus).length === 0
        ? []
        : [{ tag: 'train/dead channels', value: mean(Object.values(deadPrelus)) }]),
    ]
  }
  if (event.kind === 'validation') {
    const { name, result } = event
    return [
      { tag: `${name}/accuracy`, value: result.accuracy },
      { tag: `${name}/auc`, value: result.auc },
      { tag: `${name}/eer`, value: result.eer },
      ...result.tarAtFar.flatMap(({ far, tar }) =>
        tar === undefined ? [] : [{ tag: `${name}/tar at far ${far}`, value: tar }],
      ),
    ]
  }
  return []
}

const crcTable: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  // the Castagnoli polynomial, bits reversed
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

/** CRC-32C. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

// a checksum of data that holds checksums would be weak; TensorFlow rotates and shifts it
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

function record(data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(12))
  head.setUint32(0, data.length, true)
  head.setUint32(8, masked(crc32c(new Uint8Array(head.buffer, 0, 8))), true)
  const tail = new DataView(new ArrayBuffer(4))
  tail.setUint32(0, masked(crc32c(data)), true)
  return concatBytes([new Uint8Array(head.buffer), data, new Uint8Array(tail.buffer)])
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  while (left >= 128) {
    bytes.push((left % 128) | 128)
    left = Math.floor(left / 128)
  }
  return Uint8Array.from([...bytes, left])
}

const key = (field: number, wire: number): Uint8Array => varint(field * 8 + wire)

const varintField = (field: number, value: number): Uint8Array => concatBytes([key(field, 0), varint(value)])

const bytesField = (field: number, value: Uint8Array): Uint8Array =>
  concatBytes([key(field, 2), varint(value.length), value])

function doubleField(field: number, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value, true)
  return concatBytes([key(field, 1), new Uint8Array(view.buffer)])
}

function floatField(field: number, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value, true)
  return concatBytes([key(field, 5), new Uint8Array(view.buffer)])
}
