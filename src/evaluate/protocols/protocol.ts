/** @file What a protocol is: one record with all its facts, from which command line, help, docs, checks and pages follow. */
import type { OptionSpecs } from '../../base/option.ts'
import type { Question } from '../protocol/record.ts'

/** A benchmark by the name the command line knows it by. */
export interface Benchmark {
  readonly name: string
  /** As its authors call it. */
  readonly title: string
  /** How its pairs are stored, where there is a form of its own: `agedb`, a MATLAB file. */
  readonly container?: string
  /** What such a file is, in words. */
  readonly files?: string
  /** Other forms with the same pairs: a pack, or a list that looks alike. */
  readonly alsoIn?: readonly string[]
  /** Whether a file is not looked at before it is read: its reader says what is wrong with it. @defaultValue false */
  readonly unlooked?: boolean
  /** Where the images lie in the benchmark's own folder, which is then given as its pairs. */
  readonly images?: readonly string[]
  /** What packs of it are usually called. */
  readonly packs?: RegExp
  /** Keys of the protocol's options that are for this benchmark only, or for those that name them, too. */
  readonly only?: readonly string[]
}

/** What can be found out of the files that were given, when it is asked for. */
export interface Looked {
  /** Whether the folder holds a file, by its path in it. */
  readonly holds: (path: string) => Promise<boolean>
  /** The list of templates in the folder, where it has one. */
  readonly templateList: () => Promise<string | undefined>
  /** How the pairs are stored. @throws UsageError where it cannot be told */
  readonly container: () => Promise<string>
  /** Whether a list of pairs has the header of LFW's. */
  readonly hasLfwHeader: () => Promise<boolean>
}

/** A benchmark that was recognised, and why, to be said aloud. */
export interface Recognised {
  readonly benchmark: string
  readonly container?: string
  readonly because?: string
}

/** How figures are made of a kind of files, for one or several benchmarks. */
export interface Protocol<Asked extends object> {
  readonly kind: string
  readonly benchmarks: readonly Benchmark[]
  readonly question: Question
  /** What progress counts. */
  readonly unit: 'images' | 'videos'
  /** Its options; several protocols may share one. */
  readonly options: OptionSpecs<Asked>
  /** Whether what was given is unmistakably for it. */
  readonly recognise?: (given: Given, files: Looked) => Promise<Recognised | undefined>
}

/** What a protocol is recognised by. */
export interface Given {
  readonly pairs?: string
  readonly randomPairs?: number
  readonly distractors?: string
  readonly gallery?: string
  readonly images?: string
}

/** A protocol, its options' types hidden. */
export interface AnyProtocol extends Omit<Protocol<object>, 'options'> {
  readonly options: Readonly<Record<string, unknown>>
}

/** A protocol as a value of its own type, checked where it is written. */
export function defineProtocol<Asked extends object>(protocol: Protocol<Asked>): Protocol<Asked> {
  return protocol
}
