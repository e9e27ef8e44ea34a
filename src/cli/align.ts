/** @file Aligning a folder on the command line: by `cosface align`, or on the way of a command that takes `--align`. */
import { UsageError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { type OptionSpec, type OptionSpecs, textOption } from '../base/option.ts'
import type { Size } from '../image/image.ts'
import type { AlignedFolder } from '../node/face/align-folder.ts'
import type { Device } from '../runtime/session.ts'
import type { Context } from './command.ts'
import { type FaceOptions, findOptionsOf, openDetectorFor } from './detectors.ts'
import { progressOf } from './progress.ts'
import { recognitionOptions } from './recognition-options.ts'
import { rejectionFrom } from './reject-option.ts'

const alignOption: OptionSpec<string> = textOption({
  group: 'Data',
  value: 'folder',
  meaning:
    'the images are photographs: align them first, as cosface align does with its usual options, into this folder; what is there of the same work is used again',
  default: 'the images are aligned crops',
})

/** What a command adds that can align on the way. */
export interface OnTheWayOptions {
  readonly align: string
  readonly detector: string
}

export const onTheWayOptions: OptionSpecs<OnTheWayOptions> = {
  align: alignOption,
  detector: {
    ...recognitionOptions.detector,
    group: 'Data',
    meaning: `${recognitionOptions.detector.meaning}; used by --align`,
  },
}

/**
 * The folder of crops to use for a folder: itself, or with `--align` what its photographs are aligned into.
 * @returns undefined where the detector would have to be fetched and somebody said no
 */
export async function alignedOnTheWay(
  context: Context,
  folder: string,
  options: Partial<OnTheWayOptions> & { readonly threads?: number; readonly device?: Device },
): Promise<string | undefined> {
  const { align, detector, threads, device } = options
  if (align === undefined) {
    if (detector !== undefined)
      throw new UsageError('--detector is for photographs that are aligned on the way; give --align with it')
    return folder
  }
  return (await alignPhotographs(context, folder, align, given({ detector, threads, device })))?.out
}

interface AlignWork extends Partial<FaceOptions> {
  readonly size?: Size
  readonly kind?: 'png' | 'jpg'
  readonly threads?: number
  readonly device?: Device
}

/**
 * Aligns a folder of photographs, shows how far it is, and says what came of it.
 * @returns undefined where the detector would have to be fetched and somebody said no
 */
export async function alignPhotographs(
  context: Context,
  folder: string,
  out: string,
  options: AlignWork = {},
): Promise<AlignedFolder | undefined> {
  const { alignFolder, alignedText } = await import('../node/face/align-folder.ts')
  const { output, signal } = context
  await using detector = await openDetectorFor(context, options)
  if (detector === undefined) return undefined
  let aligned
  {
    using progress = progressOf(output, 'aligning', 'photographs')
    aligned = await alignFolder(detector, folder, out, {
      ...findOptionsOf(options),
      size: options.size ?? { height: 112, width: 112 },
      ...rejectionFrom(options),
      ...given({ kind: options.kind }),
      signal,
      onProgress: progress.update,
    })
  }
  output.say(`${alignedText(aligned)}; every photograph with its outcome in ${aligned.table}`)
  return aligned
}
