/** @file `cosface verify PHOTO --person NAME`: a face against one person of the gallery. Loaded when it is needed. */
import { oneIn } from '../face/calibration.ts'
import type { ComparedFace } from '../face/verify.ts'
import { comparedFace, comparedSide, usualFmr } from '../face/verify.ts'
import { readCalibrations } from '../node/face/calibration-files.ts'
import { readPhotograph } from '../node/face/read-photograph.ts'
import type { Context, ExitCode } from './command.ts'
import type { GalleryPlace } from './gallery-options.ts'
import { personKey } from './gallery-options.ts'
import { openGalleryFor } from './gallery.ts'
import type { RecognitionOptions } from './recognition-options.ts'
import { openRecognition } from './recognition.ts'

/** What it takes beside the photograph and the person. */
interface PersonOptions extends RecognitionOptions, GalleryPlace {
  readonly fmr: number
  readonly face: ComparedFace
}

/** Compares and says the answer. @returns 0 the same person, 3 somebody else, 4 no decision */
export async function verifyPerson(
  context: Context,
  photograph: string,
  person: string,
  options: Partial<PersonOptions>,
): Promise<ExitCode> {
  const { output } = context
  const { face: which = 'largest', fmr = usualFmr } = options
  const read = await readPhotograph(photograph)
  const opened = await openRecognition(context, options)
  if (opened === undefined) {
    output.say('Nothing was fetched, so nothing was compared.')
    return 1
  }
  await using embedder = opened.embedder
  const calibrations = await readCalibrations(opened.places, opened.model)
  await using held = await openGalleryFor(output, options, { calibrations, threads: options.threads })
  const side = { name: photograph, size: read.image, embedded: await embedder.photograph(read.image, read) }
  const face = comparedFace(side, which)
  const result =
    typeof face === 'string'
      ? ({ decision: 'no decision', reason: face } as const)
      : await held.gallery.verify(
          { embedding: face.embedding, origin: embedder.origin },
          personKey(person),
          fmr,
        )
  if (result.decision === 'no decision') output.say(`no decision: ${result.reason}`)
  else {
    const from = result.fmrFrom === 'measured' ? 'measured' : '1 − (1 − FMR)^references'
    output.say(result.decision)
    output.say(`threshold   ${result.threshold.toFixed(4)}`)
    output.say(`false match ${oneIn(result.fmr)} comparisons with somebody else (${from}; ${result.source})`)
  }
  if (result.cosine !== undefined) output.say(`cosine      ${result.cosine.toFixed(4)}`)
  output.say('liveness    not checked: a picture of a picture counts like the person')
  output.result({
    schema: 'cosface-verify-person/1',
    person,
    side: comparedSide(side, which),
    origin: embedder.origin,
    liveness: 'not checked',
    ...result,
  })
  return result.decision === 'same' ? 0 : result.decision === 'different' ? 3 : 4
}
