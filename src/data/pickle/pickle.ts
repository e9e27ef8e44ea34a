/**
 * @file Reads Python's pickle format, protocols 0 to 5, as plain data. Nothing is ever run: a pickle may name only what the
 * caller allows, and even that is merely written down. Allocation is bounded by the bytes there are.
 */
import { ByteReader } from '../../base/bytes.ts'
import type { FormatError } from '../../base/errors.ts'
import { latin1Text, narrow, parseFloatText, parseQuoted, parseRawUnicode, parseWhole } from './text.ts'
import type { PickleCall, PickleValue } from './values.ts'
import { asText, pickleKind, plainNames } from './values.ts'

/** Steps a pickle may take; a set of two million images takes fewer. */
const stepLimit = 8_000_000
const wholeBytesLimit = 256

class Machine {
  readonly reader: ByteReader
  readonly allowed: ReadonlySet<string>
  readonly takesPersistent: boolean
  readonly instead: string | undefined
  readonly stack: PickleValue[] = []
  readonly marks: number[] = []
  readonly memo = new Map<number, PickleValue>()
  /** Where the step under way began. */
  at = 0

  constructor(reader: ByteReader, { allowed = [], persistent = false, instead }: PickleOptions) {
    this.reader = reader
    this.allowed = new Set([...plainNames, ...allowed])
    this.takesPersistent = persistent
    this.instead = instead
  }

  fail(reason: string): FormatError {
    this.reader.offset = this.at
    return this.reader.fail(reason)
  }

  push(value: PickleValue): void {
    this.stack.push(value)
  }

  /** Nothing below the last mark may be taken. */
  pop(): PickleValue {
    const value = this.stack.length > (this.marks.at(-1) ?? 0) ? this.stack.pop() : undefined
    if (value === undefined) throw this.fail('the pickle takes from an empty stack')
    return value
  }

  top(): PickleValue {
    const value = this.pop()
    this.push(value)
    return value
  }

  popToMark(): PickleValue[] {
    const mark = this.marks.pop()
    if (mark === undefined) throw this.fail('the pickle refers to a mark that was not set')
    return this.stack.splice(mark)
  }

  /** A line of protocol 0, without its end. */
  line(): Uint8Array {
    const { bytes, offset, remaining } = this.reader
    const end = bytes.indexOf(10, offset)
    if (end < 0) throw this.fail(`expected a line, the ${remaining} bytes left have no end of one`)
    this.reader.offset = end + 1
    return bytes.subarray(offset, end)
  }

  text(): string {
    const line = this.line()
    if (line.length > 2000) throw this.fail('the line is too long for a name or a number')
    return latin1Text(line)
  }

  utf8(length: number): string {
    const bytes = this.reader.take(length, 'text')
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw this.fail('the text is not UTF-8')
    }
  }

  /** A little-endian whole number in two's complement. */
  whole(length: number): number | bigint {
    if (length > wholeBytesLimit) throw this.fail(`a whole number of ${length} bytes is too long`)
    const bytes = this.reader.take(length, 'a whole number')
    let value = 0n
    for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
    return narrow(BigInt.asIntN(8 * length, value))
  }

  global(module: string, name: string): void {
    const full = `${module} ${name}`
    if (!this.allowed.has(full)) {
      const instead = this.instead === undefined ? '' : `; ${this.instead}`
      throw this.fail(
        `refused: the pickle names \`${full}\`, which is not plain data; nothing was run${instead}`,
      )
    }
    this.push({ kind: 'global', name: full })
  }

  call(callee: PickleValue, args: PickleValue): void {
    const isName =
      typeof callee === 'object' && callee !== null && 'kind' in callee && callee.kind === 'global'
    if (!isName) throw this.fail(`refused: the pickle calls ${pickleKind(callee)}`)
    if (typeof args !== 'object' || args === null || !('kind' in args) || args.kind !== 'tuple')
      throw this.fail(`expected a tuple of arguments, got ${pickleKind(args)}`)
    this.push({ kind: 'call', name: callee.name, args: args.items, items: [], entries: [], state: undefined })
  }

  remember(key: number): void {
    this.memo.set(key, this.top())
  }

  recall(key: number): void {
    const value = this.memo.get(key)
    if (value === undefined) throw this.fail(`the pickle refers to item ${key}, which it has not made`)
    this.push(value)
  }

  persistent(id: PickleValue): void {
    if (!this.takesPersistent) throw this.fail('refused: the pickle refers to something outside it')
    this.push({ kind: 'persistent', id })
  }

  append(items: readonly PickleValue[]): void {
    const target = this.top()
    const isList =
      typeof target === 'object' && target !== null && 'items' in target && target.kind !== 'tuple'
    if (!isList) throw this.fail(`the pickle appends to ${pickleKind(target)}`)
    for (const item of items) target.items.push(item)
  }

  setItems(items: readonly PickleValue[]): void {
    const target = this.top()
    const isDict =
      typeof target === 'object' &&
      target !== null &&
      'kind' in target &&
      (target.kind === 'dict' || target.kind === 'call')
    if (!isDict || items.length % 2 !== 0) throw this.fail(`the pickle sets items of ${pickleKind(target)}`)
    let key: PickleValue | undefined
    for (const item of items) {
      if (key === undefined) {
        key = item
        continue
      }
      target.entries.push([key, item])
      key = undefined
    }
  }

  build(state: PickleValue): void {
    const target = this.top()
    if (typeof target !== 'object' || target === null || !('kind' in target) || target.kind !== 'call')
      throw this.fail(`the pickle sets the state of ${pickleKind(target)}`)
    const call: PickleCall = target
    call.state = state
  }
}

