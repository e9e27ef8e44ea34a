import { describe, expect, test } from 'vitest'
import { gradients } from '../graph/gradient.ts'
import * as ops from '../graph/ops.ts'
import type { Graph } from '../graph/value.ts'
import { choosePlan, printPlan } from './choose.ts'
import { readOnnx } from './decode.ts'
import { emitProgram } from './emit.ts'
import { tune } from './tune.ts'

/** One step of plain descent with momentum on a convolution, a PReLU and a matrix. */
function step(channels: number): Graph {
  const x = ops.input('x', [16, 16, 6, 6])
  const w = ops.input('w', [channels, 16, 3, 3])
  const v = ops.input('v', w.shape)
  const slope = ops.input('slope', [channels])
  const y = ops.prelu(ops.conv2d(x, w, { stride: 1, padding: 1 }), slope)
  const loss = ops.sum(ops.multiply(y, y))
  const [dw, dslope] = gradients(loss, [w, slope])
  if (dw === undefined || dslope === undefined) throw new Error('no gradients')
  const velocity = ops.add(ops.multiply(v, 0.9), dw)
  return {
    name: 'step',
    outputs: {
      loss,
      v: velocity,
      w: ops.subtract(w, ops.multiply(velocity, 0.1)),
      slope: ops.subtract(slope, ops.multiply(dslope, 0.1)),
    },
  }
}

const states = ['w', 'v', 'slope']

describe('the plan', () => {
  test('parameter and momentum take the layout of the convolution that reads them', () => {
    const plan = choosePlan([step(32)], states, { device: 'cpu', blockSize: 16 })
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "plan: blocks of 16 channels
      lowerings
        conv2d 16x16x6x6 32x16x3x3 stride=1 padding=1 → blocked
        conv2dWeightGradient 16x16x6x6 16x32x6x6 stride=1 padding=1 kernel=3 → blocked
        prelu 16x32x6x6 32 → blocked
        preluInputGradient 16x32x6x6 32 16x32x6x6 → blocked
        preluSlopeGradient 16x32x6x6 16x32x6x6 → blocked
      layouts
        v → blocked-weight
        w → blocked-weight"
    `)
  })

  test.each([
    ['a channel count that no block divides', step(24), { device: 'cpu', blockSize: 16 }],
    ['no blocked layout', step(32), { device: 'cpu', blockSize: 1 }],
    ['another device', step(32), { device: 'webgpu', blockSize: 16 }],
    ['plain forced', step(32), { device: 'cpu', blockSize: 16, force: 'plain' }],
  ] as const)('%s: canonical parameters, standard operators', (_, graph, options) => {
    const plan = choosePlan([graph], states, options)
    expect(plan.layouts).toEqual({})
    const { operators } = readOnnx(emitProgram(graph, plan, options).model, 'step')
    // what is blocked by 16 may still be used between plain parameters
    if (plan.blockSize === 1) expect(operators.filter((name) => name.includes(':'))).toEqual([])
  })

  test('a measured choice goes before the table, an unknown one does not', () => {
    const graph = step(32)
    const { lowerings } = choosePlan([graph], states, { device: 'cpu', blockSize: 16 })
    const [signature = ''] = Object.keys(lowerings).filter((key) => key.startsWith('conv2d '))
    const chosen = (name: string): string | undefined =>
      choosePlan([graph], states, { device: 'cpu', blockSize: 16, overrides: { [signature]: name } })
        .lowerings[signature]
    expect(chosen('plain')).toBe('plain')
    expect(chosen('blocked-winograd')).toBe('blocked-winograd')
    expect(chosen('telepathy')).toBe(lowerings[signature])
  })

  test('the order of the programs and the names of the states do not matter for what is chosen', () => {
    const one = choosePlan([step(32), step(24)], states, { device: 'cpu', blockSize: 16 })
    const other = choosePlan([step(24), step(32)], states.toReversed(), { device: 'cpu', blockSize: 16 })
    expect(printPlan(one)).toBe(printPlan(other))
  })

  test('a lowering that a plan names and nobody knows is refused', () => {
    const graph = step(32)
    const plan = choosePlan([graph], states, { device: 'cpu', blockSize: 16 })
    const [signature = ''] = Object.keys(plan.lowerings)
    const edited = { ...plan, lowerings: { ...plan.lowerings, [signature]: 'telepathy' } }
    expect(() => emitProgram(graph, edited, { device: 'cpu' })).toThrow('has no lowering `telepathy`')
    const layouts = { slope: 'blocked' } as const
    expect(() => emitProgram(graph, { ...plan, layouts }, { device: 'cpu' })).toThrow(
      'keeps slope [32] blocked',
    )
  })
})

describe('tuning', () => {
  const options = { device: 'cpu', blockSize: 16 } as const
  const isPlainConv = (operators: readonly string[]): boolean => operators.includes('Conv')

  test('a lowering a tenth faster displaces the choice of the table', async () => {
    const time = async ({ model }: { model: Uint8Array }): Promise<number> =>
      isPlainConv(readOnnx(model, 'm').operators) ? 0.89 : 1
    const { overrides, measurements } = await tune([step(32)], { ...options, time })
    expect(Object.values(overrides)).toEqual(expect.arrayContaining(['plain']))
    expect(Object.keys(overrides).every((key) => key.startsWith('conv2d'))).toBe(true)
    expect(measurements.filter(({ preferred }) => preferred).length).toBe(
      new Set(measurements.map(({ signature }) => signature)).size,
    )
  })

  test('one less than a tenth faster does not', async () => {
    const time = async ({ model }: { model: Uint8Array }): Promise<number> =>
      isPlainConv(readOnnx(model, 'm').operators) ? 0.92 : 1
    expect((await tune([step(32)], { ...options, time })).overrides).toEqual({})
  })

  test('it stops when told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(tune([step(32)], { ...options, time: async () => 1, signal })).rejects.toThrow('enough')
  })
})
