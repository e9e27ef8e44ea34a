/** @file `cosface detect`: the faces of photographs, as a table, as JSON, or drawn. */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { type OptionSpecs, textOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import type { Device } from '../../runtime/session.ts'
import { type Command, command } from '../command.ts'
import { columnsOf } from '../columns.ts'
import { faceOptions, type FaceOptions, findOptionsOf, openDetectorFor } from '../detectors.ts'
import { deviceOption, jsonOption, threadsOption } from '../options.ts'
import { progressOf } from '../progress.ts'
import { rejectionFrom } from '../reject-option.ts'

interface DetectOptions extends FaceOptions {
  readonly save: string
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const options: OptionSpecs<DetectOptions> = {
  ...faceOptions,
  save: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'where the photographs go with their faces drawn in: green, or orange where rejected',
    default: 'nothing is drawn',
  }),
  threads: threadsOption,
  device: deviceOption,
  json: jsonOption,
}

const header = [
  'photograph',
  'face',
  'box',
  'score',
  'eyes',
  'yaw',
  'pitch',
  'roll',
  'sharp',
  'light',
  'rejected',
]

const shown = (value: number | undefined, decimals = 0): string => value?.toFixed(decimals) ?? '–'

export const detectCommand: Command = command<DetectOptions>({
  name: 'detect',
  group: 'Use a model',
  summary: 'the faces of photographs: boxes, landmarks and quality',
  detail:
    'Finds the faces of photographs (files or folders) and tells the quality of each: distance of the eyes in pixels, angles in degrees, sharpness, light, and whether the rejection rule would have it. Photographs that cannot be read are named and left out.',
  arguments: [{ name: 'photo', meaning: 'image file, or folder of images', required: true, many: true }],
  options,
  examples: [
    'cosface detect party.jpg --save drawn/',
    'cosface detect photos/ --faces largest --json',
    'cosface detect crowd.jpg --tiles --detector my-detector.onnx',
  ],
  run: async (context, photographs, options) => {
    const { imageFiles } = await import('../../node/faces/embed.ts')
    const { detectPhotographs } = await import('../../node/face/detect-photographs.ts')
    const { files, notes } = await imageFiles(photographs)
    const { output, signal } = context
    await using detector = await openDetectorFor(context, options)
    if (detector === undefined) return 1
    const rows: string[][] = []
    const results = []
    {
      using progress = progressOf(output, 'looking', 'photographs')
      const found = detectPhotographs(detector, files, {
        ...findOptionsOf(options),
        ...rejectionFrom(options),
        ...given({ save: options.save }),
        signal,
      })
      for await (const one of found) {
        results.push(one)
        progress.update(results.length, files.length)
        if (one.unreadable !== undefined) {
          output.warn(`Left out ${one.photograph}: ${one.unreadable}`)
          continue
        }
        if (one.faces.length === 0) rows.push([one.photograph, 'none'])
        for (const [index, { box, score, quality, rejected }] of one.faces.entries()) {
          const place = [box.width, box.height].map((side) => shown(side)).join('x')
          const corner = [box.x, box.y].map((edge) => (edge < 0 ? shown(edge) : `+${shown(edge)}`)).join('')
          rows.push([
            one.photograph,
            String(index + 1),
            `${place}${corner}`,
            shown(score, 2),
            shown(quality?.eyeDistance, 1),
            shown(quality?.yaw),
            shown(quality?.pitch),
            shown(quality?.roll),
            shown(quality?.sharpness),
            shown(quality?.exposure),
            rejected?.reason ?? '',
          ])
        }
      }
    }
    for (const note of notes) output.warn(`Note: ${note}`)
    for (const line of columnsOf([header, ...rows])) output.say(line.trimEnd())
    const readable = results.filter(({ unreadable }) => unreadable === undefined)
    const faces = results.reduce((sum, one) => sum + (one.faces?.length ?? 0), 0)
    const left = results.length - readable.length
    output.say(
      `${counted(faces, 'face')} in ${counted(readable.length, 'photograph')}${left === 0 ? '' : `; ${counted(left, 'file')} could not be read`}`,
    )
    output.result({ schema: 'cosface-detect/1', detector: detector.id, photographs: results })
    if (readable.length === 0) throw new DataError('None of the photographs can be read')
    return 0
  },
})
