/** @file A large gallery: enrolling, opening, searching, each beside what it costs at least. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { random } from '../src/base/random.ts'
import type { EmbeddingOrigin } from '../src/face/embedding-origin.ts'
import type { Enrolment } from '../src/gallery/enrol.ts'
import { openGalleryAt, type OpenedGallery } from '../src/node/gallery/open-gallery.ts'
import { runtimeScorer } from '../src/node/gallery/runtime-scorer.ts'

const size = 512
const origin: EmbeddingOrigin = { model: 'bench', detector: 'given', aligner: 'none', flip: 'none', size }

const stream = random(1, 'bench gallery')
// twelve uniform numbers would do, but a sum of four is near enough to a direction drawn evenly, and fast
const embedding = (): Float32Array => {
  const values = new Float32Array(new ArrayBuffer(4 * size))
  let square = 0
  for (let i = 0; i < size; i++) {
    const value = stream.uniform() + stream.uniform() + stream.uniform() + stream.uniform() - 2
    values[i] = value
    square += value * value
  }
  return values.map((value) => value / Math.sqrt(square))
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** The middle of five, after one that is not counted. */
const middle = async (work: () => Promise<unknown>): Promise<number> => {
  await work()
  const times: number[] = []
  for (let i = 0; i < 5; i++) times.push(await seconds(work))
  return times.toSorted((a, b) => a - b)[2] ?? NaN
}

/** Figures of a gallery of `rows` people with one reference each, as lines. */
export async function benchGallery(rows: number): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cosface-bench-gallery-'))
  process.env['COSFACE_DATA'] = folder
  const store = join(folder, 'gallery.db')
  const open = (): Promise<OpenedGallery> => openGalleryAt({ store, who: 'bench' })
  const lines = [`gallery of ${rows} × ${size} float32, ${availableParallelism()} threads, encrypted, SQLite`]
  try {
    {
      await using opened = await open()
      let made = 0
      const batch = (count: number): readonly Enrolment[] =>
        Array.from({ length: count }, () => ({ person: `person ${made++}`, embedding: embedding() }))
      const measured = Math.min(rows, 5000)
      let spent = 0
      while (made < measured) {
        const faces = batch(100)
        spent += await seconds(() => opened.gallery.enrol(faces, { origin }))
      }
      lines.push(
        `enrolled ${Math.round(measured / spent)} ready-made embeddings a second, in batches of 100, each acknowledged`,
      )
      while (made < rows) await opened.gallery.enrol(batch(Math.min(2000, rows - made)), { origin })
      const first = await seconds(() => opened.gallery.warm())
      lines.push(`first start, from the database, with writing the snapshot: ${first.toFixed(2)} s`)
    }
    lines.push(`database ${((await stat(store)).size / 2 ** 20).toFixed(0)} MiB`)
    const before = process.memoryUsage()
    let opened: OpenedGallery | undefined
    const start = await seconds(async () => {
      opened = await open()
      await opened.gallery.warm()
    })
    if (opened === undefined) return lines
    await using held = opened
    const { gallery } = held
    const warmth = await gallery.warm()
    globalThis.gc?.()
    const after = process.memoryUsage()
    const vectors = 4 * rows * size
    lines.push(
      `start from the snapshot: ${start.toFixed(2)} s`,
      `matrix ${(warmth.bytes / vectors).toFixed(3)} of the vectors; process grew by ${((after.rss - before.rss) / vectors).toFixed(3)} of them`,
    )
    const matrix = new Float32Array(new ArrayBuffer(4 * 65_536 * size)).map(() => 0.01)
    await using scorer = runtimeScorer(availableParallelism())
    for (const count of [1, 64]) {
      const probes = Array.from({ length: count }, () => ({ embedding: embedding(), origin }))
      const all = new Float32Array(new ArrayBuffer(4 * count * size))
      probes.forEach((probe, i) => all.set(probe.embedding, i * size))
      const search = await middle(() => gallery.search(probes, 10))
      const bare = await middle(async () => {
        for (let done = 0; done < rows; done += 65_536) {
          const here = Math.min(65_536, rows - done)
          await scorer.score(all, size, matrix.subarray(0, here * size), here)
        }
      })
      lines.push(
        `${count} queries, top 10: ${((1000 * search) / count).toFixed(2)} ms a query; the bare product ${((1000 * bare) / count).toFixed(2)} ms; ratio ${(search / bare).toFixed(2)}`,
      )
    }
    // what a machine needs to move the numbers: each is read and written once
    const target = new Float32Array(matrix.length)
    const copied = await middle(async () => {
      for (let done = 0; done < rows; done += 65_536)
        target.set(matrix.subarray(0, Math.min(65_536, rows - done) * size))
    })
    lines.push(`copying as many numbers once: ${(1000 * copied).toFixed(1)} ms`)
    return lines
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
