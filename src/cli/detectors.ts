/** @file The detector a command was given, and how it is to look; for commands that need no recogniser. */
import { availableParallelism } from 'node:os'
import { given } from '../base/given.ts'
import { choiceOption, flagOption, integerOption, type OptionSpecs } from '../base/option.ts'
import type { Detector } from '../face/detector.ts'
import { faceChoices } from '../face/find-faces.ts'
import type { FaceChoice, FindOptions } from '../face/find-faces.ts'
import { usualDetector } from '../face/starter-models.ts'
import type { Device } from '../runtime/session.ts'
import type { Context } from './command.ts'
import { recognitionOptions, type RecognitionOptions } from './recognition-options.ts'

/** Where faces come from and how they are looked for. */
export interface FaceOptions extends Pick<
  RecognitionOptions,
  'detector' | 'landmarks' | 'turns' | 'reject' | 'yes'
> {
  readonly faces: FaceChoice
  readonly tiles: boolean
  readonly detectionSide: number
}

const { detector, landmarks, turns, reject, yes } = recognitionOptions

/** The options, under two headings. */
export const faceOptions: OptionSpecs<FaceOptions> = {
  detector,
  landmarks,
  yes,
  faces: choiceOption({
    group: 'Faces',
    meaning: 'which of a photograph’s faces count: all, the largest, or the one nearest the centre',
    choices: faceChoices,
    default: 'all',
  }),
  turns,
  tiles: flagOption({
    group: 'Faces',
    meaning: 'also look at large photographs in overlapping tiles, for small faces',
  }),
  detectionSide: integerOption({
    group: 'Faces',
    meaning:
      'larger photographs are scaled to this longer side for detection, where the detector takes any size',
    unit: 'pixels',
    min: 64,
    max: 4096,
    default: '640',
  }),
  reject,
}

/** How photographs are looked at, as far as it was said. */
export function findOptionsOf({ faces, turns: rule, tiles }: Partial<FaceOptions>): FindOptions {
  return given({ faces, turns: rule, tiles })
}

/**
 * Opens the detector that was named, a file or one of the catalogue, which is fetched first, after a yes.
 * @returns undefined where somebody said no
 * @throws UsageError, DataError naming what to run where there is no such detector
 */
export async function openDetectorFor(
  context: Context,
  options: Partial<FaceOptions> & { readonly threads?: number; readonly device?: Device },
): Promise<Detector | undefined> {
  const { dataFolder, modelCache } = await import('../node/files/user-folders.ts')
  const { filesOf, findModel } = await import('../node/face/named-models.ts')
  const { openDetector } = await import('../node/face/open-embedder.ts')
  const { ensureModels } = await import('./fetch-models.ts')
  const places = { cache: modelCache(), data: dataFolder() }
  const named = await findModel(places, options.detector ?? usualDetector, 'detector')
  const wanted = named.kind === 'catalogue' ? [named.entry] : []
  if (!(await ensureModels(context, wanted, options.yes ?? false))) return undefined
  const files = await filesOf(places, named)
  const { detectionSide, threads = availableParallelism(), device } = options
  return openDetector(files.model, {
    threads,
    ...given({ side: detectionSide, device, landmarks: options.landmarks ?? files.landmarks }),
  })
}
