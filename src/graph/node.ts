import { shapeRules, type ValueType } from './shape.ts'
import type { AnyValue, OpAttributes, OpKind, Value } from './value.ts'

/** The type a node of this kind has over these inputs. @throws RangeError where the op's law is broken. */
export function typeOf<K extends OpKind>(
  kind: K,
  inputs: readonly AnyValue[],
  attributes: OpAttributes[K],
): ValueType {
  try {
    return shapeRules[kind](inputs, attributes)
  } catch (error) {
    throw new RangeError(`${kind}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** A frozen node; its shape follows from the table. @throws RangeError where the op's law is broken. */
export function node<K extends OpKind>(
  kind: K,
  inputs: readonly AnyValue[],
  attributes: OpAttributes[K],
): Value<K> {
  const { shape, dtype } = typeOf(kind, inputs, attributes)
  return Object.freeze({
    kind,
    inputs: Object.freeze([...inputs]),
    attributes,
    shape,
    dtype,
    label: undefined,
  })
}

/** The same node under a name shown in prints and failures; give it before the value is used. */
export function labelled<K extends OpKind>(label: string, value: Value<K>): Value<K> {
  return Object.freeze({ ...value, label })
}

/** A node of some kind as one of all kinds; it is one, which TypeScript sees only through the overload. */
export function anyValue<K extends OpKind>(value: Value<K>): AnyValue
export function anyValue(value: AnyValue): AnyValue {
  return value
}
