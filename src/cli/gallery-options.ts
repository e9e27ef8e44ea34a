/** @file Options of the commands on a gallery. */
import { UsageError } from '../base/errors.ts'
import type { OptionSpecs } from '../base/option.ts'
import { textOption } from '../base/option.ts'
import { jsonOption } from './options.ts'

/** Which gallery. */
export interface GalleryPlace {
  readonly store: string
  readonly keyFile: string
  readonly json: boolean
}

export const galleryOptions: OptionSpecs<GalleryPlace> = {
  store: textOption({
    group: 'Gallery',
    value: 'file|postgres://…',
    meaning: 'where the gallery is kept',
    default: 'COSFACE_STORE, else a file in your data folder',
  }),
  keyFile: textOption({
    group: 'Gallery',
    value: 'file',
    meaning: 'the key that the gallery is encrypted with; COSFACE_GALLERY_KEY may hold the key itself',
    default: 'COSFACE_GALLERY_KEY_FILE, else one in your data folder',
  }),
  json: jsonOption,
}

/** A person as typed: a name, or a number after `#`. */
export function personKey(text: string): number | string {
  return /^#\d+$/.test(text) ? Number(text.slice(1)) : text
}

/** The numbers of references as typed. @throws UsageError on one that is none */
export function referenceNumbers(texts: readonly string[]): readonly number[] {
  return texts.map((text) => {
    if (!/^#?\d+$/.test(text)) throw new UsageError(`Expected the number of a reference, got ${text}`)
    return Number(text.replace('#', ''))
  })
}
