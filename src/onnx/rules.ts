/** @file Which lowering the table prefers, by operation, size and device. Measured; see docs/experiments.md. */
import type { OpKind, Value } from '../graph/value.ts'
import type { Device } from './device.ts'

/** A preference: the first rule whose conditions hold and whose lowering fits decides. */
interface Rule {
  readonly kind: OpKind
  readonly device?: Device
  /** Channels that go in, at least. */
  readonly minChannels?: number
  readonly maxChannels?: number
  readonly stride?: number
  readonly lowering: string
}

const rules: readonly Rule[] = [
  // below 128 channels the sixteen products are bound by memory, and the transformations cost what is saved
  { kind: 'conv2d', minChannels: 128, lowering: 'blocked-winograd' },
  { kind: 'conv2dInputGradient', minChannels: 128, lowering: 'blocked-winograd' },
  { kind: 'conv2dWeightGradient', minChannels: 128, lowering: 'blocked-winograd' },
]

const holds = (rule: Rule, value: Value, device: Device): boolean => {
  const channels = value.inputs[0]?.shape[1] ?? 0
  const stride = 'stride' in value.attributes ? value.attributes.stride : undefined
  return (
    rule.kind === value.kind &&
    (rule.device === undefined || rule.device === device) &&
    channels >= (rule.minChannels ?? 0) &&
    channels <= (rule.maxChannels ?? Infinity) &&
    (rule.stride === undefined || rule.stride === stride)
  )
}

/** The table's choice among the lowerings that fit (best first where no rule speaks). */
export function preferred(value: Value, names: readonly string[], device: Device): string {
  const rule = rules.find(
    (candidate) => names.includes(candidate.lowering) && holds(candidate, value, device),
  )
  return rule?.lowering ?? names[0] ?? 'plain'
}
