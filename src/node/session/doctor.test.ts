import { describe, expect, test } from 'vitest'
import { examine, withStandIn } from './doctor.ts'
import type { DoctorPart } from './doctor-parts.ts'
import { doctorText } from './doctor-text.ts'

const machine = { platform: 'linux x64', cpu: 'Some CPU', cores: 2, memory: 2 ** 33, freeDisk: 2 ** 31 }
const runtime: DoctorPart = {
  name: 'onnxruntime-node',
  need: 'required',
  works: false,
  detail: 'not installed',
  repair: 'npm install onnxruntime-node',
}
const web: DoctorPart = { name: 'onnxruntime-web', need: 'optional', works: true, detail: '1.30.0' }

describe('examine', () => {
  test('tries every part; each that does not work names its repair', async () => {
    const report = await examine()
    expect(report.schema).toBe('cosface-doctor/1')
    expect(report.parts.map(({ name }) => name)).toEqual([
      'Node.js',
      'onnxruntime-node',
      'koffi',
      'native driver',
      'blocked layout',
      'sharp',
      'onnxruntime-web',
      'device webgpu',
      'device cuda',
    ])
    for (const { works, detail, repair } of report.parts) {
      expect(detail).not.toBe('')
      expect(works || (repair ?? '').length > 5).toBe(true)
    }
    expect(report.ready).toBe(report.parts.every(({ need, works }) => works || need !== 'required'))
    expect(report.machine.memory).toBeGreaterThan(2 ** 28)
    expect(report.machine.cores).toBeGreaterThan(0)
  })
})

describe('onnxruntime-web', () => {
  test('stands in for onnxruntime-node where it works', () => {
    expect(withStandIn([runtime, web])[0]?.need).toBe('recommended')
    expect(withStandIn([runtime, { ...web, works: false }])[0]?.need).toBe('required')
  })
})

describe('doctorText', () => {
  test('shows what is missing with the command that supplies it', () => {
    const text = doctorText({ schema: 'cosface-doctor/1', machine, parts: [runtime, web], ready: false })
    expect(text).toBe(
      [
        'linux x64, Some CPU, 2 threads, 8.0 GiB of memory, 2.0 GiB of disk free',
        '',
        '✗ onnxruntime-node  not installed',
        '                    nothing runs without it: npm install onnxruntime-node',
        '✓ onnxruntime-web   1.30.0',
        '',
        'Not ready: see the lines marked ✗.',
      ].join('\n'),
    )
  })
})