type Step = (machine: Machine) => void

const tuple = (items: readonly PickleValue[]): PickleValue => ({ kind: 'tuple', items })
const dict = (machine: Machine, items: readonly PickleValue[]): void => {
  machine.push({ kind: 'dict', entries: [] })
  machine.setItems(items)
}
const popTuple = (machine: Machine, count: number): void => {
  const items = Array.from({ length: count }, () => machine.pop())
  machine.push(tuple(items.reverse()))
}
const pushBytes = (machine: Machine, length: number): void =>
  machine.push(machine.reader.take(length, 'bytes'))
const namedText = (machine: Machine, value: PickleValue): string => {
  const text = asText(value)
  if (text === undefined) throw machine.fail(`expected a name, got ${pickleKind(value)}`)
  return text
}
const whole = (machine: Machine, text: string): number | bigint => {
  const value = parseWhole(text)
  if (value === undefined) throw machine.fail('expected a whole number')
  return value
}
const index = (machine: Machine): number => {
  const value = whole(machine, machine.text())
  if (typeof value !== 'number' || value < 0) throw machine.fail('expected the number of an item')
  return value
}
const extension: Step = (machine) => {
  throw machine.fail('refused: the pickle names something by its number in a registry')
}
const float64BigEndian = (machine: Machine): number => {
  const bytes = machine.reader.take(8, 'a float')
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0)
}
/** A length of 32 bits, written as signed in Python 2's strings. */
const signedLength = (machine: Machine): number => {
  const length = machine.reader.int32()
  if (length < 0) throw machine.fail(`the length ${length} is negative`)
  return length
}

