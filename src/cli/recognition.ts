/** @file Opening detector and recogniser for the commands that take ordinary photographs. Loaded when it is needed. */
import { availableParallelism } from 'node:os'
import type { Embedder } from '../face/embedder.ts'
import { usualDetector, usualRecogniser } from '../face/starter-models.ts'
import type { ModelPlaces, NamedModel } from '../node/face/named-models.ts'
import type { Context } from './command.ts'
import { contractOf } from './options.ts'
import type { RecognitionOptions } from './recognition-options.ts'
import { rejectionFrom } from './reject-option.ts'

/** An embedder with the recogniser it was asked for. */
export interface OpenedRecognition {
  readonly embedder: Embedder
  readonly model: NamedModel
  readonly places: ModelPlaces
}

/**
 * Opens what the options name; models of the catalogue are fetched first, after a yes.
 * @returns undefined where somebody said no
 */
export async function openRecognition(
  context: Context,
  options: Partial<RecognitionOptions>,
): Promise<OpenedRecognition | undefined> {
  const { dataFolder, modelCache } = await import('../node/files/user-folders.ts')
  const { filesOf, findModel } = await import('../node/face/named-models.ts')
  const { ensureModels } = await import('./fetch-models.ts')
  const { openEmbedder } = await import('../node/face/open-embedder.ts')
  const { openModelFor } = await import('./models.ts')
  const places = { cache: modelCache(), data: dataFolder() }
  const model = await findModel(places, options.model ?? usualRecogniser, 'recogniser')
  const detector = await findModel(places, options.detector ?? usualDetector, 'detector')
  const wanted = [detector, model].flatMap((one) => (one.kind === 'catalogue' ? [one.entry] : []))
  if (!(await ensureModels(context, wanted, options.yes ?? false))) return undefined
  const finder = await filesOf(places, detector)
  const recogniser = await filesOf(places, model)
  const { threads = availableParallelism(), device = 'cpu' } = options
  const landmarks = options.landmarks ?? finder.landmarks
  const opened = await openModelFor(context.output, recogniser.model, {
    ...recogniser.contract,
    ...contractOf(options),
    threads,
    device,
  })
  const embedder = await openEmbedder({
    model: opened,
    detector: finder.model,
    threads,
    device,
    ...(landmarks === undefined ? {} : { landmarks }),
    ...rejectionFrom(options),
    ...(options.turns === undefined ? {} : { turns: options.turns }),
  })
  return { embedder, model, places }
}
