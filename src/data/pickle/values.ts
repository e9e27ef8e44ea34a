/**
 * @file What a pickle holds, as plain data. A call of an allowed name is recorded, never made: whoever reads the value decides
 * what the record means.
 */
import { FormatError } from '../../base/errors.ts'
import { latin1Text } from './text.ts'

export interface PickleList {
  readonly kind: 'list'
  readonly items: PickleValue[]
}

export interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

export interface PickleDict {
  readonly kind: 'dict'
  readonly entries: (readonly [key: PickleValue, value: PickleValue])[]
}

export interface PickleSet {
  readonly kind: 'set'
  readonly items: PickleValue[]
}

/** A name of a Python module that was allowed, `module name`. */
export interface PickleGlobal {
  readonly kind: 'global'
  readonly name: string
}

/** What Python would have called, with what, and what it would have put in afterwards. */
export interface PickleCall {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly PickleValue[]
  readonly items: PickleValue[]
  readonly entries: (readonly [key: PickleValue, value: PickleValue])[]
  state: PickleValue | undefined
}

/** A reference to something outside the pickle. */
export interface PicklePersistent {
  readonly kind: 'persistent'
  readonly id: PickleValue
}

/** Bytes and Python 2 strings are `Uint8Array`, text is `string`, whole numbers beyond 2^53 are `bigint`. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleSet
  | PickleGlobal
  | PickleCall
  | PicklePersistent

/** Names every reader allows: containers and the spelling of bytes in protocols 0 to 2. */
export const plainNames: readonly string[] = [
  '_codecs encode',
  'collections OrderedDict',
  '__builtin__ bytearray',
  'builtins bytearray',
  '__builtin__ bytes',
  'builtins bytes',
  '__builtin__ set',
  'builtins set',
]

/** The value in words, for messages. */
export function pickleKind(value: PickleValue): string {
  if (value === null) return 'None'
  if (value instanceof Uint8Array) return 'bytes'
  if (typeof value !== 'object') return typeof value
  return value.kind === 'call' || value.kind === 'global' ? value.name.replace(' ', '.') : `a ${value.kind}`
}

/** Text, or a Python 2 string of Latin letters. */
export function asText(value: PickleValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array && value.length < 2 ** 16 ? latin1Text(value) : undefined
}

const latin1 = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255) return undefined
    bytes[i] = code
  }
  return bytes
}

/** What `_codecs.encode(text, 'latin1')` gives: bytes in protocols 0 to 2. */
const encoded = (value: PickleValue | undefined): Uint8Array | undefined => {
  if (value instanceof Uint8Array) return value
  if (typeof value !== 'object' || value === null || value.kind !== 'call' || value.name !== '_codecs encode')
    return undefined
  const [text, codec] = value.args
  const name = asText(codec)
  return typeof text === 'string' && (name === 'latin1' || name === 'latin-1') ? latin1(text) : undefined
}

/** Bytes in any of their spellings: bytes, bytearray, text encoded as Latin-1 (protocols 0 to 2), a Python 2 string. */
export function asBytes(value: PickleValue | undefined): Uint8Array | undefined {
  const isArray =
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'call' &&
    /^(__builtin__|builtins) (bytes|bytearray)$/.test(value.name)
  if (!isArray) return encoded(value)
  if (value.args.length === 0) return new Uint8Array(0)
  const [first] = value.args
  return typeof first === 'string' ? latin1(first) : encoded(first)
}

/** The items of a list or a tuple. */
export function asItems(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined
  return value.kind === 'list' || value.kind === 'tuple' ? value.items : undefined
}

/** The entries of a dict with text keys, later ones winning; entries with other keys are left out. */
export function asDict(value: PickleValue | undefined): Map<string, PickleValue> | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined
  const result = new Map<string, PickleValue>()
  if (value.kind === 'call' && value.name === 'collections OrderedDict') {
    for (const pair of asItems(value.args[0]) ?? []) {
      const [key, entry] = asItems(pair) ?? []
      const name = asText(key)
      if (name !== undefined && entry !== undefined) result.set(name, entry)
    }
  } else if (value.kind !== 'dict') return undefined
  for (const [key, entry] of value.entries) {
    const name = asText(key)
    if (name !== undefined) result.set(name, entry)
  }
  return result
}

/** A whole number of at least 0. @throws FormatError */
export function asCount(value: PickleValue | undefined, file: string, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  const got = value === undefined ? 'nothing' : isNumber ? String(value) : pickleKind(value)
  throw new FormatError(file, `expected ${what} as a whole number, got ${got}`)
}
