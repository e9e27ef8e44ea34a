/**
 * @file Identification of probes among up to millions of distractors, from files: MegaFace's lists or any two folders; by a model
 * over images or with features computed before.
 */
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { Opened } from '../../base/opened.ts'
import { flipText } from '../../evaluate/protocol.ts'
import { megafaceEvaluation } from '../../evaluate/protocol/evaluations.ts'
import type { MegafaceOptions, Probes } from '../../evaluate/protocol/megaface.ts'
import { megafaceProtocol, refineProbes } from '../../evaluate/protocol/megaface.ts'
import { benchmarkFacts } from '../../evaluate/protocols/registry.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { Driver } from '../../runtime/driver.ts'
import { type FeatureSource, type ListedFaces, readNoise } from './megaface-files.ts'
import { openDriver } from '../session/open-driver.ts'
import { openScoreProduct } from '../session/score-product.ts'
import { type MegafaceLists, type MegafaceSource, openSources } from './megaface-sources.ts'

export interface EvaluateMegafaceOptions extends Pick<
  MegafaceOptions,
  'sizes' | 'fars' | 'ranks' | 'seed' | 'replicates' | 'signal' | 'onProgress'
> {
  readonly decode?: DecodeImage
  /** What the report calls the model. */
  readonly name: string
  readonly lists?: MegafaceLists
  /** Distractors scored at once. @defaultValue 4096 */
  readonly block?: number
  /** Images embedded at once. @defaultValue 32 */
  readonly batch?: number
  readonly threads?: number
  /** Runs the products; by default one is opened. */
  readonly driver?: Driver
}

/** Distractors in blocks, noisy ones left out. */
async function* blocksOf(
  source: FeatureSource,
  paths: readonly string[],
  isNoisy: (image: string) => boolean,
  rows: number,
  leaveOut: () => void,
): AsyncGenerator<Float32Array> {
  let places: number[] = []
  for (let place = 0; place < paths.length; place++) {
    if (isNoisy(paths[place] ?? '')) leaveOut()
    else places.push(place)
    if (places.length === rows || (place === paths.length - 1 && places.length > 0)) {
      yield await source.read(places)
      places = []
    }
  }
}

const readProbes = async (source: FeatureSource, faces: ListedFaces, rows: number): Promise<Probes> => {
  const count = faces.paths.length
  const data = new Float32Array(count * source.size)
  for (let from = 0; from < count; from += rows) {
    const places = Array.from({ length: Math.min(rows, count - from) }, (_, i) => from + i)
    data.set(await source.read(places), from * source.size)
  }
  const numbers = new Map([...new Set(faces.people)].map((person, i) => [person, i]))
  return {
    data,
    size: source.size,
    identities: Int32Array.from(faces.people, (person) => numbers.get(person) ?? 0),
  }
}

const filesOf = (source: MegafaceSource, lists: MegafaceLists): string[] =>
  [
    lists.probes ?? source.probes,
    lists.distractors ?? source.distractors,
    lists.noisyProbes,
    lists.noisyDistractors,
  ]
    .filter((path) => path !== undefined)
    .map((path) => basename(path))

/**
 * Ranks of mates against the number of distractors, and TAR at FARs down to 1e-6; never more than a block of scores is held.
 * @throws DataError, UsageError, FormatError where lists and features do not fit or cannot be read
 */
export async function evaluateMegaface(
  source: MegafaceSource,
  options: EvaluateMegafaceOptions,
): Promise<ProtocolEvaluation> {
  const { lists = {}, block = 4096, seed = 0 } = options
  await using opened = new Opened()
  const {
    probes: probeSource,
    faces,
    distractors,
    others,
    notes,
    rows,
  } = await openSources(source, lists, options, opened)
  if (probeSource.size !== distractors.size)
    throw new DataError(
      `Probes have ${probeSource.size} numbers, distractors ${distractors.size}; they come from different models`,
    )
  const [isNoisyProbe, isNoisy] = [
    await readNoise(lists.noisyProbes),
    await readNoise(lists.noisyDistractors),
  ]
  const noisyProbes = faces.paths.map(isNoisyProbe)
  const raw = await readProbes(probeSource, faces, block)
  const isRefined = lists.noisyProbes !== undefined || lists.noisyDistractors !== undefined
  const probes = isRefined ? refineProbes(raw, (probe) => noisyProbes[probe] === true, seed) : raw
  const driver = options.driver ?? opened.use((await openDriver()).driver)
  const product = opened.use(
    await openScoreProduct(driver, probes, options.threads ?? availableParallelism()),
  )
  let leftOut = 0
  const model = source.kind === 'images' ? source.model.contract.id : undefined
  const run = await megafaceProtocol(
    probes,
    blocksOf(distractors, others, isNoisy, block, () => leftOut++),
    product.product,
    {
      ...options,
      seed,
      expected: others.length,
      lists: isRefined ? 'refined' : 'raw',
      ...(isRefined
        ? { cleaned: { probes: noisyProbes.filter(Boolean).length, distractors: () => leftOut } }
        : {}),
      ...given({ model }),
    },
  )
  return megafaceEvaluation(
    {
      name: options.name,
      record: {
        ...benchmarkFacts('megaface'),
        convention:
          `${isRefined ? 'refined' : 'raw'} lists; ` +
          (source.kind === 'images'
            ? flipText(source.flip ?? source.model.contract.flip)
            : 'features as given, normalised'),
        aligner: 'as given',
        seed,
        files: filesOf(source, lists),
        ...given({ model, rows }),
      },
    },
    run,
    { warnings: notes ?? [], people: faces.people },
  )
}
