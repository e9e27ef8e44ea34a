/** @file `cosface evaluate`: a model or its embeddings in, figures by any of the field's protocols out, with their uncertainty. */
import { UsageError } from '../../base/errors.ts'
import { type Command, command, type Context } from '../command.ts'
import { alignedOnTheWay, onTheWayOptions, type OnTheWayOptions } from '../align.ts'
import { checkOptions, evaluateOptions, type EvaluateOptions } from '../evaluate-options.ts'

export const evaluateCommand: Command = command<EvaluateOptions & OnTheWayOptions>({
  name: 'evaluate',
  group: 'Use a model',
  summary: 'how often a model tells same from different, finds the right person, with the uncertainty',
  detail:
    'Embeds the images, or takes embeddings made before, and prints the figures of a protocol with intervals: for pairs accuracy with its standard error, AUC, EER and TAR at FAR, the threshold never chosen on the pairs it judges; for templates, videos, distractors and searches what their benchmarks report. The protocol is told by the files where they are unmistakable, and said. Every result names protocol, convention, seed, model id and aligner.',
  arguments: [],
  options: { ...evaluateOptions, ...onTheWayOptions },
  examples: [
    'cosface evaluate --model runs/first --images faces/ --random-pairs 6000',
    'cosface evaluate --model model.onnx --images lfw/ --pairs pairs.txt --json',
    'cosface evaluate --model model.onnx --images photos/ --align faces/ --pairs pairs.txt',
    'cosface evaluate --model model.onnx --pairs lfw.bin --convention insightface',
    'cosface evaluate --model other.onnx --size 112x112 --channels rgb --mean 127.5 --std 128 --flip concat --images lfw/ --pairs pairsDevTest.txt --threshold-from pairsDevTrain.txt',
    'cosface evaluate --embeddings faces.npy --pairs pairs.txt --against others.npy --report compared.html',
    'cosface evaluate --model runs/first --protocol ijbc --pairs IJBC/ --templates N1D1F1',
    'cosface evaluate --model runs/first --images probes/ --distractors others/',
    'cosface evaluate --model runs/first --images faces/ --protocol identify',
    'cosface evaluate --model runs/first --images faces/ --random-pairs 6000 --groups people.csv --group-by camera',
  ],
  run: async (context, _args, { align, detector, ...given }) => {
    if (given.model === undefined && given.embeddings === undefined)
      throw new UsageError(
        'Expected --model with a run folder or an ONNX file, or --embeddings with a file of them, got neither',
      )
    checkOptions(given)
    const { evaluate } = await import('../evaluation.ts')
    if (align === undefined && detector === undefined) {
      await warnOfPhotographs(context, given.images)
      return evaluate(context, given)
    }
    if (given.images === undefined)
      throw new UsageError('--align aligns the photographs of --images; give --images with it')
    const images = await alignedOnTheWay(context, given.images, {
      ...(align === undefined ? {} : { align }),
      ...(detector === undefined ? {} : { detector }),
    })
    return images === undefined ? 1 : evaluate(context, { ...given, images })
  },
})

/** Photographs taken for crops give figures that mean little. */
async function warnOfPhotographs({ output }: Context, folder: string | undefined): Promise<void> {
  if (folder === undefined) return
  const { sampledSizes } = await import('../../node/faces/sampled-sizes.ts')
  const { unalignedNote } = await import('../../data/looks-aligned.ts')
  // where the folder cannot be looked through, the evaluation says so better
  const note = unalignedNote(await sampledSizes(folder).catch(() => []))
  if (note !== undefined) output.warn(`Warning: of the images looked at, ${note}`)
}
