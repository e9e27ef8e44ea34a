/** @file What templates of IJB-B and -C are judged by, read and checked before hours go into embedding. */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { agreeing, counted, firstFive } from '../../base/words.ts'
import { parseTemplatePairs } from '../../data/lists/ijb.ts'
import { checkBothKinds } from '../../evaluate/pair.ts'
import type { TemplatePairList } from '../../evaluate/protocol/ijb.ts'
import { readWholeFile } from '../files/record-file.ts'
import { type ImageLists, type MetaFiles, readSubjectList, type SubjectList } from './ijb-files.ts'

/** Pairs, and searches where the benchmark has both probes and galleries. */
export interface JudgingLists {
  readonly pairs: TemplatePairList
  readonly galleries: readonly SubjectList[]
  readonly probes?: SubjectList
}

/** Reads them. @throws DataError without pairs of both kinds, FormatError where a list is damaged */
export async function readJudgingLists(files: MetaFiles): Promise<JudgingLists> {
  const pairs = parseTemplatePairs(await readWholeFile(files.pairs), files.pairs)
  const same = pairs.same.reduce((sum, label) => sum + label, 0)
  checkBothKinds(same, pairs.same.length - same)
  if (files.probes === undefined || files.galleries.length === 0) return { pairs, galleries: [] }
  const galleries = await Promise.all(files.galleries.map(readSubjectList))
  return { pairs, galleries, probes: await readSubjectList(files.probes) }
}

const unknownTo = (known: ReadonlySet<number>, lists: readonly Int32Array[]): readonly string[] => {
  const unknown = new Set<number>()
  for (const list of lists) for (const id of list) if (!known.has(id)) unknown.add(id)
  return Array.from(unknown, String)
}

/** Refuses lists with templates that have no image. @throws DataError with the count and the first five of each list */
export function checkTemplates(lists: JudgingLists, files: MetaFiles, templates: Int32Array): void {
  const known = new Set(templates)
  const searches = [...lists.galleries, ...(lists.probes === undefined ? [] : [lists.probes])]
  const faults = [
    { file: files.pairs, ids: [lists.pairs.first, lists.pairs.second] },
    ...searches.map(({ file, templates: ids }) => ({ file, ids: [ids] })),
  ].flatMap(({ file, ids }) => {
    const unknown = unknownTo(known, ids)
    return unknown.length === 0
      ? []
      : [`${file} names ${counted(unknown.length, 'template')} without an image: ${firstFive(unknown)}`]
  })
  if (faults.length > 0) throw new DataError(`${faults.join('. ')}. The images are those of ${files.images}`)
}

/** Images with those that are missing left out of their templates. */
export interface KeptImages extends ImageLists {
  /** How many lines of the list were left out; absent where none was. */
  readonly skipped?: number
}

/**
 * Leaves missing images out of their templates.
 * @throws DataError where they are not to be left out, or where a template that is judged has no other
 */
export function leaveOut(
  lists: ImageLists,
  isMissing: (place: number) => boolean,
  judging: JudgingLists,
  {
    files,
    skip,
    instead = '',
  }: { readonly files: MetaFiles; readonly skip: boolean; readonly instead?: string },
): KeptImages {
  const { faces, images } = lists
  const kept = faces.flatMap((_, place) => (isMissing(place) ? [] : [place]))
  const skipped = faces.length - kept.length
  if (skipped === 0) return lists
  if (!skip) {
    const missing = [...new Set(faces.filter((_, place) => isMissing(place)).map(({ image }) => image))]
    throw new DataError(
      `${files.images} names ${counted(missing.length, 'image')} that ${agreeing(missing.length, 'is', 'are')} not there: ` +
        `${firstFive(missing)}${instead === '' ? '' : ` (${instead})`}. Give the folder that holds them, or leave them out of their templates with --skip-missing`,
    )
  }
  const at = (ids: Int32Array): Int32Array => Int32Array.from(kept, (place) => ids[place] ?? NaN)
  const templates = at(images.templates)
  checkTemplates(judging, files, templates)
  return {
    images: { images: kept.map((place) => images.images[place] ?? ''), templates, media: at(images.media) },
    faces: faces.filter((_, place) => !isMissing(place)),
    ...given({ skipped }),
  }
}
