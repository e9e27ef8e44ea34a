/** @file Unlabelled photographs into people, in a folder that people look at, correct and name; the next run goes on from it. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DataError, FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { EmbeddedFace, Embedder } from '../../face/embedder.ts'
import { clusterFaces, type ClusterFace, type FaceLink } from '../../gallery/cluster.ts'
import type { Enrolment } from '../../gallery/enrol.ts'
import type { Scorer } from '../../gallery/score-blocks.ts'
import type { NamedFile } from '../faces/embed-files.ts'
import { photographsOf } from '../face/photographs.ts'
import { replaceFile } from '../files/replace-file.ts'
import { clusterPage } from './cluster-page.ts'
import { encodeCrop } from './crop-file.ts'

/** A face of the folder: its number stays while its photograph does. */
interface KnownFace {
  readonly id: number
  /** The photograph’s hash and which of its faces, the largest first. */
  readonly key: string
  readonly cluster?: number
}

const stateForm = z.object({
  schema: z.literal('cosface-clusters/1'),
  next: z.number(),
  faces: z.array(z.object({ id: z.number(), key: z.string(), cluster: z.number().exactOptional() })),
})

/** A face that was put to others. */
export interface PlacedFace {
  readonly id: number
  readonly cluster: number | undefined
  readonly photograph: string
  readonly face: EmbeddedFace
  /** The SHA-256 of the photograph’s bytes. */
  readonly hash: string
}

/** What a run came to. */
export interface ClusteredFolder {
  readonly faces: readonly PlacedFace[]
  readonly unreadable: readonly { readonly photograph: string; readonly reason: string }[]
  /** Cluster → the name it was given. */
  readonly names: ReadonlyMap<number, string>
}

export interface ClusterFolderOptions {
  /** The mean cosine from which two groups are one person. */
  readonly threshold: number
  readonly scorer: Scorer
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Clusters the faces of photographs; `folder` holds what was said by hand and gets the page. */
export async function clusterFolder(
  embedder: Embedder,
  files: readonly NamedFile[],
  folder: string,
  options: ClusterFolderOptions,
): Promise<ClusteredFolder> {
  const { threshold, scorer, signal, onProgress } = options
  await mkdir(join(folder, 'crops'), { recursive: true })
  const state = await readState(join(folder, 'clusters.json'))
  const known = new Map(state.faces.map((face) => [face.key, face]))
  const links = await readLinks(join(folder, 'links.csv'))
  const names = await readNames(join(folder, 'names.csv'))
  const found: Omit<PlacedFace, 'cluster'>[] = []
  const unreadable: { photograph: string; reason: string }[] = []
  const keys = new Map<number, string>()
  let next = state.next
  let done = 0
  for await (const result of embedder.photographs(photographsOf(files, given({ signal })), signal)) {
    const file = files[done++]?.file ?? result.name
    onProgress?.(done, files.length)
    if (result.unreadable !== undefined) {
      unreadable.push({ photograph: result.name, reason: result.unreadable })
      continue
    }
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    for (const [at, face] of result.faces.entries()) {
      const key = `${hash}/${at}`
      // the same photograph twice is one
      const id = known.get(key)?.id ?? next++
      if (keys.has(id)) continue
      keys.set(id, key)
      known.set(key, { id, key })
      found.push({ id, photograph: result.name, face, hash })
      await writeFile(join(folder, 'crops', `${id}.png`), await encodeCrop(face.crop))
    }
  }
  const faces: readonly ClusterFace[] = found.map(({ id, hash, face }) => ({
    id,
    photograph: hash,
    embedding: face.embedding,
    isPoor: face.rejected !== undefined,
  }))
  const before = new Map(
    state.faces.flatMap(({ id, cluster }) => (cluster === undefined ? [] : [[id, cluster] as const])),
  )
  const clusters = await clusterFaces({ faces, threshold, links, before, scorer, ...given({ signal }) })
  const placed = found.map((face) => ({ ...face, cluster: clusters.get(face.id) }))
  const gone = state.faces.filter(({ id }) => !keys.has(id))
  const stored: readonly KnownFace[] = [
    ...gone,
    ...placed.map(({ id, cluster }) => ({ id, key: keys.get(id) ?? '', ...given({ cluster }) })),
  ]
  await replaceFile(
    join(folder, 'clusters.json'),
    `${JSON.stringify({ schema: 'cosface-clusters/1', next, faces: stored })}\n`,
  )
  const sizes = new Map<number, number>()
  for (const { cluster } of placed)
    if (cluster !== undefined) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  const rows = [...sizes].toSorted(([a, x], [b, y]) => y - x || a - b)
  await replaceFile(
    join(folder, 'names.csv'),
    `cluster,faces,name\n${rows.map(([cluster, count]) => `${cluster},${count},${quoted(names.get(cluster) ?? '')}\n`).join('')}`,
  )
  await replaceFile(join(folder, 'index.html'), clusterPage(placed, names))
  return { faces: placed, unreadable, names }
}

/** The faces of clusters that have a name, to be enrolled. */
export async function namedFaces({ faces, names }: ClusteredFolder): Promise<readonly Enrolment[]> {
  const enrolments: Enrolment[] = []
  for (const { cluster, face, hash, photograph } of faces) {
    const person = cluster === undefined ? undefined : names.get(cluster)
    if (person === undefined || face.rejected !== undefined) continue
    enrolments.push({
      person,
      embedding: face.embedding,
      photograph: hash,
      details: { source: photograph, box: face.box },
      crop: await encodeCrop(face.crop),
    })
  }
  return enrolments
}

const readText = async (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch(() => undefined)

const readState = async (file: string): Promise<z.infer<typeof stateForm>> => {
  const text = await readText(file)
  if (text === undefined) return { schema: 'cosface-clusters/1', next: 1, faces: [] }
  try {
    return stateForm.parse(JSON.parse(text))
  } catch (cause) {
    throw new FormatError(
      file,
      'is no state of cosface cluster; remove it, or name another --out',
      undefined,
      { cause },
    )
  }
}

const readLinks = async (file: string): Promise<readonly FaceLink[]> => {
  const lines = ((await readText(file)) ?? '').split(/\r?\n/)
  return lines.flatMap((line, at) => {
    if (line.trim() === '' || line.startsWith('kind,')) return []
    const [, kind, first, second] = /^\s*(must|cannot)\s*,\s*#?(\d+)\s*,\s*#?(\d+)\s*$/.exec(line) ?? []
    if (kind !== 'must' && kind !== 'cannot')
      throw new DataError(`${file}: line ${at + 1} is not must,FACE,FACE or cannot,FACE,FACE`)
    return [{ kind, first: Number(first), second: Number(second) }]
  })
}

const readNames = async (file: string): Promise<ReadonlyMap<number, string>> => {
  const lines = ((await readText(file)) ?? '').replace(/^\uFEFF/, '').split(/\r?\n/)
  return new Map(
    lines.flatMap((line, at) => {
      if (line.trim() === '' || line.startsWith('cluster,')) return []
      const [cluster = '', faces = '', ...rest] = line.split(',')
      const name = rest.join(',')
      if (!/^\d+$/.test(cluster.trim()) || !/^\d*$/.test(faces.trim()) || rest.length === 0)
        throw new DataError(`${file}: line ${at + 1} is not cluster,faces,name`)
      const given = name.trim().replace(/^"(.*)"$/, (_all, inner: string) => inner.replaceAll('""', '"'))
      return given === '' ? [] : [[Number(cluster), given] as const]
    }),
  )
}

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
