/** @file `cosface data lfw` and its like: one command for each public set of the table. */
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { flagOption, type OptionSpec, type OptionSpecs, textOption } from '../../base/option.ts'
import { withCommas } from '../../base/words.ts'
import type { PublicSet } from '../../data/public-sets.ts'
import { publicSets } from '../../data/public-sets.ts'
import { type Command, command, type Context, type ExitCode } from '../command.ts'
import { jsonOption } from '../options.ts'
import { openProgress } from '../progress.ts'

interface FetchOptions {
  readonly parts: readonly string[]
  readonly acceptTerms: boolean
  readonly baseUrl: string
  readonly keepArchives: boolean
  readonly out: string
  readonly json: boolean
}

const partsOption = (set: PublicSet): OptionSpec<readonly string[]> => ({
  group: 'Fetch',
  value: 'a,b,…',
  meaning: set.parts.map(({ name, meaning }) => `${name}: ${meaning}`).join('; '),
  range: `names out of ${set.parts.map(({ name }) => name).join(', ')}, separated by commas`,
  default: set.usual.join(','),
  parse: (text) => text.split(',').map((name) => name.trim()),
  check: (name, value) => {
    const names = Array.isArray(value) ? value.map(String) : []
    if (names.length === 0) throw new UsageError(`Expected \`${name}\` to name parts of the set`)
    return names
  },
})

const optionsOf = (set: PublicSet): OptionSpecs<FetchOptions> => ({
  parts: partsOption(set),
  acceptTerms: flagOption({
    group: 'Fetch',
    meaning: 'you have read the terms, which are printed first, and accept them',
    default: 'you are asked, where somebody can be',
  }),
  baseUrl: textOption({
    group: 'Fetch',
    value: 'address',
    meaning: 'fetch the files from below this address instead, by their names; the known hashes still hold',
    range: 'an address that begins with http:// or https://',
    default: 'each file’s own',
  }),
  keepArchives: flagOption({
    group: 'Fetch',
    meaning: 'keep the archives beside the folders they were unpacked to',
    default: 'they are removed',
  }),
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'where everything goes; what is there whole is not fetched again',
    default: set.name,
  }),
  json: jsonOption,
})

/** In what a file of `bytes` is counted, if they are known: a list of some kilobytes would be 0 MB. */
const unitFor = (bytes = Infinity): { readonly unit: string; readonly size: number } =>
  bytes < 1e6 ? { unit: 'kB', size: 1e3 } : { unit: 'MB', size: 1e6 }

/** Shows the terms and wants a yes. @throws UsageError where nobody can be asked */
const acceptTerms = async (context: Context, set: PublicSet, accepted: boolean): Promise<boolean> => {
  const { output, signal } = context
  output.progress(set.title)
  for (const line of set.terms) output.progress(`  ${line}`)
  if (accepted) return true
  const { agrees, canAsk } = await import('../ask.ts')
  if (!canAsk(context))
    throw new UsageError(
      'Expected --accept-terms once the terms above are read; nobody is there to be asked, and nothing was fetched',
    )
  return agrees('Do you accept this?', signal)
}

const fetchSet = async (
  context: Context,
  set: PublicSet,
  options: Partial<FetchOptions>,
): Promise<ExitCode> => {
  const { output, signal } = context
  const { fetchPublicSet, partsOf } = await import('../../node/files/public-set.ts')
  partsOf(set, options.parts)
  if (!(await acceptTerms(context, set, options.acceptTerms ?? false))) {
    output.say('Nothing was fetched.')
    return 1
  }
  const out = options.out ?? set.name
  const shown = new Map<string, Awaited<ReturnType<typeof openProgress>>>()
  const opening = new Set<string>()
  const finish = (name: string): void => {
    shown.get(name)?.[Symbol.dispose]()
    shown.delete(name)
  }
  const bytes = (name: string, done: number, total: number | undefined): void => {
    const { unit, size } = unitFor(total)
    shown.get(name)?.update(Math.round(done / size))
    if (opening.has(name)) return
    opening.add(name)
    const whole = { title: name, total: Math.round((total ?? done) / size), unit }
    void openProgress(output, whole).then((progress) => shown.set(name, progress))
  }
  let files
  try {
    files = await fetchPublicSet(set, out, {
      signal,
      ...given({ parts: options.parts, baseUrl: options.baseUrl }),
      keepArchives: options.keepArchives ?? false,
      onStep: (step) => {
        if (step.kind === 'bytes') return bytes(step.name, step.done, step.total)
        if (step.kind === 'retry') return output.progress(`${step.name}: ${step.reason}; trying again`)
        if (step.kind === 'note') return output.warn(step.text)
        finish(step.name)
        if (step.kind === 'there') output.progress(`${step.name} is there already`)
        else output.progress(`${step.name}: ${withCommas(step.files)} files`)
      },
    })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new DataError(`Stopped; the same command goes on from what is in ${out}`, { cause: error })
  } finally {
    for (const name of shown.keys()) finish(name)
  }
  for (const { name, folder, files: inside, sha256 } of files)
    output.say(
      folder === undefined
        ? `${out}/${name}  sha256 ${sha256}`
        : `${out}/${folder}/  ${withCommas(inside ?? 0)} files of ${name}, sha256 ${sha256}`,
    )
  output.result({ schema: 'cosface-data-fetch/1', set: set.name, out, files })
  return 0
}

const commandOf = (set: PublicSet): Command =>
  command<FetchOptions>({
    name: `data ${set.name}`,
    group: 'Data',
    summary: `fetch a public set: ${set.title.split(':')[0] ?? set.name}`,
    detail: `${set.title}.\nPrints the terms first, goes on where an earlier call was cut, checks every file against its published hash, and unpacks archives; downloads.json records what came from where.`,
    arguments: [],
    options: optionsOf(set),
    examples: [
      `cosface data ${set.name} --accept-terms`,
      `cosface data ${set.name} --parts ${set.parts.at(-1)?.name ?? ''} --base-url https://mirror.example/${set.name}/`,
    ],
    run: (context, _args, options) => fetchSet(context, set, options),
  })

export const dataFetchCommands: readonly Command[] = publicSets.map(commandOf)
