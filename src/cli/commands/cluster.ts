/** @file `cosface cluster`: unlabelled photographs into people. */
import { DataError } from '../../base/errors.ts'
import { flagOption, numberOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import { type Command, command } from '../command.ts'
import { galleryOptions, type GalleryPlace } from '../gallery-options.ts'
import { required } from '../options.ts'
import { progressOf } from '../progress.ts'
import { type RecognitionOptions, recognitionOptions } from '../recognition-options.ts'

interface ClusterOptions extends RecognitionOptions, GalleryPlace {
  readonly out: string
  readonly threshold: number
  readonly fmr: number
  readonly enrol: boolean
}

const usualFmr = 1e-3

const options: OptionSpecs<ClusterOptions> = {
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning:
      'the page with its crops, names.csv to name clusters, links.csv to correct them; the next run goes on from there',
    default: 'must be given',
  }),
  threshold: numberOption({
    group: 'Decision',
    meaning: 'the mean cosine from which two groups of faces are one person',
    min: -1,
    max: 1,
    default: 'from the model’s calibration',
  }),
  fmr: numberOption({
    group: 'Decision',
    meaning: 'the false-match rate of that calibration’s threshold',
    above: 0,
    max: 0.5,
    default: String(usualFmr),
  }),
  enrol: flagOption({
    group: 'Gallery',
    meaning: 'enrol the clusters that have a name in names.csv',
    default: 'nothing is enrolled',
  }),
  ...galleryOptions,
  ...recognitionOptions,
}

export const clusterCommand: Command = command<ClusterOptions>({
  name: 'cluster',
  group: 'Recognise',
  summary: 'unlabelled photographs into people',
  detail:
    'Finds the faces of photographs and puts those of one person together. Clusters keep their numbers from run to run, and what you say in links.csv is respected in every one. Two faces of one photograph are two people; faces too poor to compare join others but found nobody. The crops in the folder are not encrypted.',
  arguments: [
    { name: 'photographs', meaning: 'folders of photographs, or photographs', required: true, many: true },
  ],
  options,
  examples: ['cosface cluster photos/ --out people', 'cosface cluster photos/ --out people --enrol'],
  run: async (context, places, chosen) => {
    const { output, signal } = context
    const out = required('--out', chosen.out, 'a folder')
    const { imageFiles } = await import('../../node/faces/embed.ts')
    const { files, notes } = await imageFiles(places)
    for (const note of notes) output.warn(`Note: ${note}`)
    const { openRecognition } = await import('../recognition.ts')
    const opened = await openRecognition(context, chosen)
    if (opened === undefined) {
      output.say('Nothing was fetched, so nothing was looked at.')
      return 1
    }
    await using embedder = opened.embedder
    const { readCalibrations } = await import('../../node/face/calibration-files.ts')
    const { thresholdForFmr } = await import('../../gallery/thresholds.ts')
    const calibrations = await readCalibrations(opened.places, opened.model)
    const calibrated = thresholdForFmr(
      { origin: embedder.origin, scoring: 'maximum', calibrations },
      1,
      chosen.fmr ?? usualFmr,
    )
    const threshold = chosen.threshold ?? calibrated.threshold
    if (threshold === undefined)
      throw new DataError(
        `There is no threshold (${calibrated.threshold === undefined ? calibrated.reason : ''}); give one with --threshold, or calibrate with cosface calibrate`,
      )
    const { clusterFolder, namedFaces } = await import('../../node/gallery/cluster-folder.ts')
    const { runtimeScorer } = await import('../../node/gallery/runtime-scorer.ts')
    await using scorer = runtimeScorer(chosen.threads ?? 2)
    let clustered
    {
      using progress = progressOf(output, 'looking', 'photographs')
      clustered = await clusterFolder(embedder, files, out, {
        threshold,
        scorer,
        signal,
        onProgress: progress.update,
      })
    }
    for (const { photograph, reason } of clustered.unreadable)
      output.warn(`Left out ${photograph}: ${reason}`)
    const people = new Set(clustered.faces.map(({ cluster }) => cluster)).size
    output.say(
      `${counted(clustered.faces.length, 'face')} in ${counted(people, 'cluster')} at ${threshold.toFixed(3)}; see ${out}/index.html`,
    )
    let enrolled = 0
    if (chosen.enrol === true) {
      const faces = await namedFaces(clustered)
      if (faces.length === 0) output.warn(`No cluster has a name; write names into ${out}/names.csv first`)
      else {
        const { openGalleryFor } = await import('../gallery.ts')
        await using held = await openGalleryFor(output, chosen, { calibrations, create: true })
        const outcomes = await held.gallery.enrol(faces, { origin: embedder.origin })
        for (const [i, one] of outcomes.entries())
          if (one.outcome === 'refused')
            output.warn(`Refused a face as ${faces[i]?.person ?? ''}: ${one.reason}`)
        enrolled = outcomes.filter(({ outcome }) => outcome === 'enrolled').length
        output.say(`${counted(enrolled, 'face')} enrolled in ${held.gallery.name}`)
      }
    }
    output.result({
      schema: 'cosface-cluster/1',
      threshold,
      enrolled,
      faces: clustered.faces.map(({ id, cluster, photograph, face }) => ({
        id,
        cluster: cluster ?? null,
        photograph,
        box: face.box,
      })),
      unreadable: clustered.unreadable,
    })
    return 0
  },
})
