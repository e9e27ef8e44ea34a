/** @file All protocols, and what follows from their records. */
import { type DistractorsAsked, distractorsProtocol } from './distractors.ts'
import { type IdentificationAsked, identificationProtocol } from './identification.ts'
import { type PairsAsked, pairsProtocol } from './pairs.ts'
import type { Question } from '../protocol/record.ts'
import type { AnyProtocol, Benchmark, Given, Looked, Protocol, Recognised } from './protocol.ts'
import { type RetrievalAsked, retrievalProtocol } from './retrieval.ts'
import { type RfwAsked, rfwProtocol } from './rfw.ts'
import { type TemplatesAsked, templatesProtocol } from './templates.ts'
import { type VideoAsked, videoProtocol } from './video.ts'

/** What may be asked of some protocol. */
export type ProtocolAsked = PairsAsked &
  VideoAsked &
  TemplatesAsked &
  DistractorsAsked &
  IdentificationAsked &
  RetrievalAsked &
  RfwAsked

/** The protocols in the order in which they are listed; they are recognised from the last to the first, the most special of which come last. */
export const protocols: readonly AnyProtocol[] = [
  pairsProtocol,
  videoProtocol,
  templatesProtocol,
  distractorsProtocol,
  identificationProtocol,
  retrievalProtocol,
  rfwProtocol,
]

/** The options of all of them. */
export const protocolOptions: Protocol<ProtocolAsked>['options'] = {
  ...pairsProtocol.options,
  ...videoProtocol.options,
  ...templatesProtocol.options,
  ...distractorsProtocol.options,
  ...identificationProtocol.options,
  ...retrievalProtocol.options,
  ...rfwProtocol.options,
}

/** A benchmark and the protocol it is judged by. */
export interface Named {
  readonly benchmark: Benchmark
  readonly protocol: AnyProtocol
}

const all: readonly Named[] = protocols.flatMap((protocol) =>
  protocol.benchmarks.map((benchmark) => ({ benchmark, protocol })),
)

/** The names of all benchmarks. */
export const benchmarkNames: readonly string[] = all.map(({ benchmark }) => benchmark.name)

/** A benchmark by its name. @throws RangeError where there is none */
export function benchmarkNamed(name: string): Named {
  const found = all.find(({ benchmark }) => benchmark.name === name)
  if (found === undefined) throw new RangeError(`Expected one of ${benchmarkNames.join(', ')}, got ${name}`)
  return found
}

/** What a record says of its benchmark. */
export function benchmarkFacts(name: string): {
  readonly protocol: string
  readonly title: string
  readonly question: Question
} {
  const { benchmark, protocol } = benchmarkNamed(name)
  return { protocol: name, title: benchmark.title, question: protocol.question }
}

/** What files of a form are, in words. */
export function filesInWords(container: string): string {
  return all.find(({ benchmark }) => benchmark.container === container)?.benchmark.files ?? container
}

/** The benchmark that what was given is unmistakably for; undefined where nothing tells. */
export async function recognise(given: Given, files: Looked): Promise<Recognised | undefined> {
  for (const protocol of protocols.toReversed()) {
    const found = await protocol.recognise?.(given, files)
    if (found !== undefined) return found
  }
  return undefined
}

/** The benchmarks an option is for; undefined for one that belongs to no protocol and is for all. */
export function benchmarksFor(option: string): readonly string[] | undefined {
  const owners = all.filter(({ protocol }) => Object.hasOwn(protocol.options, option))
  if (owners.length === 0) return undefined
  return owners
    .filter(({ benchmark, protocol }) => {
      const isReserved = protocol.benchmarks.some(({ only }) => only?.includes(option) === true)
      return !isReserved || benchmark.only?.includes(option) === true
    })
    .map(({ benchmark }) => benchmark.name)
}
