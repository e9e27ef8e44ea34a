/** @file `--reject`: which faces are too poor to be used, for every command that takes photographs. */
import { unexpected } from '../base/errors.ts'
import { type Given } from '../base/given.ts'
import type { OptionSpec } from '../base/option.ts'
import { usualRejection } from '../face/quality.ts'
import type { RejectionRule } from '../face/quality.ts'
import { parseRejection, rejectionText, ruleExample } from '../face/rejection-text.ts'

export const rejectOption: OptionSpec<string> = {
  group: 'Faces',
  value: 'rule',
  meaning:
    'which faces are used: the range of each measure of their quality, joined by commas, instead of the usual rule; with none, all',
  range: `usual, none, or ranges such as ${ruleExample}`,
  default: rejectionText(usualRejection),
  parse: (text) => text,
  check: (name, value) => {
    if (typeof value !== 'string') throw unexpected(name, 'a rejection rule as text', value)
    parseRejection(value)
    return value
  },
}

/** The rejection rule, as far as one was given. */
export function rejectionFrom({ reject }: { readonly reject?: string }): Given<{
  reject: RejectionRule | false
}> {
  return reject === undefined ? {} : { reject: parseRejection(reject) }
}
