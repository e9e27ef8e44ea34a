/** @file The contract of a model from elsewhere in a JSON file beside it, for those who do not want to say it each time. */
import { checkChoice, checkKeys, checkNumber } from '../base/check.ts'
import { FormatError } from '../base/errors.ts'
import type { Size } from '../image/image.ts'
import type { ContractOptions } from './foreign.ts'

const keys = ['size', 'input', 'channels', 'mean', 'std', 'flip', 'license'] as const

type Values = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `112x112`, `[112, 112]` or `{"height": 112, "width": 112}`. */
const sizeOf = (value: unknown): Size => {
  const text = typeof value === 'string' ? /^(\d+)x(\d+)$/i.exec(value.trim()) : null
  const [height, width] =
    text !== null
      ? [Number(text[1]), Number(text[2])]
      : Array.isArray(value) && value.length === 2
        ? value
        : isObject(value)
          ? [value['height'], value['width']]
          : []
  const range = { min: 16, max: 1024, integer: true }
  return { height: checkNumber('size', height, range), width: checkNumber('size', width, range) }
}

/** A number, or one for each channel where they are all the same. */
const oneNumber = (name: string, value: unknown): unknown => {
  if (!Array.isArray(value)) return value
  const [first] = value
  if (value.length === 3 && value.every((item) => item === first)) return first
  throw new FormatError(name, `expected one number for all channels, got ${JSON.stringify(value)}`)
}

/**
 * Reads a side file: `{"size": "112x112", "channels": "rgb", "mean": 127.5, "std": 128, "flip": "concat"}`; what is left out is as
 * with the options of the same names.
 * @throws FormatError naming the file, on anything else
 */
export function parseSideContract(text: string, file: string): ContractOptions {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError(file, 'the contract is no JSON', undefined, { cause })
  }
  if (!isObject(value)) throw new FormatError(file, 'the contract is no JSON object')
  try {
    checkKeys('contract', value, keys)
    const { size = value['input'], channels, mean, std, flip, license } = value
    return {
      ...(size === undefined ? {} : { size: sizeOf(size) }),
      ...(channels === undefined
        ? {}
        : { channels: checkChoice('channels', channels, ['rgb', 'bgr'] as const) }),
      ...(mean === undefined
        ? {}
        : { mean: checkNumber('mean', oneNumber('mean', mean), { min: 0, max: 255 }) }),
      ...(std === undefined
        ? {}
        : { std: checkNumber('std', oneNumber('std', std), { above: 0, max: 255 }) }),
      ...(flip === undefined ? {} : { flip: checkChoice('flip', flip, ['concat', 'sum', 'none'] as const) }),
      ...(typeof license === 'string' ? { license } : {}),
    }
  } catch (cause) {
    throw new FormatError(file, cause instanceof Error ? cause.message : String(cause), undefined, { cause })
  }
}
