import { expect, it } from 'vitest'
import { crc32c, scalarRecord, scalarsOf, startRecord, versionRecord } from './tensorboard.ts'

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

it('says where a run begins', () => {
  const event = Buffer.from(startRecord(300, 2)).subarray(12, -4).toString('hex')
  //       wall time 2.0        step 300  session_log{ status START }
  expect(event).toBe('090000000000000040' + '10ac02' + '3a02' + '0801')
})

it('has a series for each layer and one for the share of dead channels', () => {
  const scalars = scalarsOf({
    kind: 'layers',
    iteration: 50,
    gradientNorms: { 'stage1.conv': 0.5, head: 2 },
    deadPrelus: { 'stage1.prelu': 0.25, 'stage2.prelu': 0.75 },
  })
  expect(scalars).toEqual([
    { tag: 'gradient norm/stage1.conv', value: 0.5 },
    { tag: 'gradient norm/head', value: 2 },
    { tag: 'dead channels/stage1.prelu', value: 0.25 },
    { tag: 'dead channels/stage2.prelu', value: 0.75 },
    { tag: 'train/dead channels', value: 0.5 },
  ])
})
