/** @file `cosface verify`: two photographs, an answer with the error rate it stands for. */
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { choiceOption, numberOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { counted, withCommas } from '../../base/words.ts'
import { oneIn } from '../../face/calibration.ts'
import type { ComparedFace, ComparedSide, Verification } from '../../face/verify.ts'
import { comparedFaces, usualFmr } from '../../face/verify.ts'
import { type Command, command, type ExitCode } from '../command.ts'
import { galleryOptions, type GalleryPlace } from '../gallery-options.ts'
import { type RecognitionOptions, recognitionOptions } from '../recognition-options.ts'

interface VerifyOptions extends RecognitionOptions, GalleryPlace {
  readonly person: string
  readonly fmr: number
  readonly face: ComparedFace
  readonly save: string
}

const options: OptionSpecs<VerifyOptions> = {
  fmr: numberOption({
    group: 'Decision',
    meaning:
      'the false-match rate the threshold stands for: the share of comparisons of two people that it takes for one',
    above: 0,
    max: 0.5,
    default: `${usualFmr}, or the smallest above that the calibration carries`,
  }),
  face: choiceOption({
    group: 'Faces',
    meaning: 'which face of a photograph with several is compared; `only` wants exactly one',
    choices: comparedFaces,
    default: 'largest',
  }),
  person: textOption({
    group: 'Gallery',
    value: 'name',
    meaning: 'compare the photograph with this person of the gallery, by name or by number like #7',
    default: 'two photographs are compared',
  }),
  save: textOption({
    group: 'Output',
    value: 'file.png',
    meaning: 'a picture of both photographs with the faces that were compared, and their crops',
    default: 'none',
  }),
  ...galleryOptions,
  ...recognitionOptions,
}

const exitCodes: Readonly<Record<Verification['decision'], ExitCode>> = {
  same: 0,
  different: 3,
  'no decision': 4,
}

const percentOf = (share: number): string => `${Number((share * 100).toPrecision(2))} %`

const sideInWords = ({ photograph, found, face }: ComparedSide, which: ComparedFace): string => {
  if (face === undefined) return `${photograph}: no face`
  const { x, y, width, height } = face.box
  const box = [x, y, width, height].map((value) => Math.round(value)).join(', ')
  const several =
    found > 1
      ? `${counted(found, 'face')}, the ${which === 'central' ? 'most central' : 'largest'} was compared`
      : '1 face'
  return `${photograph}: ${several} (x, y, width, height: ${box})`
}

const sentences = (result: Verification, which: ComparedFace): readonly string[] => {
  const { decision, cosine, point, calibration, reason, sides } = result
  const lines = [decision === 'no decision' ? `no decision: ${reason ?? ''}` : decision]
  if (cosine !== undefined) lines.push(`cosine      ${cosine.toFixed(4)}`)
  if (point !== undefined && calibration !== undefined) {
    const { source } = calibration
    const interval =
      point.fmrInterval === undefined
        ? ''
        : ` (95 %: ${oneIn(point.fmrInterval.high)} to ${oneIn(point.fmrInterval.low)})`
    lines.push(
      `threshold   ${point.threshold.toFixed(4)}`,
      `false match ${oneIn(point.fmr)} comparisons of two people${interval}`,
      ...(point.fnmr === undefined
        ? []
        : [`missed      ${percentOf(point.fnmr)} of the comparisons of one person`]),
      `measured on ${source.title}: ${withCommas(source.nonMated)} comparisons of two people, ${withCommas(source.mated)} of one`,
    )
  }
  for (const side of sides) lines.push(`face        ${sideInWords(side, which)}`)
  lines.push('liveness    not checked: a picture of a picture counts like the person')
  return lines
}

export const verifyCommand: Command = command<VerifyOptions>({
  name: 'verify',
  group: 'Recognise',
  summary: 'two photographs: the same person, different people, or no decision',
  detail:
    'Finds, aligns and embeds a face in each photograph and compares the two. The answer comes from a threshold whose false-match rate was measured; without such a calibration for exactly this model, detector, aligner and flip rule there is no decision. A cosine is no probability.\nExit codes: 0 the same person, 3 different people, 4 no decision, 1 a failure, 2 wrong use.',
  arguments: [
    { name: 'first', meaning: 'a photograph', required: true },
    { name: 'second', meaning: 'another photograph; none with --person' },
  ],
  options,
  examples: [
    'cosface verify anna.jpg passport.jpg',
    'cosface verify a.jpg b.jpg --fmr 0.001 --save compared.png',
    'cosface verify door.jpg --person Anna',
    'cosface verify a.jpg b.jpg --model runs/first --detector yunet --json',
  ],
  run: async (context, [first = '', second], chosen) => {
    const { output } = context
    if ((second === undefined) === (chosen.person === undefined))
      throw new UsageError(
        second === undefined
          ? 'Expected a second photograph, or --person NAME; got one photograph'
          : '--person is compared with one photograph; got two',
      )
    if (chosen.person !== undefined && chosen.save !== undefined)
      throw new UsageError('--save draws two photographs; leave it out with --person')
    if (second === undefined) {
      const { verifyPerson } = await import('../verify-person.ts')
      return verifyPerson(context, first, chosen.person ?? '', chosen)
    }
    if (chosen.save !== undefined && !/\.(png|jpe?g|webp)$/i.test(chosen.save))
      throw new UsageError(`--save must end in .png, .jpg or .webp, got ${chosen.save}`)
    const { readPhotograph } = await import('../../node/face/read-photograph.ts')
    const photographs = [await readPhotograph(first), await readPhotograph(second)] as const
    const { openRecognition } = await import('../recognition.ts')
    const opened = await openRecognition(context, chosen)
    if (opened === undefined) {
      output.say('Nothing was fetched, so nothing was compared.')
      return 1
    }
    await using embedder = opened.embedder
    const { readCalibrations } = await import('../../node/face/calibration-files.ts')
    const calibrations = await readCalibrations(opened.places, opened.model)
    const embedded = [
      await embedder.photograph(photographs[0].image, photographs[0]),
      await embedder.photograph(photographs[1].image, photographs[1]),
    ] as const
    const { verifyPhotographs } = await import('../../face/verify.ts')
    const result = verifyPhotographs(
      { name: first, size: photographs[0].image, embedded: embedded[0] },
      { name: second, size: photographs[1].image, embedded: embedded[1] },
      { origin: embedder.origin, calibrations, ...given({ fmr: chosen.fmr, face: chosen.face }) },
    )
    if (chosen.save !== undefined) {
      const { saveVerification } = await import('../../node/face/verification-picture.ts')
      await saveVerification(
        chosen.save,
        result.sides.map((side, at) => ({
          image: photographs[at]?.image ?? photographs[0].image,
          faces: embedded[at]?.faces ?? [],
          compared: side.face,
        })),
      )
    }
    for (const line of sentences(result, chosen.face ?? 'largest')) output.say(line)
    for (const warning of result.calibration?.warnings ?? []) output.say(`note        ${warning}`)
    output.result(result)
    return exitCodes[result.decision]
  },
})
