/** @file Scores as matrix products on the ONNX runtime. */
import { Opened } from '../../base/opened.ts'
import { plainScorer, type Scorer } from '../../gallery/score-blocks.ts'
import type { Runner } from '../../runtime/driver.ts'
import { openDriverIfInstalled, scoreProgram } from '../session/score-product.ts'

/** A product is compiled for so many probes; others are filled up. */
const probeCounts = [1, 4, 16, 64, 256]

const countFor = (probes: number): number => probeCounts.find((count) => count >= probes) ?? probes

interface Compiled {
  readonly runner: Runner
  /** Swap roles, as one is read while the next is written. */
  readonly spare: Float32Array[]
}

/** A scorer on the runtime; by plain loops, slower, where none is installed. Opened at its first use. */
export function runtimeScorer(threads: number): Scorer {
  const parts = new Opened()
  const compiled = new Map<string, Promise<Compiled>>()
  let driver: ReturnType<typeof openDriverIfInstalled> | undefined
  const compile = async (count: number, size: number, rows: number): Promise<Compiled | undefined> => {
    driver ??= openDriverIfInstalled().then((opened) =>
      opened === undefined ? undefined : parts.use(opened),
    )
    const opened = await driver
    if (opened === undefined) return undefined
    const key = `${count} ${size}`
    let made = compiled.get(key)
    if (made === undefined) {
      made = opened
        .load(scoreProgram(count, size), {
          device: 'cpu',
          threads,
          config: { 'session.intra_op.allow_spinning': '0' },
        })
        .then((runner) => ({ runner: parts.use(runner), spare: [] }))
      compiled.set(key, made)
    }
    const { runner, spare } = await made
    if (opened.inPlace && spare[0]?.length !== count * rows)
      spare.splice(0, 2, ...[0, 1].map(() => new Float32Array(new ArrayBuffer(4 * count * rows))))
    return { runner, spare }
  }
  return {
    score: async (probes, size, block, rows) => {
      const wanted = probes.length / size
      const count = countFor(wanted)
      const product = await compile(count, size, rows)
      if (product === undefined) return plainScorer.score(probes, size, block, rows)
      let filled = probes
      if (count !== wanted) {
        filled = new Float32Array(new ArrayBuffer(4 * count * size))
        filled.set(probes)
      }
      const held = product.spare.shift()
      if (held !== undefined) product.spare.push(held)
      const [scores] = await product.runner.run([filled, block], held === undefined ? undefined : [held])
      if (!(scores instanceof Float32Array)) throw new Error('the runtime returned no float32 scores')
      return scores
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  }
}
