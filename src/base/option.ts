/** @file Options as data: one table gives the command line's flags, the config file's keys, the help and the checks. */
import { checkChoice, checkKeys, checkNumber, rangeInWords, type Range } from './check.ts'
import { UsageError, unexpected } from './errors.ts'

/** One option: what it means, what it takes, how it is read and checked. */
export interface OptionSpec<T> {
  /** What stands for the value in help (`number`, `HxW`); absent for a flag that takes none. */
  readonly value?: string
  readonly meaning: string
  /** What the value counts in, where it is not a bare number. */
  readonly unit?: string
  /** What holds where the option is not given, in words or figures. */
  readonly default?: string
  /** The values taken, in words. */
  readonly range: string
  /** The heading it stands under in help. */
  readonly group: string
  /** Present where the option may be given several times: how the values add up. */
  combine?(before: T, added: T): T
  /** Whether the value is chosen from names, listed here. */
  readonly choices?: readonly string[]
  /** Text of the command line → a value for `check`. */
  readonly parse: (text: string) => unknown
  /** The value, or a `UsageError` that names the option as `name`. */
  readonly check: (name: string, value: unknown) => T
}

/** The options of a set of values `S`, one entry for each. */
export type OptionSpecs<S> = { readonly [K in keyof S]-?: OptionSpec<NonNullable<S[K]>> }

/** What every builder takes beside its own. */
export interface OptionText {
  readonly meaning: string
  readonly group: string
  readonly unit?: string
  readonly default?: string
  readonly value?: string
}

/** The number in `text`, or the text itself where it is none, so that the check can show it. */
export function parseNumber(text: string): number | string {
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text
}

/** A number within a range. */
export function numberOption(text: OptionText & Range): OptionSpec<number> {
  return {
    ...described(text, text.integer === true ? 'integer' : 'number', rangeInWords(text)),
    parse: parseNumber,
    check: (name, value) => checkNumber(name, value, text),
  }
}

/** An integer within a range. */
export function integerOption(text: OptionText & Range): OptionSpec<number> {
  return numberOption({ ...text, integer: true })
}

/** One of some names; a near miss is answered with a suggestion. */
export function choiceOption<T extends string>(
  text: OptionText & { readonly choices: readonly T[]; readonly aliases?: Readonly<Record<string, T>> },
): OptionSpec<T> {
  return {
    ...described(text, 'name', `one of ${text.choices.join(', ')}`),
    choices: text.choices,
    parse: (value) => value,
    check: (name, value) => {
      const alias = typeof value === 'string' ? text.aliases?.[value] : undefined
      return alias ?? checkChoice(name, value, text.choices)
    },
  }
}

/** Any text but the empty one: a path, a name. */
export function textOption(text: OptionText & { readonly range?: string }): OptionSpec<string> {
  return {
    ...described(text, 'text', text.range ?? 'a path'),
    parse: (value) => value,
    check: (name, value) => {
      if (typeof value !== 'string' || value.trim() === '')
        throw unexpected(name, text.range ?? 'a path', value)
      return value
    },
  }
}

/** Texts, the option given once for each. */
export function textsOption(text: OptionText & { readonly range?: string }): OptionSpec<readonly string[]> {
  const one = textOption(text)
  return {
    ...one,
    combine: (before, added) => [...before, ...added],
    parse: (value) => [value],
    check: (name, value) => {
      if (!Array.isArray(value)) throw unexpected(name, `a list, each ${one.range}`, value)
      return value.map((item: unknown) => one.check(name, item))
    },
  }
}

/** `name=value` pairs, the option given once for each; a record in a config file. */
export function pairsOption(text: OptionText): OptionSpec<Readonly<Record<string, number | boolean>>> {
  const words = 'name=value, the value a number, true or false'
  const valueOf = (value: string): unknown =>
    value === 'true' ? true : value === 'false' ? false : parseNumber(value)
  return {
    ...described(text, 'name=value', words),
    combine: (before, added) => ({ ...before, ...added }),
    parse: (value) => {
      const at = value.indexOf('=')
      return at < 1 ? value : { [value.slice(0, at)]: valueOf(value.slice(at + 1)) }
    },
    check: (name, value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw unexpected(name, words, value)
      const entries = Object.entries(value).map(
        ([key, one]: [string, unknown]): [string, number | boolean] => {
          if (typeof one !== 'number' && typeof one !== 'boolean')
            throw unexpected(`${name} ${key}`, words, one)
          return [key, one]
        },
      )
      return Object.fromEntries(entries)
    },
  }
}

