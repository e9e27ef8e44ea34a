/**
 * @file Which tensor of a foreign checkpoint is which parameter of our sphere networks. A naming is a table of patterns; prefixes
 * that wrappers add (`module.`, `state_dict.`) do not matter.
 */
import { DataError, shown, UsageError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import { counted } from '../../base/words.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { CheckpointTensor } from './torch-checkpoint.ts'

interface Rule {
  readonly pattern: RegExp
  /** Our name, from the pattern's groups; absent where the tensor must be zero, as we have no such parameter. */
  readonly ours?: (groups: readonly number[]) => string
  readonly transposed?: true
}

/** How a public implementation names its sphere networks, and how it feeds them. */
export interface CheckpointNaming {
  readonly name: string
  readonly rules: readonly Rule[]
  /** Its name, without a prefix, of a parameter of ours. */
  readonly theirs: (ours: string) => string
  /** What its authors feed it, where it is known: (pixel − mean) / std. */
  readonly input?: { readonly channels: 'rgb' | 'bgr'; readonly mean: number; readonly std: number }
}

const unitOf = (place: number): number => Math.floor(place / 2)
const halfOf = (place: number): number => (place % 2) + 1
const placeOf = (unit: number, half: number): number => 2 * unit + half - 1

/** The namings that are known: our own first. */
export const checkpointNamings: readonly CheckpointNaming[] = [
  {
    name: 'cosface',
    theirs: (ours) => ours,
    rules: [
      {
        pattern:
          /^stage(\d)\.(?:unit(\d+)\.)?(?:conv|prelu)\d?\.(?:weight|bias|slope)$|^embedding\.(?:weight|bias)$|^head\.weight$/,
      },
    ],
  },
  {
    name: 'CosFace_pytorch',
    theirs: (ours) =>
      ours
        .replace(/^embedding\./, 'fc.')
        .replace(/^stage(\d)\.conv\./, 'layer$1.0.')
        .replace(/^stage(\d)\.prelu\./, 'layer$1.1.')
        .replace(
          /^stage(\d)\.unit(\d+)\./,
          (_all, stage: string, unit: string) => `layer${stage}.${Number(unit) + 1}.`,
        )
        .replace(/slope$/, 'weight'),
    rules: [
      { pattern: /^layer(\d)\.0\.weight$/, ours: ([s]) => `stage${s}.conv.weight` },
      { pattern: /^layer(\d)\.0\.bias$/, ours: ([s]) => `stage${s}.conv.bias` },
      { pattern: /^layer(\d)\.1\.weight$/, ours: ([s]) => `stage${s}.prelu.slope` },
      {
        pattern: /^layer(\d)\.(\d+)\.conv([12])\.weight$/,
        ours: ([s, place = 0, half]) => `stage${s}.unit${place - 1}.conv${half}.weight`,
      },
      {
        pattern: /^layer(\d)\.(\d+)\.prelu([12])\.weight$/,
        ours: ([s, place = 0, half]) => `stage${s}.unit${place - 1}.prelu${half}.slope`,
      },
      { pattern: /^fc\.weight$/, ours: () => 'embedding.weight' },
      { pattern: /^fc\.bias$/, ours: () => 'embedding.bias' },
    ],
    input: { channels: 'rgb', mean: 127.5, std: 127.5 },
  },
  {
    name: 'sphereface_pytorch',
    theirs: (ours) =>
      ours
        .replace(/^embedding\./, 'fc5.')
        .replace(/^head\./, 'fc6.')
        .replace(
          /^stage(\d)\.unit(\d+)\.(conv|prelu)([12])\./,
          (_all, stage: string, unit: string, kind: string, half: string) =>
            `${kind}${stage}_${placeOf(Number(unit), Number(half))}.`,
        )
        .replace(/^stage(\d)\.(conv|prelu)\./, '$2$1_1.')
        .replace(/^prelu/, 'relu')
        .replace(/slope$/, 'weight'),
    rules: [
      { pattern: /^conv(\d)_1\.weight$/, ours: ([s]) => `stage${s}.conv.weight` },
      { pattern: /^conv(\d)_1\.bias$/, ours: ([s]) => `stage${s}.conv.bias` },
      { pattern: /^relu(\d)_1\.weight$/, ours: ([s]) => `stage${s}.prelu.slope` },
      {
        pattern: /^conv(\d)_(\d+)\.weight$/,
        ours: ([s, place = 0]) => `stage${s}.unit${unitOf(place)}.conv${halfOf(place)}.weight`,
      },
      { pattern: /^conv\d_\d+\.bias$/ },
      {
        pattern: /^relu(\d)_(\d+)\.weight$/,
        ours: ([s, place = 0]) => `stage${s}.unit${unitOf(place)}.prelu${halfOf(place)}.slope`,
      },
      { pattern: /^fc5\.weight$/, ours: () => 'embedding.weight' },
      { pattern: /^fc5\.bias$/, ours: () => 'embedding.bias' },
      { pattern: /^fc6\.weight$/, ours: () => 'head.weight', transposed: true },
    ],
    input: { channels: 'bgr', mean: 127.5, std: 128 },
  },
]

/** One of our parameters and the tensor it comes from. */
export interface MappedTensor {
  readonly source: string
  readonly transposed: boolean
}

/** A checkpoint's tensors under our names. */
export interface CheckpointMapping {
  readonly naming: CheckpointNaming
  /** What stands before the naming's own names. */
  readonly prefix: string
  readonly parameters: ReadonlyMap<string, MappedTensor>
  /** Tensors that must be zero, as we have no place for them. */
  readonly zeros: readonly string[]
  /** Tensors that no rule knows. */
  readonly unused: readonly string[]
}

/** Longer names are no parameter's. */
const longestName = 512

/** What stands before a naming's own names, by how many names it stands before. */
const prefixesOf = (names: readonly string[], naming: CheckpointNaming): readonly string[] => {
  const votes = new Map<string, number>()
  for (const name of names) {
    if (name.length > longestName) continue
    // the shortest prefix that makes the rest a known name
    for (let at = 0; at >= 0; at = name.indexOf('.', at) + 1) {
      const rest = name.slice(at)
      if (naming.rules.some(({ pattern }) => pattern.test(rest))) {
        const prefix = name.slice(0, at)
        votes.set(prefix, (votes.get(prefix) ?? 0) + 1)
        break
      }
      if (!name.includes('.', at)) break
    }
  }
  return [...votes].sort((x, y) => y[1] - x[1] || byCodePoint(x[0], y[0])).map(([prefix]) => prefix)
}

const mapWith = (names: readonly string[], naming: CheckpointNaming, prefix: string): CheckpointMapping => {
  const parameters = new Map<string, MappedTensor>()
  const zeros: string[] = []
  const unused: string[] = []
  for (const name of names) {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : undefined
    const rule = short === undefined ? undefined : naming.rules.find(({ pattern }) => pattern.test(short))
    if (rule === undefined || short === undefined) {
      unused.push(name)
      continue
    }
    const groups = (rule.pattern.exec(short)?.slice(1) ?? []).map(Number)
    const ours = naming.name === 'cosface' ? short : rule.ours?.(groups)
    if (ours === undefined) zeros.push(name)
    else parameters.set(ours, { source: name, transposed: rule.transposed === true })
  }
  return { naming, prefix, parameters, zeros, unused }
}

/** Whether both ends of a network are there: its first layer and its last. */
const isWhole = ({ parameters }: CheckpointMapping): boolean =>
  parameters.has('stage1.conv.weight') && parameters.has('embedding.weight')

/** A set's name, as it is chosen by: what stands before its tensors, without the last dot. */
const setName = ({ prefix }: CheckpointMapping): string => (prefix === '' ? '.' : prefix.slice(0, -1))

const listed = (sets: readonly CheckpointMapping[]): string =>
  sets.map((set) => `${setName(set)} (${counted(set.parameters.size, 'tensor')})`).join(', ')

const chosenOf = (wholes: readonly CheckpointMapping[], under: string): CheckpointMapping => {
  const found = wholes.filter((set) => setName(set) === under || setName(set).startsWith(`${under}.`))
  const [one] = found
  if (one !== undefined && found.length === 1) return one
  throw new UsageError(
    `--weights-under must name one whole set of weights, got ${shown(under)}; the file has ${listed(wholes) || 'none'}`,
  )
}

/**
 * The naming that knows most of a checkpoint's tensors. Where it holds several whole sets of weights (an averaged copy, one from the start),
 * `under` says which is meant.
 * @throws DataError where no naming knows any, or where several sets are whole and none is chosen; UsageError where `under` names none
 */
export function mapCheckpoint(names: Iterable<string>, under?: string): CheckpointMapping {
  const all = [...names]
  const sets = checkpointNamings.flatMap((naming) =>
    prefixesOf(all, naming).map((prefix) => mapWith(all, naming, prefix)),
  )
  const wholes = sets.filter(isWhole)
  if (under !== undefined) return chosenOf(wholes, under)
  if (wholes.length > 1)
    throw new DataError(
      `There are ${wholes.length} whole sets of weights: ${listed(wholes)}. Say which is meant: cosface import FILE --weights-under ${wholes.map(setName).join(' or ')}`,
    )
  const [best] = sets.sort((x, y) => y.parameters.size - x.parameters.size)
  if (best !== undefined) return best
  const first = all.slice(0, 5).map((name) => (name === '' ? 'one without a name' : name.slice(0, 100)))
  throw new DataError(
    `Expected the tensors of a sphere network, got ${counted(all.length, 'other')}: ${first.join(', ')}${all.length > 5 ? ', …' : ''}`,
  )
}

const transpose = ({ shape, data }: Tensor): Tensor => {
  const [rows = 0, columns = 0] = shape
  const result = new Float32Array(data.length)
  for (let i = 0; i < rows; i++)
    data.subarray(i * columns, (i + 1) * columns).forEach((value, j) => {
      result[j * rows + i] = value
    })
  return { shape: [columns, rows], data: result }
}

/**
 * The parameters of a network by our names, from a checkpoint; `expected` are its names and shapes. A head that is not expected
 * is left out.
 * @throws DataError listing what is missing, of another shape, or not zero where it has to be
 */
export async function loadMappedParameters(
  checkpoint: { readonly tensors: ReadonlyMap<string, CheckpointTensor> },
  expected: ReadonlyMap<string, readonly number[]>,
  mapping: CheckpointMapping = mapCheckpoint(checkpoint.tensors.keys()),
): Promise<{ readonly mapping: CheckpointMapping; readonly parameters: ReadonlyMap<string, Tensor> }> {
  const problems: string[] = []
  const parameters = new Map<string, Tensor>()
  for (const [name, shape] of expected) {
    const mapped = mapping.parameters.get(name)
    const source = mapped === undefined ? undefined : checkpoint.tensors.get(mapped.source)
    if (mapped === undefined || source === undefined) {
      const wanted = `${mapping.prefix}${mapping.naming.theirs(name)}`
      problems.push(wanted === name ? `${name} is missing` : `${wanted} (${name}) is missing`)
      continue
    }
    const found = mapped.transposed ? source.shape.toReversed() : source.shape
    if (found.join() !== shape.join()) {
      problems.push(`${mapped.source} is [${found.join(', ')}], ${name} is [${shape.join(', ')}]`)
      continue
    }
    const tensor = await source.read()
    if (!tensor.data.every(Number.isFinite))
      problems.push(`${mapped.source} holds numbers that are not finite`)
    parameters.set(name, mapped.transposed ? transpose(tensor) : tensor)
  }
  for (const name of mapping.parameters.keys())
    if (!expected.has(name) && name !== 'head.weight') problems.push(`${name} is not in the network`)
  for (const name of mapping.zeros) {
    const tensor = await checkpoint.tensors.get(name)?.read()
    if (tensor?.data.some((value) => value !== 0) === true)
      problems.push(`${name} is not zero, and the network has no such bias`)
  }
  if (problems.length === 0) return { mapping, parameters }
  const shown = problems.slice(0, 5).join('; ')
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  throw new DataError(
    `The checkpoint (named as in ${mapping.naming.name}) does not fit the network: ${shown}${more}`,
  )
}
