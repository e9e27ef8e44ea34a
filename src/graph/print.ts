import { valuesOf } from './order.ts'
import type { AnyValue, Graph } from './value.ts'

const attributesOf = (value: AnyValue): string => {
  if (value.kind === 'input') return value.attributes.name
  if (value.kind === 'constant') {
    const { data } = value.attributes
    return data.length <= 4 ? [...data].join(', ') : `${[...data.subarray(0, 4)].join(', ')}, …`
  }
  return Object.entries(value.attributes)
    .map(
      ([name, setting]) => `${name}=${Array.isArray(setting) ? `[${setting.join(',')}]` : String(setting)}`,
    )
    .join(' ')
}

/** The graph as text, one value a line: `%3 = conv2d(%1, %2) stride=2 padding=1 : float32[32, 64, 56, 48]  # stage1.conv`. */
export function printGraph(graph: Graph): string {
  const names = new Map<AnyValue, string>()
  const lines = valuesOf(graph).map((value, index) => {
    const name = `%${index}`
    names.set(value, name)
    const inputs = value.inputs.map((from) => names.get(from)).join(', ')
    const attributes = attributesOf(value)
    const call = `${value.kind}(${inputs})${attributes === '' ? '' : ` ${attributes}`}`
    const label = value.label === undefined || value.kind === 'input' ? '' : `  # ${value.label}`
    return `  ${name} = ${call} : ${value.dtype}[${value.shape.join(', ')}]${label}`
  })
  const outputs = Object.entries(graph.outputs).map(
    ([name, value]) => `  return ${name} = ${names.get(value) ?? '?'}`,
  )
  return [`graph ${graph.name} {`, ...lines, ...outputs, '}'].join('\n')
}
