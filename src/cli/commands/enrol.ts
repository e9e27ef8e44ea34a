/** @file `cosface enrol`: photographs of people into the gallery. */
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { choiceOption, flagOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import type { PhotographEnrolled } from '../../node/gallery/enrol-photographs.ts'
import { type Command, command } from '../command.ts'
import { galleryOptions, type GalleryPlace } from '../gallery-options.ts'
import { progressOf } from '../progress.ts'
import { type RecognitionOptions, recognitionOptions } from '../recognition-options.ts'

interface EnrolOptions extends RecognitionOptions, GalleryPlace {
  readonly face: 'only' | 'largest'
  readonly anyway: boolean
  readonly consent: string
  readonly purpose: string
  readonly expires: string
}

const options: OptionSpecs<EnrolOptions> = {
  face: choiceOption({
    group: 'Faces',
    meaning: 'which face of a photograph with several is enrolled; `only` refuses such photographs',
    choices: ['only', 'largest'] as const,
    default: 'only',
  }),
  anyway: flagOption({
    group: 'Faces',
    meaning: 'enrol faces that do not look like the person’s others',
    default: 'such a face is refused',
  }),
  consent: textOption({
    group: 'Privacy',
    value: 'record',
    meaning: 'where the consent of these people is recorded',
    default: 'none',
    range: 'a text',
  }),
  purpose: textOption({
    group: 'Privacy',
    value: 'text',
    meaning: 'what their pictures may be used for',
    default: 'none',
    range: 'a text',
  }),
  expires: textOption({
    group: 'Privacy',
    value: 'date',
    meaning: 'the last day on which they may be an answer',
    default: 'never',
    range: 'a date such as 2030-12-31',
  }),
  ...galleryOptions,
  ...recognitionOptions,
}

export const enrolCommand: Command = command<EnrolOptions>({
  name: 'enrol',
  group: 'Recognise',
  summary: 'photographs of people into the gallery',
  detail:
    'Enrols the people of a folder with one folder a person, of a folder of files named after them (anna.jpg, anna-2.jpg), or of a CSV of path,person. Crops and embeddings are stored encrypted, photographs are not stored. A photograph that is enrolled already is left as it is; what is refused is named with the reason.\nExit codes: 0 all enrolled or known, 3 some refused, 1 a failure, 2 wrong use.',
  arguments: [{ name: 'people', meaning: 'a folder, or a CSV of path,person', required: true }],
  options,
  examples: [
    'cosface enrol people/',
    'cosface enrol staff.csv --consent "staff list 2030" --purpose "door" --expires 2030-12-31',
    'cosface enrol people/ --store postgres://cosface@db/faces',
  ],
  run: async (context, [place = ''], chosen) => {
    const { output, signal } = context
    const { consent: record, purpose, expires, face, anyway } = chosen
    if ((record === undefined) !== (purpose === undefined))
      throw new UsageError('--consent and --purpose belong together; give both')
    const { enrolPhotographs, personPhotographs } = await import('../../node/gallery/enrol-photographs.ts')
    const photographs = await personPhotographs(place)
    const { openRecognition } = await import('../recognition.ts')
    const opened = await openRecognition(context, chosen)
    if (opened === undefined) {
      output.say('Nothing was fetched, so nothing was enrolled.')
      return 1
    }
    await using embedder = opened.embedder
    const { readCalibrations } = await import('../../node/face/calibration-files.ts')
    const { openGalleryFor } = await import('../gallery.ts')
    const calibrations = await readCalibrations(opened.places, opened.model)
    await using held = await openGalleryFor(output, chosen, {
      calibrations,
      threads: chosen.threads,
      create: true,
    })
    const results: PhotographEnrolled[] = []
    {
      using progress = progressOf(output, 'enrolling', 'photographs')
      const consent = record === undefined || purpose === undefined ? undefined : { record, purpose }
      for await (const one of enrolPhotographs(held.gallery, embedder, photographs, {
        ...given({ consent, expires, face, anyway }),
        signal,
        onProgress: progress.update,
      }))
        results.push(one)
    }
    const countOf = (outcome: string): number => results.filter((one) => one.outcome === outcome).length
    for (const one of results) {
      if (one.outcome === 'refused') output.warn(`Refused ${one.photograph} as ${one.name}: ${one.reason}`)
      for (const { name, cosine } of one.lookAlikes ?? [])
        output.warn(
          `${one.photograph} as ${one.name} looks like ${name}, too (cosine ${cosine.toFixed(3)}); if they are one, cosface people merge joins them, if not, cosface people different says so`,
        )
    }
    const refused = countOf('refused')
    output.say(
      `${counted(countOf('enrolled'), 'photograph')} enrolled, ${countOf('known')} known already, ${refused} refused; in ${held.gallery.name}`,
    )
    output.result({ schema: 'cosface-enrol/1', store: held.gallery.name, photographs: results })
    return refused > 0 ? 3 : 0
  },
})
