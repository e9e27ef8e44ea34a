/** @file Calling C functions: pointers are bigints or views of memory, everything else a number. */
import { MissingPartError } from '../../base/errors.ts'
import { installKoffi } from './native-library.ts'

/** What a C function is given. A view passes the address of its first byte; it must lie over an `ArrayBuffer`. */
export type Argument = bigint | number | NodeJS.ArrayBufferView | null

/** A bound C function; `async` runs it on another thread. */
export interface NativeFunction {
  (...values: readonly Argument[]): unknown
  readonly async: (...values: readonly [...Argument[], (error: unknown, result: unknown) => void]) => void
}

/** What we use of koffi. */
export interface Bridge {
  /** koffi's own version. */
  readonly version: string
  /** The function `symbol` of the library at `path`, which takes nothing and returns a pointer. */
  symbol(path: string, symbol: string): () => unknown
  /** The function at an address. `signature`: result, then arguments, a letter each (see `letters`). */
  bind(address: bigint, signature: string): NativeFunction
  /** The pointer stored at an address. */
  pointerAt(address: bigint): bigint
  addressOf(memory: NodeJS.ArrayBufferView): bigint
  /** The NUL-terminated UTF-8 text at an address. */
  textAt(address: bigint): string
  /** A copy of the bytes at an address. */
  bytesAt(address: bigint, length: number): ArrayBuffer
}

const letters: Readonly<Record<string, string>> = {
  p: 'void *',
  z: 'size_t',
  i: 'int32_t',
  u: 'uint32_t',
  v: 'void',
}

// koffi runs the called code on a stack of its own. Its 128 KiB default is too little for model optimisation and for
// kernels that pack panels on the stack; the memory is reserved, not touched, so a generous size costs nothing.
const stackBytes = 8 * 2 ** 20

// koffi unloads a library when its object is collected, and functions bound at addresses do not keep it: calls would
// then jump into unmapped memory. What is loaded belongs to the process and stays for its lifetime.
const loaded = new Map<string, unknown>()

/** Loads koffi. @throws MissingPartError where it is not installed or has no build for this platform */
export async function openBridge(): Promise<Bridge> {
  const { default: koffi } = await import('koffi').catch((cause: unknown) => {
    throw new MissingPartError(`koffi cannot be loaded; install it with \`${installKoffi}\``, { cause })
  })
  // refused once a library is loaded, so only asked for once
  if ((koffi.config().async_stack_size ?? 0) < stackBytes)
    koffi.config({ async_stack_size: stackBytes, sync_stack_size: stackBytes })
  const typeOf = (letter: string): string => {
    const type = letters[letter]
    if (type === undefined) throw new RangeError(`Unknown type letter ${letter}`)
    return type
  }
  return {
    version: koffi.version,
    symbol: (path, symbol) => {
      const library = koffi.load(path)
      loaded.set(path, library)
      return library.func(symbol, 'void *', [])
    },
    bind(address, signature) {
      const [result = '', ...values] = Array.from(signature, typeOf)
      const bound: unknown = koffi.decode(address, koffi.proto(result, values))
      if (!isNativeFunction(bound)) throw new Error('koffi decoded no function')
      return bound
    },
    pointerAt: (address) => BigInt(koffi.decode.uint64(address)),
    addressOf: (memory) => koffi.address(memory),
    textAt: (address) => koffi.decode.string(address),
    bytesAt: (address, length) => koffi.view(address, length).slice(0),
  }
}

function isNativeFunction(value: unknown): value is NativeFunction {
  return typeof value === 'function' && 'async' in value && typeof value.async === 'function'
}

/** A NUL-terminated UTF-8 string for C. */
export function cString(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const memory = new Uint8Array(new ArrayBuffer(bytes.length + 1))
  memory.set(bytes)
  return memory
}

/** A NUL-terminated path for C: UTF-16 on Windows, else UTF-8. */
export function cPath(text: string): NodeJS.ArrayBufferView {
  if (process.platform !== 'win32') return cString(text)
  const memory = new Uint16Array(new ArrayBuffer((text.length + 1) * 2))
  for (let i = 0; i < text.length; i++) memory[i] = text.charCodeAt(i)
  return memory
}

/** Memory for pointers. */
export function pointers(length: number): BigUint64Array {
  return new BigUint64Array(new ArrayBuffer(length * 8))
}
