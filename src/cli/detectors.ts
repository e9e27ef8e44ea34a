/** @file The detector a command was given, and how it is to look; shared by every command that takes photographs. */
import { unexpected, UsageError } from '../base/errors.ts'
import { type Given, given } from '../base/given.ts'
import {
  choiceOption,
  flagOption,
  integerOption,
  type OptionSpecs,
  type OptionSpec,
  textOption,
} from '../base/option.ts'
import type { Detector } from '../face/detector.ts'
import { faceChoices, turnRules } from '../face/find-faces.ts'
import type { FaceChoice, FindOptions, TurnRule } from '../face/find-faces.ts'
import { usualRejection } from '../face/quality.ts'
import type { RejectionRule } from '../face/quality.ts'
import { parseRejection, rejectionText, ruleExample } from '../face/rejection-text.ts'
import type { Device } from '../runtime/session.ts'

/** Where faces come from and how they are looked for. */
export interface FaceOptions {
  readonly detector: string
  readonly landmarks: string
  readonly faces: FaceChoice
  readonly turns: TurnRule
  readonly tiles: boolean
  readonly detectionSide: number
  readonly reject: string
}

/** The catalogue's detector that is used where none is named. */
const usualDetector = 'yunet'

const rejectOption: OptionSpec<string> = {
  group: 'Faces',
  value: 'rule',
  meaning:
    'which faces are not rejected: the range of each measure, joined by commas, instead of the usual rule; none rejects nobody',
  range: `usual, none, or ranges such as ${ruleExample}`,
  default: rejectionText(usualRejection),
  parse: (text) => text,
  check: (name, value) => {
    if (typeof value !== 'string') throw unexpected(name, 'a rejection rule as text', value)
    parseRejection(value)
    return value
  },
}

/** The rejection rule, as far as one was given. */
export function rejectionFrom({ reject }: Partial<FaceOptions>): Given<{ reject: RejectionRule | false }> {
  return reject === undefined ? {} : { reject: parseRejection(reject) }
}

/** The options, under one heading. */
export const faceOptions: OptionSpecs<FaceOptions> = {
  detector: textOption({
    group: 'Faces',
    value: 'name|file',
    meaning: 'the face detector: one of the catalogue (cosface models list) or an ONNX file',
    default: usualDetector,
  }),
  landmarks: textOption({
    group: 'Faces',
    value: 'file',
    meaning: 'a landmark model, for a detector in a file that gives boxes alone',
    default: 'the detector’s own points',
  }),
  faces: choiceOption({
    group: 'Faces',
    meaning: 'which of a photograph’s faces count',
    choices: faceChoices,
    default: 'all',
  }),
  turns: choiceOption({
    group: 'Faces',
    meaning:
      'whether the three other quarter turns are tried: auto does so where the file does not say which way is up and no face is found, or only weak ones',
    choices: turnRules,
    default: 'auto',
  }),
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
  reject: rejectOption,
}

/** How photographs are looked at, as far as it was said. */
export function findOptionsOf({ faces, turns, tiles }: Partial<FaceOptions>): FindOptions {
  return given({ faces, turns, tiles })
}

/**
 * Opens the detector that was named: a file, or an entry of the catalogue that is on this machine.
 * @throws UsageError, DataError naming what to run where it is not
 */
export async function openDetectorFor(
  options: Partial<FaceOptions> & { readonly threads?: number; readonly device?: Device },
): Promise<Detector> {
  const { openDetector } = await import('../node/face/open-embedder.ts')
  const { detector = usualDetector, landmarks, detectionSide, threads, device } = options
  const rest = given({ side: detectionSide, threads, device })
  const files = await filesOf(detector)
  return openDetector(files.model, { ...rest, ...given({ landmarks: landmarks ?? files.landmarks }) })
}

/** The files of a detector: itself, or those of the catalogue's entry, each checked. */
const filesOf = async (name: string): Promise<{ readonly model: string; readonly landmarks?: string }> => {
  const { isEntryName } = await import('../face/catalogue.ts')
  if (!isEntryName(name)) return { model: name }
  const { dataFolder, modelCache } = await import('../node/files/user-folders.ts')
  const { findEntry } = await import('../node/models/catalogue-store.ts')
  const { modelFileAt, readModelFile } = await import('../node/models/model-cache.ts')
  const entry = await findEntry(dataFolder(), name)
  if (entry.kind !== 'detector')
    throw new UsageError(`--detector ${name} is a ${entry.kind}; \`cosface models list\` shows the detectors`)
  const cache = modelCache()
  for (const file of entry.files) await readModelFile(cache, entry, file)
  const at = (role: 'model' | 'landmarks'): string | undefined => {
    const file = entry.files.find((one) => one.role === role)
    return file === undefined ? undefined : modelFileAt(cache, file)
  }
  return { model: at('model') ?? name, ...given({ landmarks: at('landmarks') }) }
}
