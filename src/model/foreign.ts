/** @file The contract of a model that carries none, from what the user says about it. */
import { checkNumber } from '../base/check.ts'
import { UsageError } from '../base/errors.ts'
import type { FlipRule } from '../evaluate/features.ts'
import type { Size } from '../image/image.ts'
import type { ModelContract } from './contract.ts'
import type { ContractParts } from './contract-id.ts'
import { withFlip } from './contract-id.ts'
import type { ModelPorts } from './ports.ts'

/** What can be said about a model from outside. */
export interface ContractOptions {
  readonly size?: Size
  /** @defaultValue 'rgb' */
  readonly channels?: 'rgb' | 'bgr'
  /** @defaultValue 127.5 */
  readonly mean?: number
  /** @defaultValue 128 */
  readonly std?: number
  /** @defaultValue 'concat' */
  readonly flip?: FlipRule
  readonly license?: string
}

const sizeText = ({ height, width }: Size): string => `${height}x${width}`

const sizeOf = (ports: ModelPorts, given: Size | undefined, file: string): Size => {
  const { height, width } = ports
  const declared = height === undefined || width === undefined ? undefined : { height, width }
  const size = given ?? declared
  if (size === undefined) {
    throw new UsageError(`${file} takes images of any size; say which it was trained on, like --size 112x112`)
  }
  if ((height ?? size.height) !== size.height || (width ?? size.width) !== size.width) {
    throw new UsageError(
      `${file} takes images of ${height ?? 'any'}x${width ?? 'any'}; --size ${sizeText(size)} does not fit`,
    )
  }
  return size
}

/** The options of a model without a contract, complete; the embedding size may have to be found out by running it. */
export function foreignContract(
  ports: ModelPorts,
  options: ContractOptions,
  file: string,
): Omit<ContractParts, 'weights' | 'embeddingSize'> {
  const { size, channels, mean, std, flip } = options
  if ([size, channels, mean, std, flip].every((value) => value === undefined)) {
    const example = ports.height === undefined ? '--size 112x112 ' : ''
    throw new UsageError(
      `${file} does not say how images enter it. Say so, for instance ${example}--channels rgb --mean 127.5 ` +
        '--std 128 --flip concat (these are the defaults once one of them is given), or once and for all in ' +
        `${file}.json`,
    )
  }
  return {
    input: sizeOf(ports, size, file),
    channels: channels ?? 'rgb',
    mean: checkNumber('mean', mean ?? 127.5, { min: 0, max: 255 }),
    std: checkNumber('std', std ?? 128, { above: 0, max: 255 }),
    flip: flip ?? 'concat',
    ...(options.license === undefined ? {} : { license: options.license }),
  }
}

/**
 * A model's own contract, its flip rule replaced where another is asked for.
 * @throws UsageError where an option contradicts the contract
 */
export function ownContract(contract: ModelContract, options: ContractOptions, file: string): ModelContract {
  const { size, channels, mean, std, flip } = options
  const facts: readonly (readonly [string, string | number | undefined, string | number])[] = [
    ['size', size === undefined ? undefined : sizeText(size), sizeText(contract.input)],
    ['channels', channels, contract.channels],
    ['mean', mean, contract.mean],
    ['std', std, contract.std],
  ]
  for (const [name, given, own] of facts) {
    if (given !== undefined && given !== own) {
      throw new UsageError(
        `${file} carries its own contract, with ${name} ${own}; leave --${name} ${given} out (only --flip can be changed)`,
      )
    }
  }
  return flip === undefined || flip === contract.flip ? contract : withFlip(contract, flip)
}
