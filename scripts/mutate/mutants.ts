/** @file The mutants of a source file: small changes of its syntax tree that make another program. */
import { parseSync } from 'vite'

/** One change of one file. */
export interface Mutant {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** What the change is: `+ → -`. */
  readonly what: string
  readonly line: number
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value

const operators: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '++': '--',
  '--': '++',
}

/** Functions that stand for another; those of the graph's vocabulary and of the language. */
const twins: Readonly<Record<string, string>> = {
  add: 'subtract',
  subtract: 'add',
  multiply: 'divide',
  divide: 'multiply',
  maximum: 'minimum',
  minimum: 'maximum',
  cos: 'sin',
  sin: 'cos',
  'Math.min': 'Math.max',
  'Math.max': 'Math.min',
  'Math.floor': 'Math.ceil',
  'Math.ceil': 'Math.floor',
  'Math.sin': 'Math.cos',
  'Math.cos': 'Math.sin',
}

/** Methods that may be left out of a chain. */
const skippable = new Set(['filter', 'toSorted', 'sort', 'toReversed', 'slice', 'trim', 'toLowerCase'])

const methods: Readonly<Record<string, string>> = { every: 'some', some: 'every' }

/** Names, types and modules: nothing there is computed. */
const withoutCode = (node: Node): boolean =>
  node.type === 'ImportDeclaration' ||
  node.type === 'ExportAllDeclaration' ||
  (node.type.startsWith('TS') &&
    !['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(node.type))

/** Every mutant of a file, in the order of its text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const found: Mutant[] = []
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const put = (start: number, end: number, replacement: string): void => {
    const was = text.slice(start, end).replaceAll(/\s+/g, ' ')
    const shown = (code: string): string => (code.length > 60 ? `${code.slice(0, 57)}…` : code)
    const what = `${shown(was)} → ${replacement === '' ? 'nothing' : shown(replacement)}`
    found.push({ file, start, end, replacement, what, line: lineAt(start) })
  }
  const operator = (left: Node, right: Node, was: string): void => {
    const now = operators[was]
    const at = text.indexOf(was, left.end)
    if (now !== undefined && at >= 0 && at < right.start) put(at, at + was.length, now)
  }
  const condition = (test: Node): void => {
    put(test.start, test.end, 'true')
    put(test.start, test.end, 'false')
  }
  const rules: Readonly<Record<string, (node: Node) => void>> = {
    BinaryExpression: ({ left, right, operator: was }) => {
      if (isNode(left) && isNode(right)) operator(left, right, String(was))
    },
    LogicalExpression: ({ left, right, operator: was }) => {
      if (isNode(left) && isNode(right)) operator(left, right, String(was))
    },
    AssignmentExpression: ({ left, right, operator: was }) => {
      if (isNode(left) && isNode(right)) operator(left, right, String(was))
    },
    ConditionalExpression: ({ test }) => {
      if (isNode(test)) condition(test)
    },
    IfStatement: ({ test }) => {
      if (isNode(test)) condition(test)
    },
    UnaryExpression: ({ start, argument, operator: was }) => {
      if (isNode(argument) && (was === '-' || was === '!')) put(start, argument.start, '')
    },
    Literal: ({ start, end, value }) => {
      if (typeof value === 'number') put(start, end, value === 0 ? '1' : `(${value} + 1)`)
      if (typeof value === 'boolean') put(start, end, String(!value))
    },
    ExpressionStatement: ({ start, end, expression }) => {
      if (isNode(expression) && !['AssignmentExpression', 'Literal'].includes(expression.type))
        put(start, end, ';')
    },
    CallExpression: ({ end, callee }) => {
      if (!isNode(callee)) return
      const name = text.slice(callee.start, callee.end)
      const twin = twins[name.replace(/^ops\./, '')]
      // a twin that is not imported fails at once and shows nothing
      const known =
        twin?.startsWith('Math.') === true || name.startsWith('ops.') || text.includes(`  ${twin},`)
      if (twin !== undefined && known)
        put(callee.start, callee.end, name.startsWith('ops.') ? `ops.${twin}` : twin)
      const { object, property } = callee
      if (!isNode(object) || !isNode(property)) return
      const method = text.slice(property.start, property.end)
      if (skippable.has(method)) put(object.end, end, '')
      const other = methods[method]
      if (other !== undefined) put(property.start, property.end, other)
    },
  }
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (!isNode(value) || withoutCode(value)) return
    rules[value.type]?.(value)
    for (const [key, child] of Object.entries(value))
      // a name in front of a colon is no value
      if (key !== 'key' || value['computed'] === true) visit(child)
  }
  visit(parseSync(file, text).program)
  return found.toSorted((a, b) => a.start - b.start || a.end - b.end)
}

/** The file with the change made. */
export function mutated(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end)
}