/** Numbers separated by commas. */
export function numbersOption(text: OptionText & Range): OptionSpec<readonly number[]> {
  const words = `a list, each ${rangeInWords(text)}`
  return {
    ...described(text, 'list', words),
    parse: (value) => value.split(',').map(parseNumber),
    check: (name, value) => {
      if (!Array.isArray(value)) throw unexpected(name, words, value)
      return value.map((item: unknown) => checkNumber(name, item, text))
    },
  }
}

/** Present or not. */
export function flagOption(text: OptionText): OptionSpec<boolean> {
  return {
    meaning: text.meaning,
    group: text.group,
    ...(text.default === undefined ? {} : { default: text.default }),
    range: 'given or not',
    parse: () => true,
    check: (name, value) => {
      if (typeof value !== 'boolean') throw unexpected(name, 'true or false', value)
      return value
    },
  }
}

/** `on` or `off`. */
export function switchOption(text: OptionText): OptionSpec<boolean> {
  return {
    ...described(text, 'on|off', 'on or off'),
    parse: (value) => (value === 'on' ? true : value === 'off' ? false : value),
    check: (name, value) => {
      if (typeof value !== 'boolean') throw unexpected(name, 'on or off', value)
      return value
    },
  }
}

/** A share in (0, 1), or a path. */
export function shareOrPathOption(text: OptionText): OptionSpec<number | string> {
  const words = 'a share in [0, 1), a folder or a list of names'
  return {
    ...described(text, 'share|path', words),
    parse: parseNumber,
    check: (name, value) => {
      if (typeof value === 'string' && value.trim() !== '') return value
      if (typeof value === 'number' && value >= 0 && value < 1) return value
      throw unexpected(name, words, value)
    },
  }
}

/** A picture's size, written height x width. */
export function sizeOption(
  text: OptionText & { readonly min: number; readonly max: number },
): OptionSpec<{ readonly height: number; readonly width: number }> {
  const words = `height x width, each an integer in [${text.min}, ${text.max}]`
  const fits = (side: unknown): side is number =>
    typeof side === 'number' && Number.isInteger(side) && side >= text.min && side <= text.max
  return {
    ...described(text, 'HxW', words),
    parse: (value) => value,
    check: (name, value) => {
      const sides = typeof value === 'string' ? /^(\d+)x(\d+)$/.exec(value.trim().toLowerCase()) : null
      const fields = typeof value === 'object' && value !== null ? value : {}
      const height: unknown =
        sides === null ? ('height' in fields ? fields.height : undefined) : Number(sides[1])
      const width: unknown =
        sides === null ? ('width' in fields ? fields.width : undefined) : Number(sides[2])
      if (!fits(height) || !fits(width)) throw unexpected(name, words, value)
      return { height, width }
    },
  }
}

/** Reads `values` by the table; unknown keys are refused with the nearest known one. @throws UsageError */
export function readOptions<S extends object>(
  what: string,
  specs: OptionSpecs<S>,
  values: Readonly<Record<string, unknown>>,
): Partial<S> {
  const keys = keysOf(specs)
  checkKeys(what, values, keys)
  const result: Partial<S> = {}
  const take = <K extends keyof S & string>(key: K): void => {
    const value = values[key]
    if (value !== undefined) result[key] = specs[key].check(key, value)
  }
  for (const key of keys) take(key)
  return result
}

/** The names in a table of options, in its order. */
export function keysOf<S extends object>(specs: OptionSpecs<S>): (keyof S & string)[] {
  const isKey = (key: string): key is keyof S & string => Object.hasOwn(specs, key)
  return Object.keys(specs).filter(isKey)
}

/** `embeddingSize` → `--embedding-size`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Refuses two options that say the same thing in two ways; `named` is how the user knows them. @throws UsageError */
export function checkOneOf(
  values: object,
  a: string,
  b: string,
  named: (key: string) => string = (key) => key,
): void {
  if (Object.hasOwn(values, a) && Object.hasOwn(values, b)) {
    throw new UsageError(`Expected one of \`${named(a)}\` and \`${named(b)}\`, got both`)
  }
}

function described(
  text: OptionText,
  value: string,
  range: string,
): Pick<OptionSpec<never>, 'value' | 'meaning' | 'unit' | 'default' | 'range' | 'group'> {
  return {
    value: text.value ?? value,
    meaning: text.meaning,
    group: text.group,
    range,
    ...(text.unit === undefined ? {} : { unit: text.unit }),
    ...(text.default === undefined ? {} : { default: text.default }),
  }
}
