/** @file Opening the gallery a command was given. Loaded when it is needed. */
import { given } from '../base/given.ts'
import type { Calibration } from '../face/calibration.ts'
import { openGalleryAt, type OpenedGallery } from '../node/gallery/open-gallery.ts'
import type { GalleryPlace } from './gallery-options.ts'
import type { Output } from './output.ts'

/** Opens the gallery, made only where `create` says so, and says what its user should know. */
export async function openGalleryFor(
  output: Output,
  { store, keyFile }: Partial<GalleryPlace>,
  more: {
    readonly calibrations?: readonly Calibration[]
    readonly threads?: number | undefined
    readonly create?: boolean
  } = {},
): Promise<OpenedGallery> {
  const { calibrations, threads, create = false } = more
  const opened = await openGalleryAt({ create, ...given({ store, keyFile, calibrations, threads }) })
  for (const notice of opened.notices) output.warn(notice)
  return opened
}
