import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LossSettings } from '../src/loss/head.ts'
import { lossNames } from '../src/loss/registry.ts'
import { openSession } from '../src/node/session/open-session.ts'
import type { Session } from '../src/runtime/session.ts'
import { headNumbers, headProgram, runHead, type HeadNumbers } from './loss-oracle.ts'

interface GoldenCase {
  readonly title: string
  readonly loss: LossSettings
  readonly classes: number
  readonly embeddingSize: number
  readonly iteration: number
  readonly labels: readonly number[]
  readonly features: readonly number[]
  readonly values: Readonly<Record<string, readonly number[]>>
  readonly expected: {
    readonly loss: number
    readonly buffers: Readonly<Record<string, readonly number[]>>
    /** Absent exactly on a pole of θ, where only finiteness is asked. */
    readonly gradients?: Readonly<Record<string, readonly number[]>>
  }
}

const { cases }: { cases: readonly GoldenCase[] } = JSON.parse(
  readFileSync(new URL('golden/heads.json', import.meta.url), 'utf8'),
)

const apartBy = (got: readonly number[], wanted: readonly number[], least: number): number => {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY
  const size = Math.max(least, ...wanted.map(Math.abs))
  return Math.max(0, ...got.map((value, index) => Math.abs(value - (wanted[index] ?? Number.NaN)) / size))
}

const expectGolden = (got: HeadNumbers, { expected }: GoldenCase, loss: number, gradient: number): void => {
  expect(Math.abs(got.loss - expected.loss) / (1 + Math.abs(expected.loss)), 'loss').toBeLessThan(loss)
  for (const [name, wanted] of Object.entries(expected.buffers))
    expect(apartBy(got.buffers[name] ?? [], wanted, 1e-3), name).toBeLessThan(loss * 10)
  for (const [name, wanted] of Object.entries(expected.gradients ?? {}))
    expect(apartBy(got.gradients[name] ?? [], wanted, 1e-3), `gradient of ${name}`).toBeLessThan(gradient)
  for (const slope of Object.values(got.gradients))
    expect(slope.every(Number.isFinite), 'finite gradient').toBe(true)
  expect(Object.values(got.metrics).every(Number.isFinite), 'finite metrics').toBe(true)
}

describe('heads against PyTorch', () => {
  test('every loss has golden cases', () => {
    expect(new Set(cases.map((given) => given.loss.name))).toEqual(new Set(lossNames))
  })

  // options enter the graph as float32, so 0.35 differs from PyTorch's in the eighth digit
  for (const given of cases) test(given.title, () => expectGolden(runHead(given), given, 2e-6, 4e-5))
})

describe('heads against PyTorch, in float32 on ONNX Runtime', () => {
  const programs = cases.map((given) => headProgram(given))
  let session: Session
  beforeAll(async () => {
    const graphs = Object.fromEntries(programs.map(({ graph }, index) => [`case${index}`, graph]))
    session = await openSession({ state: {}, programs: graphs, device: 'cpu', threads: 1 })
  })
  afterAll(() => session[Symbol.asyncDispose]())

  for (const [index, given] of cases.entries()) {
    test(given.title, async () => {
      const feeds = Object.entries(programs[index]?.feeds ?? {}).map(([name, { shape, data }]) =>
        name === 'labels'
          ? ([name, { shape, data: Int32Array.from(data) }] as const)
          : ([name, { shape, data: Float32Array.from(data) }] as const),
      )
      const got = await session.run(`case${index}`, Object.fromEntries(feeds))
      // on a pole of θ the last bit of the cosine is 3e-4 of the angle
      expectGolden(headNumbers(got), given, given.expected.gradients === undefined ? 1e-3 : 1e-4, 1e-2)
    })
  }
})

const torch = spawnSync('/usr/bin/python3', ['-c', 'import torch, numpy']).status === 0

describe.skipIf(!torch)(
  `the script in scripts/golden${torch ? '' : ' (skipped: no python3-torch here)'}`,
  () => {
    test('makes the stored file again', () => {
      const folder = mkdtempSync(join(tmpdir(), 'cosface-golden-'))
      try {
        const file = join(folder, 'heads.json')
        const root = join(import.meta.dirname, '..')
        execFileSync('/usr/bin/python3', ['-B', 'scripts/golden/head_cases.py', file], { cwd: root })
        const again: { readonly cases: readonly GoldenCase[] } = JSON.parse(readFileSync(file, 'utf8'))
        expect(again.cases.map(({ title }) => title)).toEqual(cases.map(({ title }) => title))
        // another PyTorch may round the last digits otherwise
        again.cases.forEach(({ title, expected: { loss } }, index) => {
          const stored = cases[index]?.expected.loss ?? NaN
          expect(Math.abs(loss - stored), title).toBeLessThanOrEqual(1e-8 * (1 + Math.abs(stored)))
        })
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  },
)