/** What each opcode does, by its letter. */
const steps: Readonly<Record<string, Step>> = {
  '\x80': (m) => {
    const version = m.reader.uint8()
    if (version > 5) throw m.fail(`expected a pickle protocol up to 5, got ${version}`)
  },
  '\x95': (m) => {
    const length = m.reader.uint64()
    if (length > m.reader.remaining)
      throw m.fail(`expected a frame of ${length} bytes, ${m.reader.remaining} are left`)
  },
  '(': (m) => void m.marks.push(m.stack.length),
  '0': (m) => {
    if (m.stack.length === m.marks.at(-1)) m.marks.pop()
    else m.pop()
  },
  '1': (m) => void m.popToMark(),
  '2': (m) => m.push(m.top()),
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => {
    const text = m.text()
    m.push(text === '01' ? true : text === '00' ? false : whole(m, text))
  },
  L: (m) => m.push(whole(m, m.text())),
  K: (m) => m.push(m.reader.uint8()),
  M: (m) => m.push(m.reader.uint16()),
  J: (m) => m.push(m.reader.int32()),
  '\x8a': (m) => m.push(m.whole(m.reader.uint8())),
  '\x8b': (m) => m.push(m.whole(signedLength(m))),
  F: (m) => {
    const value = parseFloatText(m.text())
    if (value === undefined) throw m.fail('expected a number')
    m.push(value)
  },
  G: (m) => m.push(float64BigEndian(m)),
  S: (m) => {
    const bytes = parseQuoted(m.line())
    if (bytes === undefined) throw m.fail('expected a quoted string')
    m.push(bytes)
  },
  T: (m) => pushBytes(m, signedLength(m)),
  U: (m) => pushBytes(m, m.reader.uint8()),
  B: (m) => pushBytes(m, m.reader.uint32()),
  C: (m) => pushBytes(m, m.reader.uint8()),
  '\x8e': (m) => pushBytes(m, m.reader.uint64()),
  '\x96': (m) => pushBytes(m, m.reader.uint64()),
  V: (m) => {
    const text = parseRawUnicode(m.line())
    if (text === undefined) throw m.fail('the text has a broken escape')
    m.push(text)
  },
  X: (m) => m.push(m.utf8(m.reader.uint32())),
  '\x8c': (m) => m.push(m.utf8(m.reader.uint8())),
  '\x8d': (m) => m.push(m.utf8(m.reader.uint64())),
  ']': (m) => m.push({ kind: 'list', items: [] }),
  l: (m) => m.push({ kind: 'list', items: m.popToMark() }),
  a: (m) => {
    const item = m.pop()
    m.append([item])
  },
  e: (m) => {
    const items = m.popToMark()
    m.append(items)
  },
  ')': (m) => m.push(tuple([])),
  t: (m) => m.push(tuple(m.popToMark())),
  '\x85': (m) => popTuple(m, 1),
  '\x86': (m) => popTuple(m, 2),
  '\x87': (m) => popTuple(m, 3),
  '}': (m) => dict(m, []),
  d: (m) => dict(m, m.popToMark()),
  s: (m) => {
    const value = m.pop()
    const key = m.pop()
    m.setItems([key, value])
  },
  u: (m) => {
    const items = m.popToMark()
    m.setItems(items)
  },
  '\x8f': (m) => m.push({ kind: 'set', items: [] }),
  '\x90': (m) => {
    const items = m.popToMark()
    m.append(items)
  },
  '\x91': (m) => m.push({ kind: 'set', items: m.popToMark() }),
  p: (m) => m.remember(index(m)),
  q: (m) => m.remember(m.reader.uint8()),
  r: (m) => m.remember(m.reader.uint32()),
  '\x94': (m) => m.remember(m.memo.size),
  g: (m) => m.recall(index(m)),
  h: (m) => m.recall(m.reader.uint8()),
  j: (m) => m.recall(m.reader.uint32()),
  c: (m) => m.global(m.text(), m.text()),
  '\x93': (m) => {
    const name = namedText(m, m.pop())
    m.global(namedText(m, m.pop()), name)
  },
  i: (m) => {
    const args = m.popToMark()
    m.global(m.text(), m.text())
    m.call(m.pop(), tuple(args))
  },
  o: (m) => {
    const [callee, ...args] = m.popToMark()
    if (callee === undefined) throw m.fail('the pickle makes an object of nothing')
    m.call(callee, tuple(args))
  },
  R: (m) => {
    const args = m.pop()
    m.call(m.pop(), args)
  },
  '\x81': (m) => {
    const args = m.pop()
    m.call(m.pop(), args)
  },
  '\x92': (m) => {
    throw m.fail('refused: the pickle makes an object with keyword arguments')
  },
  b: (m) => {
    const state = m.pop()
    m.build(state)
  },
  P: (m) => m.persistent(m.text()),
  Q: (m) => m.persistent(m.pop()),
  '\x82': extension,
  '\x83': extension,
  '\x84': extension,
  '\x97': (m) => {
    throw m.fail('refused: the pickle keeps its data outside it')
  },
  '\x98': () => {},
}

const stop = 46
const table: readonly (Step | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => steps[String.fromCharCode(code)],
)

export interface PickleOptions {
  /** Names a message's file. */
  readonly file: string
  /** `module name` of what may be named beside the plain containers. */
  readonly allowed?: readonly string[]
  /** Whether references to things outside are recorded; otherwise they are refused. Default false. */
  readonly persistent?: boolean
  /** Where in the bytes the pickle begins. Default 0. */
  readonly offset?: number
  /** What to do where a name is refused, said in the message. */
  readonly instead?: string
}

/**
 * Reads the pickle at `offset`; bytes are views, nothing is copied or run. `end` is the offset behind it.
 * @throws FormatError for damage and, by name, for whatever is not allowed
 */
export function readPickle(
  bytes: Uint8Array,
  options: PickleOptions,
): { readonly value: PickleValue; readonly end: number } {
  const reader = new ByteReader(bytes, options.file)
  reader.offset = options.offset ?? 0
  const machine = new Machine(reader, options)
  for (let count = 0; count < stepLimit; count++) {
    machine.at = reader.offset
    if (reader.remaining === 0) throw reader.fail('the pickle ends without its end mark')
    const code = reader.uint8()
    if (code === stop) return { value: machine.pop(), end: reader.offset }
    const step = table[code]
    if (step === undefined)
      throw machine.fail(`the byte 0x${code.toString(16).padStart(2, '0')} is no pickle opcode`)
    step(machine)
  }
  throw machine.fail(`the pickle takes more than ${stepLimit} steps`)
}
