/** @file `cosface identify`: who is on photographs, a person or unknown. */
import { UsageError } from '../../base/errors.ts'
import { numberOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import type { Identified } from '../../gallery/answers.ts'
import { type Command, command } from '../command.ts'
import { galleryOptions, type GalleryPlace } from '../gallery-options.ts'
import { progressOf } from '../progress.ts'
import { type RecognitionOptions, recognitionOptions } from '../recognition-options.ts'

interface IdentifyOptions extends RecognitionOptions, GalleryPlace {
  readonly fpir: number
  readonly save: string
  readonly csv: string
}

const usualFpir = 0.01

const options: OptionSpecs<IdentifyOptions> = {
  fpir: numberOption({
    group: 'Decision',
    meaning:
      'the share of strangers who may get an answer; the threshold follows from it and from the gallery’s size',
    above: 0,
    max: 0.5,
    default: String(usualFpir),
  }),
  save: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'write each photograph there with its faces and answers drawn',
    default: 'none',
  }),
  csv: textOption({
    group: 'Output',
    value: 'file.csv',
    meaning: 'write a line a face there',
    default: 'none',
  }),
  ...galleryOptions,
  ...recognitionOptions,
}

/** An answer in a few words. */
const inWords = (answer: Identified): string => {
  if (answer.decision === 'no decision') return `no decision: ${answer.reason}`
  if (answer.decision === 'person') {
    const { person, runnerUp, margin = 0 } = answer
    const next = runnerUp === undefined ? '' : `, ${margin.toFixed(3)} above ${runnerUp.name}`
    return `${person.name} (cosine ${person.score.toFixed(3)}${next})`
  }
  if (answer.toldApart !== undefined) return `unknown: not ${answer.toldApart.name}, as was said by hand`
  const { nearest } = answer
  return nearest === undefined
    ? 'unknown'
    : `unknown (the nearest has cosine ${nearest.score.toFixed(3)}, the threshold is ${answer.threshold.toFixed(3)})`
}

export const identifyCommand: Command = command<IdentifyOptions>({
  name: 'identify',
  group: 'Recognise',
  summary: 'who is on a photograph: a person of the gallery, or unknown',
  detail:
    'Finds the faces of photographs and looks for each in the gallery. A person is an answer only above the threshold at which so few strangers get one as --fpir says; everybody else is unknown, and without a calibration there is no decision. Liveness is not checked.\nExit codes: 0 every face is a person or unknown, 4 no decision for some, 1 a failure, 2 wrong use.',
  arguments: [{ name: 'photograph', meaning: 'photographs, or folders of them', required: true, many: true }],
  options,
  examples: [
    'cosface identify party.jpg',
    'cosface identify photos/ --csv who.csv --save marked/',
    'cosface identify door.jpg --fpir 0.001 --json',
  ],
  run: async (context, places, chosen) => {
    const { output, signal } = context
    if (chosen.csv !== undefined && !chosen.csv.endsWith('.csv'))
      throw new UsageError(`--csv must end in .csv, got ${chosen.csv}`)
    const { imageFiles } = await import('../../node/faces/embed.ts')
    const { files, notes } = await imageFiles(places)
    for (const note of notes) output.warn(`Note: ${note}`)
    const { openRecognition } = await import('../recognition.ts')
    const opened = await openRecognition(context, chosen)
    if (opened === undefined) {
      output.say('Nothing was fetched, so nobody was looked for.')
      return 1
    }
    await using embedder = opened.embedder
    const { readCalibrations } = await import('../../node/face/calibration-files.ts')
    const { openGalleryFor } = await import('../gallery.ts')
    const calibrations = await readCalibrations(opened.places, opened.model)
    await using held = await openGalleryFor(output, chosen, { calibrations, threads: chosen.threads })
    const { identifyPhotographs } = await import('../../node/gallery/identify-photographs.ts')
    const { answersCsv, drawAnswers, answerRows } = await import('../../node/gallery/answer-files.ts')
    const photographs = []
    {
      using progress = progressOf(output, 'looking', 'photographs')
      for await (const one of identifyPhotographs(held.gallery, embedder, files, {
        fpir: chosen.fpir ?? usualFpir,
        signal,
        onProgress: progress.update,
      })) {
        photographs.push(answerRows(one))
        if (chosen.save !== undefined && one.unreadable === undefined) await drawAnswers(one, chosen.save)
      }
    }
    let undecided = 0
    for (const { photograph, unreadable, faces } of photographs) {
      if (unreadable !== undefined) {
        output.warn(`Left out ${photograph}: ${unreadable}`)
        continue
      }
      output.say(`${photograph}: ${counted(faces.length, 'face')}`)
      for (const { answer, rejected } of faces) {
        output.say(`  ${answer === undefined ? `not looked for: ${rejected ?? ''}` : inWords(answer)}`)
        if (answer?.decision === 'no decision') undecided++
      }
    }
    const first = photographs
      .flatMap(({ faces }) => faces)
      .find(({ answer }) => answer?.decision !== 'no decision')?.answer
    if (first !== undefined && first.decision !== 'no decision')
      output.say(
        `threshold ${first.threshold.toFixed(3)}: of strangers ${Number((first.fpir * 100).toPrecision(2))} % get an answer (${first.fpirFrom === 'formula' ? '1 − (1 − FMR)^N' : 'measured in this gallery'}; ${first.source}); liveness is not checked`,
      )
    if (chosen.csv !== undefined) {
      const { replaceFile } = await import('../../node/files/replace-file.ts')
      await replaceFile(chosen.csv, answersCsv(photographs))
    }
    output.result({ schema: 'cosface-identify/1', store: held.gallery.name, photographs })
    return undecided > 0 ? 4 : 0
  },
})
