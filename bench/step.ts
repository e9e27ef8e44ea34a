/** @file One training step of the product, through its own native session, against the same step in PyTorch. */
import { openSession } from '../src/node/session/open-session.ts'
import { feedNames, stepPrograms } from '../src/train/step.ts'
import { initialState } from '../src/train/trainer.ts'
import { batch, classes, labels, pixels, sphere20, threads } from './network.ts'
import { Peer } from './peer.ts'
import { better, median, race } from './race.ts'

/** Memory the step may take, in MB. */
const memoryLimit = 3000

/** Runs the race and returns what it found, as lines. */
export async function benchStep(): Promise<string[]> {
  const recipe = sphere20()
  await using session = await openSession({ ...stepPrograms(recipe), device: 'cpu', threads })
  await session.writeState(await initialState(recipe, 1))
  const feeds = {
    [feedNames.pixels]: { shape: [batch, 3, recipe.size.height, recipe.size.width], data: pixels() },
    [feedNames.labels]: { shape: [batch], data: labels() },
    [feedNames.learningRate]: { shape: [], data: Float32Array.of(0.01) },
  }
  const step = async (): Promise<void> => {
    await session.run('step', feeds)
  }
  await using peer = await Peer.start({ batch, classes, threads })
  const result = await race(step, peer, 'step', { warmup: 2, rounds: 9 })
  const best = better(result)
  const [ours, theirs] = [median(result.ours), median(result.peer[best])]
  const memory = process.resourceUsage().maxRSS / 1024
  const row = (name: string, times: readonly number[]): string =>
    `  ${name.padEnd(24)} ${median(times).toFixed(3)} s   (${times.map((time) => time.toFixed(2)).join(' ')})`
  return [
    `one step of sphere20, 112×96, batch ${batch}, ${classes} classes, ${threads} threads, median of ${result.ours.length}`,
    row(`cosface (${session.driver})`, result.ours),
    row('PyTorch contiguous', result.peer.contiguous),
    row('PyTorch channels-last', result.peer.channels_last),
    `  ${(theirs / ours).toFixed(2)} times as fast as PyTorch's better format (wanted: at least 1.00)`,
    `  peak memory ${memory.toFixed(0)} MB (limit ${memoryLimit}); PyTorch, both formats: ${(await peer.memory()).toFixed(0)} MB`,
  ]
}
