/** @file `cosface demo`: the whole way, on drawn faces or on a folder of the user's. */
import { availableParallelism } from 'node:os'
import { given } from '../../base/given.ts'
import { textOption, type OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, seedOption, threadsOption } from '../options.ts'

interface DemoOptions {
  readonly out: string
  readonly seed: number
  readonly threads: number
  readonly json: boolean
}

const options: OptionSpecs<DemoOptions> = {
  seed: seedOption,
  threads: threadsOption,
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'where everything goes',
    default: 'cosface-demo, or cosface-demo-2 where that exists',
  }),
  json: jsonOption,
}

export const demoCommand: Command = command<DemoOptions>({
  name: 'demo',
  group: 'Start here',
  summary: 'the whole way in a few minutes: draw people, train, test on others, report, export',
  detail:
    'Draws made-up people, trains with the large margin cosine loss, tests on people kept apart, and writes the report and an ONNX model. With a folder of aligned faces it does the same on that.\nNumbers on drawn faces say nothing about photographs.',
  arguments: [
    { name: 'folder', meaning: 'your own folder with one subfolder a person, instead of drawn faces' },
  ],
  options,
  examples: ['cosface demo', 'cosface demo faces/'],
  stopping: 'Finishing the step in hand',
  run: async (context, [folder], { out, seed = 1, threads = availableParallelism() }) => {
    const { showDemo } = await import('../demonstration.ts')
    const { lockFreeFolder } = await import('../../node/files/locked-folder.ts')
    await using free = out === undefined ? await lockFreeFolder('cosface-demo') : undefined
    return await showDemo(context, {
      out: free ?? out ?? '',
      seed,
      threads,
      ...given({ folder }),
    })
  },
})
