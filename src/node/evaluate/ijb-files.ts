/** @file The lists of IJB-B and -C on disk, whatever prefix their names carry. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import {
  type DetectedFace,
  parseDetectedFaces,
  parseTemplateImages,
  parseTemplateSubjects,
  type TemplateImages,
  type TemplateSubjects,
} from '../../data/lists/ijb.ts'
import { decodeText } from '../../data/lists/text.ts'
import type { SubjectTemplates } from '../../evaluate/protocol/identify.ts'
import { type PooledTemplates, rowsOf } from '../../evaluate/protocol/templates.ts'
import { readWholeFile } from '../files/record-file.ts'

const templateList = /_face_tid_mid\.txt$/

/** The files of a benchmark's `meta` folder, whatever prefix they carry. */
export interface MetaFiles {
  readonly images: string
  readonly pairs: string
  /** Needed where faces are cut out or weighed. */
  readonly faces?: string
  readonly galleries: readonly string[]
  readonly probes?: string
}

/** Finds the lists in `folder` or in its `meta`. @throws DataError where one is missing */
export async function findMeta(folder: string): Promise<MetaFiles> {
  const isThere = (await stat(join(folder, 'meta')).catch(() => undefined))?.isDirectory() === true
  const isFlat = !isThere && (await readdir(folder).catch(() => [])).some((name) => templateList.test(name))
  const meta = isFlat ? folder : join(folder, 'meta')
  const names = await readdir(meta).catch((cause: unknown) => {
    throw new DataError(`Expected ${meta} with the benchmark's lists`, { cause })
  })
  const find = (pattern: RegExp): string | undefined => {
    const name = names.sort(byCodePoint).find((candidate) => pattern.test(candidate))
    return name === undefined ? undefined : join(meta, name)
  }
  const needed = (pattern: RegExp, shown: string): string => {
    const path = find(pattern)
    if (path === undefined) throw new DataError(`Expected ${shown} in ${meta}`)
    return path
  }
  const probes = find(/_1N_probe_mixed\.csv$/)
  const faces = find(/_name_5pts_score\.txt$/)
  return {
    images: needed(templateList, '*_face_tid_mid.txt'),
    pairs: needed(/_template_pair_label\.txt$/, '*_template_pair_label.txt'),
    galleries: names
      .filter((name) => /_1N_gallery_[GS][12]\.csv$/.test(name))
      .sort(byCodePoint)
      .map((name) => join(meta, name)),
    ...given({ probes, faces }),
  }
}

const readText = async (path: string): Promise<string> => decodeText(await readWholeFile(path), path)

/** A gallery or the probes: templates by number, and whose they are. */
export interface SubjectList extends TemplateSubjects {
  readonly file: string
}

/** Reads a gallery or the probes. @throws DataError, FormatError */
export async function readSubjectList(file: string): Promise<SubjectList> {
  return { file, ...parseTemplateSubjects(await readText(file), file) }
}

/** The templates of a gallery or of probes, with whose they are. @throws DataError on one without images */
export function subjectTemplates(
  templates: PooledTemplates,
  { file, templates: ids, subjects }: SubjectList,
): SubjectTemplates {
  const { size } = templates
  const data = new Float32Array(ids.length * size)
  rowsOf(templates, ids, file).forEach((row, i) =>
    data.set(templates.data.subarray(row * size, (row + 1) * size), i * size),
  )
  return { data, size, subjects }
}

/** Images with their templates and media, and their points and scores, in one order. */
export interface ImageLists {
  readonly images: TemplateImages
  readonly faces: readonly DetectedFace[]
}

/** @throws DataError where the lists disagree, FormatError where one is damaged */
export async function readImageLists(files: MetaFiles): Promise<ImageLists> {
  if (files.faces === undefined) throw new DataError(`Expected *_name_5pts_score.txt beside ${files.images}`)
  const images = parseTemplateImages(await readText(files.images), files.images)
  const faces = parseDetectedFaces(await readText(files.faces), files.faces)
  if (images.images.length !== faces.length)
    throw new DataError(
      `${files.images} lists ${images.images.length} images, ${files.faces} ${faces.length}`,
    )
  return { images, faces }
}

/** The numbers of the benchmark's templates, ascending. @throws FormatError */
export async function readTemplateIds(files: MetaFiles): Promise<Int32Array> {
  const { templates } = parseTemplateImages(await readText(files.images), files.images)
  return Int32Array.from(new Set(templates)).sort()
}
