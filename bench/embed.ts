/** @file The exported sphere20, as users run it, against PyTorch's: embeddings a second. */
import { makeBundle } from '../src/model/bundle.ts'
import { openEmbeddingModel } from '../src/model/embedder.ts'
import { openDriver } from '../src/node/session/open-driver.ts'
import { embedGraph } from '../src/train/step.ts'
import { initialState } from '../src/train/trainer.ts'
import { batch, classes, pixels, sphere20, threads } from './network.ts'
import { Peer } from './peer.ts'
import { better, median, race } from './race.ts'

/** Runs the race and returns what it found, as lines. */
export async function benchEmbed(): Promise<string[]> {
  const recipe = sphere20()
  const { bytes } = makeBundle({
    graph: embedGraph(recipe, batch),
    weights: await initialState(recipe, 1),
    contract: { channels: 'rgb', mean: 127.5, std: 128, flip: 'concat' },
  })
  const { driver } = await openDriver()
  await using _ = driver
  await using model = await openEmbeddingModel(driver, bytes, 'sphere20.onnx', { device: 'cpu', threads })
  const images = pixels()
  const embed = async (): Promise<void> => {
    await model.embed(images, batch)
  }
  await using peer = await Peer.start({ batch, classes, threads })
  const result = await race(embed, peer, 'embed', { warmup: 2, rounds: 9 })
  const best = better(result)
  const speed = (times: readonly number[]): number => batch / median(times)
  const row = (name: string, times: readonly number[]): string =>
    `  ${name.padEnd(24)} ${speed(times).toFixed(1)} images/s`
  return [
    `embedding by the exported sphere20, batches of ${batch}, ${threads} threads, median of ${result.ours.length}`,
    row('cosface', result.ours),
    row('PyTorch contiguous', result.peer.contiguous),
    row('PyTorch channels-last', result.peer.channels_last),
    `  ${(speed(result.ours) / speed(result.peer[best])).toFixed(2)} times PyTorch's better format (wanted: at least 0.95)`,
  ]
}
