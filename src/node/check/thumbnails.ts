/** @file Small pictures of the images that findings name, for the page a person reviews. */
import { groupBy } from '../../base/groups.ts'
import { openFaces } from '../faces/face-sets.ts'
import type { ScanOptions } from '../faces/folder-scan.ts'
import { openPlaces } from '../faces/image-places.ts'
import { unpackedName } from '../faces/pack-records.ts'
import { isRecordData } from '../faces/record-dataset.ts'

/** Whose images: those of the folder that was checked, or of the set it was compared with. */
export type CheckedSet = 'own' | 'other'

export interface Thumbnails extends AsyncDisposable {
  /** The picture as a data URI; undefined where there is no such image or it cannot be read. */
  readonly picture: (which: CheckedSet, image: string) => Promise<string | undefined>
  /** The first images of an identity, by name. */
  readonly imagesOf: (which: CheckedSet, identity: string, count: number) => readonly string[]
}

interface Source extends AsyncDisposable {
  readonly bytes: (image: string) => Promise<Uint8Array | undefined>
  readonly imagesOf: (identity: string, count: number) => readonly string[]
}

const nothing: Source = {
  bytes: async () => undefined,
  imagesOf: () => [],
  [Symbol.asyncDispose]: async () => {},
}

const openSource = async (paths: readonly string[], options: ScanOptions): Promise<Source> => {
  const set = await openFaces(paths, options)
  const reader = openPlaces(set.places)
  const isRecords = await isRecordData(paths[0] ?? '')
  const byIdentity = groupBy(set.samples, ({ identity }) => set.identities[identity] ?? '')
  const positions = new Map<string, number>()
  // any ending will do to find an image of a record file by the name it would be unpacked to
  const key = (name: string): string => (isRecords ? name.replace(/\.[^./]+$/, '') : name)
  for (const [position, { id, identity }] of set.samples.entries()) {
    const name = isRecords ? unpackedName(id, set.identities[identity] ?? '', new Uint8Array(0)) : id
    positions.set(key(name), position)
  }
  return {
    bytes: async (image) => {
      const position = positions.get(key(image))
      return position === undefined ? undefined : reader.encoded(position).catch(() => undefined)
    },
    imagesOf: (identity, count) =>
      (byIdentity.get(identity) ?? [])
        .slice(0, count)
        .map(({ id }) => (isRecords ? unpackedName(id, identity, new Uint8Array(0)) : id)),
    [Symbol.asyncDispose]: async () => {
      await reader[Symbol.asyncDispose]()
      await set[Symbol.asyncDispose]()
    },
  }
}

/** Opens the pictures of a checked set, of `side` pixels at most. @throws as `openFaces` */
export async function openThumbnails(
  folder: string,
  against: readonly string[] | undefined,
  { side = 80, ...options }: ScanOptions & { readonly side?: number } = {},
): Promise<Thumbnails> {
  const own = await openSource([folder], options)
  const other = against === undefined ? nothing : await openSource(against, options)
  const sourceOf = (which: CheckedSet): Source => (which === 'own' ? own : other)
  return {
    imagesOf: (which, identity, count) => sourceOf(which).imagesOf(identity, count),
    picture: async (which, image) => {
      const bytes = await sourceOf(which).bytes(image)
      if (bytes === undefined) return undefined
      const { default: sharp } = await import('sharp')
      try {
        const small = await sharp(bytes, { autoOrient: true })
          .resize(side, side, { fit: 'inside', withoutEnlargement: true })
          .flatten({ background: '#ffffff' })
          .jpeg({ quality: 75 })
          .toBuffer()
        return `data:image/jpeg;base64,${small.toString('base64')}`
      } catch {
        return undefined
      }
    },
    [Symbol.asyncDispose]: async () => {
      await own[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}
