/** @file Tensors of the C API over memory of ours, and copies of the ones the runtime allocated. */
import type { EmittedProgram, ProgramTensor } from '../../onnx/program.ts'
import { resolveShape } from '../../runtime/arrays.ts'
import type { DriverArray } from '../../runtime/driver.ts'
import type { DType } from '../../tensor/tensor.ts'
import type { OrtApi } from './native-api.ts'
import { cString, pointers } from './native-calls.ts'

// ONNXTensorElementDataType
const elementTypes: Readonly<Record<DType, number>> = { float32: 1, int32: 6, bool: 9 }

/** An `OrtValue` over `array`, which must stay referenced until it is released. @throws RangeError on a wrong length */
export function valueOver(api: OrtApi, memoryInfo: bigint, port: ProgramTensor, array: DriverArray): bigint {
  const shape = resolveShape(port.name, port.shape, array.length)
  const extents = new BigInt64Array(new ArrayBuffer(8 * Math.max(1, shape.length)))
  shape.forEach((extent, axis) => (extents[axis] = BigInt(extent)))
  const out = pointers(1)
  api.call(
    'createTensorWithDataAsOrtValue',
    memoryInfo,
    array,
    array.byteLength,
    extents,
    shape.length,
    elementTypes[port.dtype],
    out,
  )
  return out[0] ?? 0n
}

/** A copy of a tensor that the runtime allocated. @throws TypeError where it is not of the declared type */
export function copyOf(api: OrtApi, value: bigint, port: ProgramTensor): DriverArray {
  const out = pointers(1)
  api.call('getTensorTypeAndShape', value, out)
  const info = out[0] ?? 0n
  const count = pointers(1)
  const type = new Int32Array(new ArrayBuffer(4))
  try {
    api.call('getTensorShapeElementCount', info, count)
    api.call('getTensorElementType', info, type)
  } finally {
    api.release('releaseTensorTypeAndShapeInfo', info)
  }
  if (type[0] !== elementTypes[port.dtype])
    throw new TypeError(`Expected output \`${port.name}\` to be ${port.dtype}, got ONNX type ${type[0]}`)
  api.call('getTensorMutableData', value, out)
  const length = Number(count[0] ?? 0n)
  const bytes = (size: number): ArrayBuffer =>
    length === 0 ? new ArrayBuffer(0) : api.bridge.bytesAt(out[0] ?? 0n, size)
  if (port.dtype === 'float32') return new Float32Array(bytes(4 * length))
  return port.dtype === 'int32' ? new Int32Array(bytes(4 * length)) : new Uint8Array(bytes(length))
}

/** Names as C strings, and the table of their addresses; both must stay referenced while the table is in use. */
export interface NameTable {
  readonly names: readonly Uint8Array[]
  readonly addresses: BigUint64Array
}

/** The table of the ports' names. */
export function nameTable(api: OrtApi, ports: EmittedProgram['inputs']): NameTable {
  const names = ports.map((port) => cString(port.port))
  const addresses = pointers(Math.max(1, names.length))
  names.forEach((name, i) => (addresses[i] = api.bridge.addressOf(name)))
  return { names, addresses }
}
