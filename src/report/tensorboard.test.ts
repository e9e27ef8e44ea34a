import { expect, it } from 'vitest'
import { crc32c, scalarRecord, versionRecord } from './tensorboard.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

it('has the checksum of the standard’s examples', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(0))).toBe(0)
})

it('frames records as TensorFlow does', () => {
  const bytes = versionRecord(1.5)
  // length, then wall time 1.5 as field 1 and the version as field 3; TensorBoard's own reader takes such files
  const hex = Buffer.from(bytes).toString('hex')
  expect(hex.slice(0, 16)).toBe('1800000000000000')
  expect(hex.slice(24, -8)).toBe(`09000000000000f83f1a0d${Buffer.from('brain.Event:2').toString('hex')}`)
  expect(bytes.length).toBe(8 + 4 + 24 + 4)
})

it('holds tag, value and iteration', () => {
  const bytes = Buffer.from(scalarRecord([{ tag: 'loss', value: 0.5 }], 300, 2))
  const event = bytes.subarray(12, -4).toString('hex')
  //       wall time 2.0        step 300  summary{ value{ tag 'loss', simple_value 0.5 } }
  expect(event).toBe('090000000000000040' + '10ac02' + '2a0d' + '0a0b' + '0a046c6f7373' + '150000003f')
})
